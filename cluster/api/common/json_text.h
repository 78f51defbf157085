/*
 * json_text.h: the pieces of JSON text that every API writes into payloads.
 */
#pragma once

#include <string>
#include <string_view>

namespace vecext::api {

/* The string with quotes and escapes. */
void append_quoted(std::string &out, std::string_view text);

/* A finite number in the form that jsonb keeps as a float: digits, a point, and no
 * exponent. */
void append_payload_float(std::string &out, double value);

} /* namespace vecext::api */
