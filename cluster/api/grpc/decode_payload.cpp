/*
 * decode_payload.cpp: values to JSON text that jsonb keeps as it is: integers stay
 * integers, floats floats.
 */
#include <cmath>

#include "api/grpc/decode.h"
#include "api/common/json_text.h"

namespace vecext::api::grpc {

namespace {

void append_value(std::string &out, const pb::Value &value, const Place &place);

void append_string(std::string &out, const std::string &text, const Place &place)
{
	if (text.find('\0') != std::string::npos)
		place.malformed("the character U+0000 cannot be stored in a payload");
	append_quoted(out, text);
}

void append_object(std::string &out, const PayloadMap &fields, const Place &place)
{
	out.push_back('{');
	bool is_first = true;
	for (const auto &[key, value] : fields) {
		if (!is_first)
			out.push_back(',');
		is_first = false;
		const Place here = place.in(key);
		append_string(out, key, here);
		out.push_back(':');
		append_value(out, value, here);
	}
	out.push_back('}');
}

void append_list(std::string &out, const pb::ListValue &list, const Place &place)
{
	out.push_back('[');
	for (int i = 0; i < list.values_size(); i++) {
		if (i > 0)
			out.push_back(',');
		append_value(out, list.values(i), place.at(static_cast<size_t>(i)));
	}
	out.push_back(']');
}

void append_value(std::string &out, const pb::Value &value, const Place &place)
{
	switch (value.kind_case()) {
	case pb::Value::kDoubleValue:
		if (!std::isfinite(value.double_value()))
			place.malformed("cannot convert a number that is not finite to JSON");
		append_payload_float(out, value.double_value());
		return;
	case pb::Value::kIntegerValue:
		out.append(std::to_string(value.integer_value()));
		return;
	case pb::Value::kStringValue:
		append_string(out, value.string_value(), place);
		return;
	case pb::Value::kBoolValue:
		out.append(value.bool_value() ? "true" : "false");
		return;
	case pb::Value::kStructValue:
		append_object(out, value.struct_value().fields(), place);
		return;
	case pb::Value::kListValue:
		append_list(out, value.list_value(), place);
		return;
	case pb::Value::kNullValue:
	case pb::Value::KIND_NOT_SET:
		out.append("null");
	}
}

} /* namespace */

model::Payload decode_payload(const PayloadMap &payload, const Place &place)
{
	std::string text;
	append_object(text, payload, place);
	return text;
}

model::JsonText decode_json(const pb::Value &value, const Place &place)
{
	std::string text;
	append_value(text, value, place);
	return text;
}

} /* namespace vecext::api::grpc */
