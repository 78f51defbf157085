/*
 * sql_text.h: names and strings as they stand in SQL.
 */
#pragma once

#include <string>
#include <string_view>

namespace vecext::postgres {

/* "name", quotes within doubled. At most 63 bytes of a name count. */
std::string quote_identifier(std::string_view name);

/* 'text' for standard_conforming_strings, which every connection has on. */
std::string quote_literal(std::string_view text);

/* A name of at most 63 bytes for one that may be longer: cut at a character, with
 * a hash of the whole behind it. */
std::string bounded_name(std::string_view name);

} /* namespace vecext::postgres */
