/*
 * json_writer.cpp: structure and number formats.
 */
#include "api/rest/json_writer.h"

#include <charconv>
#include <cmath>

namespace vecext::api::rest {

namespace {

template <class Number> void append_number(std::string &out, Number value)
{
	char digits[32];
	const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
	out.append(digits, end);
}

template <class Float> void append_float(std::string &out, Float value)
{
	if (!std::isfinite(value)) {
		out.append("null");
		return;
	}
	const size_t start = out.size();
	append_number(out, value);
	if (out.find_first_of(".e", start) == std::string::npos)
		out.append(".0");
}

} /* namespace */

void JsonWriter::separate()
{
	if (!first_)
		text_.push_back(',');
	first_ = false;
}

void JsonWriter::open(char bracket)
{
	separate();
	text_.push_back(bracket);
	first_ = true;
}

void JsonWriter::close(char bracket)
{
	text_.push_back(bracket);
	first_ = false;
}

void JsonWriter::name(std::string_view key)
{
	separate();
	append_quoted(text_, key);
	text_.push_back(':');
	first_ = true;
}

void JsonWriter::text(std::string_view value)
{
	separate();
	append_quoted(text_, value);
}

void JsonWriter::boolean(bool value)
{
	separate();
	text_.append(value ? "true" : "false");
}

void JsonWriter::null()
{
	separate();
	text_.append("null");
}

void JsonWriter::integer(int64_t value)
{
	separate();
	append_number(text_, value);
}

void JsonWriter::unsigned_integer(uint64_t value)
{
	separate();
	append_number(text_, value);
}

void JsonWriter::number(double value)
{
	separate();
	append_float(text_, value);
}

void JsonWriter::number32(float value)
{
	separate();
	append_float(text_, value);
}

void JsonWriter::raw(std::string_view json)
{
	separate();
	text_.append(json);
}

} /* namespace vecext::api::rest */
