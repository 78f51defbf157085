/*
 * centre_code.cpp: see centre_code.h.
 */
#include "vecext/hnsw/centre_code.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace vecext::hnsw {

namespace {

/* |x|^2: the sum of (u - (2^bits - 1) / 2)^2 over the code's dimensions. For one
 * bit that is 1/4 each; for more, u^2 = sum over pairs of planes. */
float code_norm_squared(const uint64_t *code, uint32_t padded, int bits)
{
	const uint32_t words = padded / 64;
	uint64_t sum = 0, sum_of_squares = 0;
	for (int a = 0; a < bits; a++)
		for (int b = 0; b < bits; b++)
			for (uint32_t w = 0; w < words; w++) {
				const uint64_t both = std::popcount(code[a * words + w] & code[b * words + w]);
				sum_of_squares += both << (a + b);
				if (a == b)
					sum += both << a;
			}
	const float half_range = static_cast<float>((1 << bits) - 1) / 2;
	return static_cast<float>(sum_of_squares) - 2 * half_range * static_cast<float>(sum) +
		   half_range * half_range * static_cast<float>(padded);
}

void widen(const CodeSpace &space, const Kernels &kernels, const Value &value, float *wide)
{
	if (space.element == ElementType::kFloat16)
		kernels.f16_to_f32(static_cast<const uint16_t *>(value.data), wide, space.dims);
	else
		memcpy(wide, value.data, sizeof(float) * space.dims);
}

/* <value, centre> */
float dot_with_centre(const CodeSpace &space, const Kernels &kernels, const Value &value, float *wide)
{
	widen(space, kernels, value, wide);
	return kernels.inner_product_f32(wide, space.centre, space.dims);
}

} /* namespace */

CentreCode encode_from_centre(const CodeSpace &space, const Kernels &kernels, const Value &value,
							  const float *projection, float *wide, uint64_t *code) noexcept
{
	float residual_dot_centre = 0;
	if (space.metric == Metric::kInnerProduct)
		residual_dot_centre =
			dot_with_centre(space, kernels, value, wide) - kernels.norm_squared_f32(space.centre, space.dims);
	CentreCode result;
	result.factors =
		encode_residual(space.metric, space.bits, space.padded, projection, nullptr, residual_dot_centre, code);
	const float per_factor = space.metric == Metric::kInnerProduct ? 1 : 2;
	const float factor = result.factors.scale / per_factor;
	const float spread = factor * factor * code_norm_squared(code, space.padded, space.bits) -
						 kernels.norm_squared_f32(projection, space.padded);
	result.error = spread > 0 ? per_factor * std::sqrt(spread / static_cast<float>(space.padded - 1)) : 0;
	return result;
}

float distance_to_centre(const CodeSpace &space, const Kernels &kernels, const Value &value, const float *projection,
						 float *wide) noexcept
{
	if (space.metric == Metric::kInnerProduct)
		return -dot_with_centre(space, kernels, value, wide);
	return kernels.norm_squared_f32(projection, space.padded);
}

} /* namespace vecext::hnsw */
