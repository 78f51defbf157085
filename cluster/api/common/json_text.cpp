/*
 * json_text.cpp: strings and floats in JSON.
 */
#include "api/common/json_text.h"

#include <charconv>

namespace vecext::api {

namespace {

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

} /* namespace vecext::api */
