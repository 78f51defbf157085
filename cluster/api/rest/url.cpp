/*
 * url.cpp: percent-encoding, both ways.
 */
#include "api/rest/url.h"

#include <algorithm>

namespace vecext::api::rest {

namespace {

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	const char lower = static_cast<char>(c | 0x20);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decode(std::string_view text, bool plus_is_blank)
{
	std::string out;
	out.reserve(text.size());
	for (size_t i = 0; i < text.size(); i++) {
		const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
		const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
		if (text[i] == '%' && high >= 0 && low >= 0) {
			out.push_back(static_cast<char>(high << 4 | low));
			i += 2;
		} else {
			out.push_back(plus_is_blank && text[i] == '+' ? ' ' : text[i]);
		}
	}
	return out;
}

} /* namespace */

std::string decode_percent(std::string_view text)
{
	return decode(text, false);
}

std::string encode_percent(std::string_view text)
{
	constexpr char digits[] = "0123456789ABCDEF";
	constexpr std::string_view plain = "-._~";
	std::string out;
	for (const char c : text) {
		const auto byte = static_cast<unsigned char>(c);
		const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (alphanumeric || plain.find(c) != std::string_view::npos) {
			out.push_back(c);
			continue;
		}
		out.append({'%', digits[byte >> 4], digits[byte & 15]});
	}
	return out;
}

std::vector<std::pair<std::string, std::string>> parse_query_string(std::string_view query)
{
	std::vector<std::pair<std::string, std::string>> parameters;
	while (!query.empty()) {
		const size_t end = std::min(query.find('&'), query.size());
		const std::string_view item = query.substr(0, end);
		query.remove_prefix(std::min(end + 1, query.size()));
		if (item.empty())
			continue;
		const size_t equals = item.find('=');
		const std::string_view value = equals == std::string_view::npos ? "" : item.substr(equals + 1);
		parameters.emplace_back(decode(item.substr(0, equals), true), decode(value, true));
	}
	return parameters;
}

} /* namespace vecext::api::rest */
