/*
 * float_token_fuzz.cpp: our reader of floats against the C library's strtof() in
 * the "C" locale: same end, same bits, same verdict on overflow.
 */
#include <cctype>
#include <cerrno>
#include <cmath>

#include "core/text/float_token.h"
#include "fuzz_target.h"

using namespace vecext;
using namespace vecext::fuzz;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const std::vector<char> text = as_text(data, size);
	const char *begin = text.data(), *limit = begin + strlen(begin);
	if (isspace(static_cast<unsigned char>(*begin)))
		return 0; /* white space is the caller's */

	char *end = nullptr;
	errno = 0;
	const float expected = strtof(begin, &end);
	const FloatToken token = read_float(begin, limit);
	require(token.end == end, "the number ends where strtof ends it");
	if (end == begin)
		return 0;
	require(token.overflow == (errno == ERANGE && std::isinf(expected)), "overflow is what strtof calls so");
	if (std::isnan(expected))
		require(std::isnan(token.value), "NaN is NaN");
	else
		require(memcmp(&token.value, &expected, sizeof expected) == 0, "the bits are strtof's");
	return 0;
}
