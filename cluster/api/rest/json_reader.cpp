/*
 * json_reader.cpp: parsing and typed access.
 */
#include "api/rest/json_reader.h"

#include <cmath>

#include "model/error.h"

namespace vecext::api::rest {

namespace {

constexpr char kFormatError[] = "Format error in JSON body: ";

simdjson::dom::parser &thread_parser()
{
	/* Large bodies grow the buffers; they stay with the thread, at most a few
	 * times the request size limit. */
	thread_local simdjson::dom::parser parser;
	return parser;
}

std::string_view type_name(simdjson::dom::element value)
{
	switch (value.type()) {
	case simdjson::dom::element_type::ARRAY:
		return "sequence";
	case simdjson::dom::element_type::OBJECT:
		return "map";
	case simdjson::dom::element_type::STRING:
		return "string";
	case simdjson::dom::element_type::BOOL:
		return "boolean";
	case simdjson::dom::element_type::NULL_VALUE:
		return "null";
	case simdjson::dom::element_type::DOUBLE:
		return "floating point";
	default:
		return "integer";
	}
}

std::string number_text(double value)
{
	std::string text = std::to_string(value);
	while (text.back() == '0' && text[text.size() - 2] != '.')
		text.pop_back();
	return text;
}

} /* namespace */

Body::Body(const std::string &json)
{
	simdjson::dom::parser &parser = thread_parser();
	if (parser.max_depth() != kMaxJsonDepth && parser.allocate(1 << 16, kMaxJsonDepth))
		throw model::internal("out of memory for a JSON parser");
	const bool copy = json.capacity() - json.size() < simdjson::SIMDJSON_PADDING;
	const auto error = parser.parse(json.data(), json.size(), copy).get(root_);
	if (error)
		throw model::Error(model::ErrorKind::kMalformed, std::string(kFormatError) + simdjson::error_message(error));
}

Node Body::root()
{
	return Node(*this, root_);
}

void Body::violation(const std::string &path, const std::string &text)
{
	violations_.push_back(path + ": " + text);
}

void Body::finish() const
{
	if (violations_.empty())
		return;
	std::string text = "Validation error in JSON body: [";
	for (size_t i = 0; i < violations_.size(); i++)
		text += (i == 0 ? "" : "; ") + violations_[i];
	throw model::Error(model::ErrorKind::kValidation, text + "]");
}

std::string Node::path() const
{
	std::string text = parent_ == nullptr ? std::string() : parent_->path();
	if (index_ >= 0)
		return text + "[" + std::to_string(index_) + "]";
	if (!key_.empty())
		text.append(text.empty() ? "" : ".").append(key_);
	return text;
}

Node Node::within(std::string_view segment) const
{
	return member(value_, segment);
}

Node Node::element(simdjson::dom::element value, int64_t index) const
{
	Node node(*body_, value);
	node.parent_ = this;
	node.index_ = index;
	return node;
}

Node Node::member(simdjson::dom::element value, std::string_view key) const
{
	Node node(*body_, value);
	node.parent_ = this;
	node.key_ = key;
	return node;
}

void Node::malformed(const std::string &text) const
{
	const std::string place = path();
	throw model::Error(model::ErrorKind::kMalformed, kFormatError + (place.empty() ? "" : place + ": ") + text);
}

void Node::expected(std::string_view what) const
{
	malformed("invalid type: " + std::string(type_name(value_)) + ", expected " + std::string(what));
}

simdjson::dom::object Node::object() const
{
	simdjson::dom::object object;
	if (value_.get(object))
		expected("a map");
	return object;
}

simdjson::dom::array Node::array() const
{
	simdjson::dom::array array;
	if (value_.get(array))
		expected("a sequence");
	return array;
}

bool Node::has(std::string_view key) const
{
	simdjson::dom::element ignored;
	return is_object() && !object()[key].get(ignored);
}

std::optional<Node> Node::field(std::string_view name, std::string_view alias) const
{
	simdjson::dom::element found;
	const simdjson::dom::object fields = object();
	if (!fields[name].get(found) && !found.is_null())
		return member(found, name);
	if (!alias.empty() && !fields[alias].get(found) && !found.is_null())
		return member(found, alias);
	return std::nullopt;
}

Node Node::required(std::string_view name, std::string_view alias) const
{
	if (const auto found = field(name, alias))
		return *found;
	malformed("missing field `" + std::string(name) + "`");
}

std::string_view Node::text() const
{
	std::string_view text;
	if (value_.get(text))
		expected("a string");
	return text;
}

bool Node::boolean() const
{
	bool value;
	if (value_.get(value))
		expected("a boolean");
	return value;
}

uint64_t Node::unsigned_integer() const
{
	uint64_t value;
	if (!value_.get(value))
		return value;
	int64_t negative;
	if (!value_.get(negative))
		malformed("invalid value: integer `" + std::to_string(negative) + "`, expected an unsigned integer");
	expected("an unsigned integer");
}

int64_t Node::integer() const
{
	int64_t value;
	if (value_.get(value))
		expected("an integer of 64 bits");
	return value;
}

double Node::number() const
{
	double value;
	if (value_.get(value))
		expected("a number");
	return value;
}

float Node::number32() const
{
	const double value = number();
	const auto narrow = static_cast<float>(value);
	if (!std::isfinite(narrow))
		malformed("number " + number_text(value) + " does not fit a 32-bit float");
	return narrow;
}

uint64_t Node::at_least(uint64_t minimum) const
{
	const uint64_t value = unsigned_integer();
	if (value < minimum)
		violation("value " + std::to_string(value) + " invalid, must be " + std::to_string(minimum) + " or larger");
	return value;
}

uint64_t Node::between(uint64_t minimum, uint64_t maximum) const
{
	const uint64_t value = unsigned_integer();
	if (value < minimum || value > maximum)
		violation("value " + std::to_string(value) + " invalid, must be from " + std::to_string(minimum) + " to " +
				  std::to_string(maximum));
	return value;
}

double Node::number_at_least(double minimum) const
{
	const double value = number();
	if (!(value >= minimum))
		violation("value " + number_text(value) + " invalid, must be " + number_text(minimum) + " or larger");
	return value;
}

double Node::number_between(double minimum, double maximum) const
{
	const double value = number();
	if (!(value >= minimum && value <= maximum))
		violation("value " + number_text(value) + " invalid, must be from " + number_text(minimum) + " to " +
				  number_text(maximum));
	return value;
}

size_t Node::word(std::initializer_list<std::string_view> words) const
{
	const std::string_view given = text();
	size_t place = 0;
	std::string list;
	for (const std::string_view word : words) {
		if (word == given)
			return place;
		list.append(place++ == 0 ? "`" : ", `").append(word).append("`");
	}
	malformed("unknown variant `" + std::string(given) + "`, expected one of " + list);
}

std::optional<bool> optional_bool(const Node &object, std::string_view name)
{
	const auto field = object.field(name);
	return field ? std::optional(field->boolean()) : std::nullopt;
}

std::optional<uint64_t> optional_at_least(const Node &object, std::string_view name, uint64_t minimum,
										  std::string_view alias)
{
	const auto field = object.field(name, alias);
	return field ? std::optional(field->at_least(minimum)) : std::nullopt;
}

std::optional<std::string> optional_text(const Node &object, std::string_view name)
{
	const auto field = object.field(name);
	return field ? std::optional(std::string(field->text())) : std::nullopt;
}

} /* namespace vecext::api::rest */
