/*
 * encode_payload.cpp: JSON text to values. Integers beyond 64 bits with a sign become
 * floats, for which the messages have no other form.
 */
#include <simdjson.h>

#include "api/grpc/encode.h"
#include "model/error.h"

namespace vecext::api::grpc {

namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

element parsed(const std::string &json)
{
	thread_local simdjson::dom::parser parser;
	const bool copy = json.capacity() - json.size() < simdjson::SIMDJSON_PADDING;
	element root;
	if (parser.parse(json.data(), json.size(), copy).get(root))
		throw model::internal("a stored payload is not JSON");
	return root;
}

void encode_value(element value, pb::Value *out);

void encode_fields(simdjson::dom::object object, PayloadMap *out)
{
	for (const auto &[key, value] : object)
		encode_value(value, &(*out)[std::string(key)]);
}

void encode_list(simdjson::dom::array array, pb::ListValue *out)
{
	for (const element item : array)
		encode_value(item, out->add_values());
}

void encode_value(element value, pb::Value *out)
{
	switch (value.type()) {
	case element_type::OBJECT:
		encode_fields(value, out->mutable_struct_value()->mutable_fields());
		return;
	case element_type::ARRAY:
		encode_list(value, out->mutable_list_value());
		return;
	case element_type::STRING: {
		const std::string_view text = value.get_string().value_unsafe();
		out->set_string_value(text.data(), text.size());
		return;
	}
	case element_type::INT64:
		out->set_integer_value(value.get_int64().value_unsafe());
		return;
	case element_type::UINT64:
		out->set_double_value(static_cast<double>(value.get_uint64().value_unsafe()));
		return;
	case element_type::DOUBLE:
		out->set_double_value(value.get_double().value_unsafe());
		return;
	case element_type::BOOL:
		out->set_bool_value(value.get_bool().value_unsafe());
		return;
	case element_type::NULL_VALUE:
		out->set_null_value(pb::NULL_VALUE);
	}
}

} /* namespace */

void encode_payload(const model::Payload &payload, PayloadMap *out)
{
	simdjson::dom::object object;
	if (parsed(payload).get(object))
		throw model::internal("a stored payload is not an object");
	encode_fields(object, out);
}

void encode_json(const model::JsonText &json, pb::Value *out)
{
	encode_value(parsed(json), out);
}

} /* namespace vecext::api::grpc */
