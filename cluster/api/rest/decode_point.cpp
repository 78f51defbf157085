/*
 * decode_point.cpp: ids, vectors, payloads.
 */
#include <cmath>
#include <limits>

#include "api/rest/decode.h"
#include "api/rest/json_writer.h"
#include "api/common/vector_rules.h"

namespace vecext::api::rest {

namespace {

model::DenseVector decode_dense(const Node &node)
{
	model::DenseVector vector;
	const simdjson::dom::array values = node.array();
	vector.reserve(values.size());
	for (const simdjson::dom::element value : values) {
		double number;
		if (!value.get(number) && std::abs(number) <= std::numeric_limits<float>::max())
			vector.push_back(static_cast<float>(number));
		else /* knows where it is, for the error */
			vector.push_back(node.element(value, static_cast<int64_t>(vector.size())).number32());
	}
	if (vector.empty())
		node.violation("vector must not be empty");
	return vector;
}

model::MultiVector decode_multi(const Node &node)
{
	model::MultiVector vector;
	int64_t row = 0;
	for (const auto value : node.array()) {
		const Node item = node.element(value, row++);
		const model::DenseVector values = decode_dense(item);
		if (row == 1)
			vector.dimension = static_cast<uint32_t>(values.size());
		if (values.size() != vector.dimension)
			item.violation("all vectors of a multivector must have the same size");
		vector.values.insert(vector.values.end(), values.begin(), values.end());
	}
	if (vector.values.size() >= kMultiVectorLimit)
		node.violation("multivector is too large, must have fewer than 1048576 values");
	return vector;
}

model::SparseVector decode_sparse(const Node &node)
{
	model::SparseVector vector;
	const Node indices = node.required("indices"), values = node.required("values");
	for (const auto value : indices.array()) {
		const uint64_t index = indices.element(value, static_cast<int64_t>(vector.indices.size())).unsigned_integer();
		if (index > UINT32_MAX)
			indices.malformed("invalid value: integer `" + std::to_string(index) + "`, expected u32");
		vector.indices.push_back(static_cast<uint32_t>(index));
	}
	for (const auto value : values.array())
		vector.values.push_back(values.element(value, static_cast<int64_t>(vector.values.size())).number32());
	if (vector.indices.size() != vector.values.size()) {
		values.violation("must be the same length as indices");
		return {};
	}
	if (!sort_by_index(vector))
		indices.violation("must be unique");
	return vector;
}

std::optional<model::InferenceInput> decode_inference(const Node &node)
{
	using Input = model::InferenceInput;
	Input input;
	if (const auto text = node.field("text"); text && node.has("model")) {
		input.kind = Input::kDocument;
		input.text = text->text();
	} else if (const auto image = node.field("image"); image && node.has("model")) {
		input.kind = Input::kImage;
		input.content = json_text(*image);
	} else if (const auto object = node.field("object"); object && node.has("model")) {
		input.kind = Input::kObject;
		input.content = json_text(*object);
	} else {
		return std::nullopt;
	}
	const Node model = node.required("model");
	input.model = model.text();
	if (input.model.empty())
		model.violation("length must be 1 or larger");
	if (const auto options = node.field("options"))
		input.options = json_text(*options);
	return input;
}

void append_value(const Node &node, std::string &out);

void append_object(const Node &node, std::string &out)
{
	out.push_back('{');
	bool first = true;
	for (const auto &[key, value] : node.object()) {
		if (key.find('\0') != std::string_view::npos)
			node.malformed("the character U+0000 cannot be stored in a payload");
		if (!first)
			out.push_back(',');
		first = false;
		append_quoted(out, key);
		out.push_back(':');
		append_value(node.member(value, key), out);
	}
	out.push_back('}');
}

void append_array(const Node &node, std::string &out)
{
	out.push_back('[');
	int64_t i = 0;
	for (const auto value : node.array()) {
		if (i > 0)
			out.push_back(',');
		append_value(node.element(value, i++), out);
	}
	out.push_back(']');
}

void append_string(const Node &node, std::string &out)
{
	if (node.text().find('\0') != std::string_view::npos)
		node.malformed("the character U+0000 cannot be stored in a payload");
	append_quoted(out, node.text());
}

void append_value(const Node &node, std::string &out)
{
	switch (node.value().type()) {
	case simdjson::dom::element_type::OBJECT:
		append_object(node, out);
		return;
	case simdjson::dom::element_type::ARRAY:
		append_array(node, out);
		return;
	case simdjson::dom::element_type::STRING:
		append_string(node, out);
		return;
	case simdjson::dom::element_type::INT64:
		out.append(std::to_string(node.integer()));
		return;
	case simdjson::dom::element_type::UINT64:
		out.append(std::to_string(node.unsigned_integer()));
		return;
	case simdjson::dom::element_type::DOUBLE:
		append_payload_float(out, node.number());
		return;
	case simdjson::dom::element_type::BOOL:
		out.append(node.boolean() ? "true" : "false");
		return;
	case simdjson::dom::element_type::NULL_VALUE:
		out.append("null");
	}
}

model::ShardKey decode_shard_key(const Node &node)
{
	if (node.is_string())
		return std::string(node.text());
	return node.unsigned_integer();
}

bool is_multi(const Node &node)
{
	const simdjson::dom::array items = node.array();
	return items.begin() != items.end() && (*items.begin()).is_array();
}

} /* namespace */

model::PointId decode_point_id(const Node &node)
{
	uint64_t number;
	if (!node.value().get(number))
		return number;
	if (node.is_string())
		if (const auto uuid = model::parse_uuid(node.text()))
			return *uuid;
	const std::string given = node.is_string() ? std::string(node.text()) : std::string(simdjson::minify(node.value()));
	node.malformed("value " + given +
				   " is not a valid point ID, valid values are either an unsigned integer or a UUID");
}

std::vector<model::PointId> decode_point_ids(const Node &node)
{
	std::vector<model::PointId> ids;
	const simdjson::dom::array values = node.array();
	ids.reserve(values.size());
	for (const auto value : values)
		ids.push_back(decode_point_id(node.element(value, static_cast<int64_t>(ids.size()))));
	return ids;
}

model::Vector decode_vector(const Node &node)
{
	if (node.is_array())
		return is_multi(node) ? model::Vector(decode_multi(node)) : model::Vector(decode_dense(node));
	if (node.is_object()) {
		if (node.has("indices") && node.has("values"))
			return decode_sparse(node);
		if (auto input = decode_inference(node))
			return *std::move(input);
	}
	node.malformed("data did not match any variant of untagged enum Vector");
}

model::NamedVectors decode_point_vectors(const Node &node)
{
	model::NamedVectors vectors;
	if (!node.is_object() || decode_inference(node)) {
		vectors.emplace_back("", decode_vector(node));
		return vectors;
	}
	for (const auto &[name, value] : node.object())
		vectors.emplace_back(name, decode_vector(node.member(value, name)));
	return vectors;
}

model::JsonText json_text(const Node &node)
{
	std::string text;
	append_value(node, text);
	return text;
}

model::Payload decode_payload(const Node &node)
{
	if (!node.is_object())
		node.expected("a map");
	return json_text(node);
}

model::ShardKeySelector decode_shard_key_selector(const Node &node)
{
	model::ShardKeySelector selector;
	if (node.is_object()) {
		selector.keys.push_back(decode_shard_key(node.required("target")));
		selector.fallback = decode_shard_key(node.required("fallback"));
	} else if (node.is_array()) {
		for (const auto value : node.array())
			selector.keys.push_back(decode_shard_key(node.element(value, static_cast<int64_t>(selector.keys.size()))));
	} else {
		selector.keys.push_back(decode_shard_key(node));
	}
	return selector;
}

std::optional<model::ShardKeySelector> optional_shard_key(const Node &object)
{
	const auto field = object.field("shard_key");
	return field ? std::optional(decode_shard_key_selector(*field)) : std::nullopt;
}

} /* namespace vecext::api::rest */
