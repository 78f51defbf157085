/*
 * reader.cpp: conversions of configuration values.
 */
#include "config/reader.h"

#include <strings.h>

namespace vecext::config {

namespace {

bool is_any(const std::string &text, std::initializer_list<const char *> words)
{
	for (const char *word : words)
		if (strcasecmp(text.c_str(), word) == 0)
			return true;
	return false;
}

template <class Number> std::optional<Number> parse(const std::string &text)
{
	Number number{};
	const char *end = text.data() + text.size();
	const auto result = std::from_chars(text.data(), end, number);
	if (result.ec != std::errc() || result.ptr != end)
		return std::nullopt;
	return number;
}

std::string shown(double number)
{
	char digits[32];
	return std::string(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

/* Secrets do not belong into a log. */
bool is_secret(const std::string &key)
{
	return key.find("api_key") != std::string::npos || key.find("secret") != std::string::npos || key == "postgres.url";
}

} /* namespace */

void Reader::read(const std::string &key, bool &out) const
{
	const Value *value = layers_.find(key);
	if (!value)
		return;
	if (value->kind == Value::kScalar && is_any(value->text, {"true", "yes", "on", "1"}))
		out = true;
	else if (value->kind == Value::kScalar && is_any(value->text, {"false", "no", "off", "0"}))
		out = false;
	else
		refuse(key, *value, "true or false");
}

void Reader::read(const std::string &key, std::string &out) const
{
	const Value *value = layers_.find(key);
	if (!value)
		return;
	if (value->kind == Value::kList)
		refuse(key, *value, "a text");
	out = value->kind == Value::kNull ? std::string() : value->text;
}

void Reader::read(const std::string &key, double &out, double low, double high) const
{
	const Value *value = layers_.find(key);
	if (!value)
		return;
	const std::optional<double> number = parse<double>(value->text);
	if (!number || !(*number >= low && *number <= high))
		refuse(key, *value, "a number from " + shown(low) + " to " + shown(high));
	out = *number;
}

uint64_t Reader::integer(const std::string &key, const Value &value, uint64_t low, uint64_t high)
{
	const std::optional<uint64_t> number = parse<uint64_t>(value.text);
	if (!number || *number < low || *number > high)
		refuse(key, value,
			   high == std::numeric_limits<uint64_t>::max()
				   ? "an integer of at least " + std::to_string(low)
				   : "an integer from " + std::to_string(low) + " to " + std::to_string(high));
	return *number;
}

bool Reader::is_unset(const Value &value)
{
	return value.kind == Value::kNull || (value.kind == Value::kScalar && (value.text.empty() || value.text == "null"));
}

bool Reader::same_word(const std::string &text, const char *word)
{
	return is_any(text, {word});
}

void Reader::refuse(const std::string &key, const Value &value, const std::string &expected)
{
	std::string found = value.kind == Value::kNull   ? "null"
						: value.kind == Value::kList ? "a list"
													 : "\"" + value.text + "\"";
	if (is_secret(key))
		found = "the value";
	throw ConfigError(value.source + ": " + key + ": " + found + " is not " + expected);
}

} /* namespace vecext::config */
