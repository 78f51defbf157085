/*
 * letters.cpp: see letters.h. ASCII is answered without ICU.
 */
#include "core/filter/letters.h"

#include <unicode/uchar.h>

namespace vecext::filter {

bool is_alphanumeric(char32_t c) noexcept
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
	const auto character = static_cast<UChar32>(c);
	return u_isUAlphabetic(character) || (U_GET_GC_MASK(character) & U_GC_N_MASK) != 0;
}

bool is_space(char32_t c) noexcept
{
	if (c < 0x80)
		return c == ' ' || (c >= '\t' && c <= '\r');
	return u_isUWhiteSpace(static_cast<UChar32>(c));
}

} /* namespace vecext::filter */
