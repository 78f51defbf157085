/*
 * halfvec_fuzz.cpp: the text parser of `halfvec`. It accepts only what the parser
 * of `vector` accepts; each element is the nearest binary16 to the float.
 */
#include <cmath>

#include "fuzz_target.h"
#include "vecext/dense_text.h"

using namespace vecext;
using namespace vecext::fuzz;

namespace {

double value_of(uint16_t half)
{
	const int exponent = half >> 10 & 31, mantissa = half & 0x3ff;
	const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
	return half & 0x8000 ? -magnitude : magnitude;
}

/* Half the distance between neighbours at this magnitude. */
double half_step(uint16_t half)
{
	const int exponent = half >> 10 & 31;
	return std::ldexp(1, (exponent == 0 ? 1 : exponent) - 26);
}

} /* namespace */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint16_t halves[kMaxDenseDimensions];
	static float floats[kMaxDenseDimensions];
	const std::vector<char> text = as_text(data, size);
	const Result<int> dimensions = parse_halfvec(text.data(), halves);
	if (!dimensions.is_ok()) {
		require_input_error(dimensions.status());
		return 0;
	}
	const Result<int> as_vector = parse_vector(text.data(), floats);
	require(as_vector.is_ok() && as_vector.value() == dimensions.value(), "a vector is written here too");
	for (int i = 0; i < dimensions.value(); i++) {
		require(!is_half_nan(halves[i]) && !is_half_infinite(halves[i]), "elements are finite");
		require(std::fabs(value_of(halves[i]) - floats[i]) <= half_step(halves[i]), "each is the nearest half");
	}
	return 0;
}
