/*
 * float_token.cpp: std::from_chars for ordinary decimal numbers, which is several
 * times faster than strtof, and strtof for what from_chars does not read: a plus
 * sign, hexadecimal, words, and numbers outside float's range.
 */
#include "core/text/float_token.h"

#include <cerrno>
#include <charconv>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <system_error>

#include <locale.h>

namespace vecext {

namespace {

locale_t c_locale() noexcept
{
	static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
	return locale;
}

FloatToken read_any_float(const char *at) noexcept
{
	char *end;
	errno = 0;
	const float value = strtof_l(at, &end, c_locale());
	return {value, end, errno == ERANGE && std::isinf(value), errno == ERANGE && value == 0};
}

bool is_hexadecimal_prefix(const char *end) noexcept
{
	return *end == 'x' || *end == 'X';
}

} /* namespace */

FloatToken read_float(const char *at, const char *limit) noexcept
{
	float value;
	const auto [end, error] = std::from_chars(at, limit, value);
	if (error != std::errc() || !std::isfinite(value) || is_hexadecimal_prefix(end))
		return read_any_float(at);
	return {value, end, false, false};
}

} /* namespace vecext */
