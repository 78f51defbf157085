/*
 * url.h: percent-encoding and query strings.
 */
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vecext::api::rest {

/* A "%" that no two hex digits follow stands for itself. */
std::string decode_percent(std::string_view text);

/* For one segment of a path. */
std::string encode_percent(std::string_view text);

/* "a=1&b=x%20y", "+" for a blank; names without "=" have the value "". */
std::vector<std::pair<std::string, std::string>> parse_query_string(std::string_view query);

} /* namespace vecext::api::rest */
