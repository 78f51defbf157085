/* normalise.h: a vector divided by its length, equal bits on every machine. */
#pragma once

#include <cmath>

#include "core/quantizer/vectors.h"

namespace vecext {

/* A vector whose squares vanish or overflow is scaled first; one of zeros stays. */
inline void normalise(const float *values, size_t dims, float *out) noexcept
{
	float norm_squared = ordered_dot(values, values, dims);
	float before = 1;
	if (!(norm_squared > 1e-30f && norm_squared < 1e30f)) {
		float largest = 0;
		for (size_t i = 0; i < dims; i++)
			largest = std::fabs(values[i]) > largest ? std::fabs(values[i]) : largest;
		/* Powers of two are exact; that of the least denormal would overflow. */
		const int exponent = largest > 0 ? std::ilogb(largest) : 0;
		before = std::ldexp(1.0f, exponent < -126 ? 126 : -exponent);
		norm_squared = ordered_sum(dims, [=](size_t i) { return (values[i] * before) * (values[i] * before); });
	}
	const float factor = norm_squared > 0 ? 1 / std::sqrt(norm_squared) : 0;
	for (size_t i = 0; i < dims; i++)
		out[i] = values[i] * before * factor;
}

} /* namespace vecext */
