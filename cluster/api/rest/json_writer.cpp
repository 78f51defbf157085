/*
 * json_writer.cpp: escapes and number formats.
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

void append_escape(std::string &out, char c)
{
	constexpr char digits[] = "0123456789abcdef";
	switch (c) {
	case '"':
		out.append("\\\"");
		return;
	case '\\':
		out.append("\\\\");
		return;
	case '\n':
		out.append("\\n");
		return;
	case '\r':
		out.append("\\r");
		return;
	case '\t':
		out.append("\\t");
		return;
	default:
		out.append("\\u00");
		out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
		out.push_back(digits[static_cast<unsigned char>(c) & 15]);
	}
}

} /* namespace */

void append_quoted(std::string &out, std::string_view text)
{
	out.push_back('"');
	size_t done = 0;
	for (size_t i = 0; i < text.size(); i++) {
		if (static_cast<unsigned char>(text[i]) >= 0x20 && text[i] != '"' && text[i] != '\\')
			continue;
		out.append(text, done, i - done);
		append_escape(out, text[i]);
		done = i + 1;
	}
	out.append(text, done, text.size() - done);
	out.push_back('"');
}

void append_payload_float(std::string &out, double value)
{
	/* 309 digits before the point, or 324 + 17 behind it, are the most. */
	char digits[400];
	const auto end = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::fixed).ptr;
	const std::string_view text(digits, static_cast<size_t>(end - digits));
	out.append(text);
	if (text.find('.') == std::string_view::npos)
		out.append(".0");
}

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
