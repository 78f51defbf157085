/*
 * sql_text.cpp: see sql_text.h.
 */
#include "postgres/sql_text.h"

#include <cstdio>

#include "vecext/sip_hash.h"

namespace vecext::postgres {

namespace {

constexpr size_t kMaxNameBytes = 63;

std::string quoted(std::string_view text, char quote)
{
	std::string out(1, quote);
	for (const char c : text) {
		if (c == quote)
			out.push_back(quote);
		out.push_back(c);
	}
	out.push_back(quote);
	return out;
}

bool continues_character(char c)
{
	return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

} /* namespace */

std::string quote_identifier(std::string_view name)
{
	return quoted(name, '"');
}

std::string quote_literal(std::string_view text)
{
	return quoted(text, '\'');
}

std::string bounded_name(std::string_view name)
{
	if (name.size() <= kMaxNameBytes)
		return std::string(name);
	const uint64_t hash = sip_hash(reinterpret_cast<const unsigned char *>(name.data()), name.size());
	char suffix[16];
	snprintf(suffix, sizeof(suffix), "~%010llx", static_cast<unsigned long long>(hash & 0xffffffffff));
	size_t length = kMaxNameBytes - 11;
	while (length > 0 && continues_character(name[length]))
		length--;
	return std::string(name.substr(0, length)) + suffix;
}

} /* namespace vecext::postgres */
