/*
 * code_loops.h: rotation, query preparation and encoding as templates on lanes
 * (see code_kernels.h). Scans differ per set and live in code_kernels_<set>.cpp.
 *
 * Rounding to integers is by adding 1.5 * 2^23: the sum's low bits are then the
 * integer in two's complement, rounded to nearest even, from which bit planes
 * are read off directly.
 */
#pragma once

#include <cstring>

#include "core/rabitq/code_kernels.h"
#include "vecext/rotation.h"

namespace vecext {
namespace {

constexpr float kRoundingShift = 12582912.0f; /* 1.5 * 2^23 */

/* Sums of 16 lanes: always this tree. */
template <class Lanes> float sum_lanes(const Lanes &lanes)
{
	float v[16];
	lanes.store(v);
	for (int width = 8; width > 0; width /= 2)
		for (int i = 0; i < width; i++)
			v[i] += v[i + width];
	return v[0];
}

template <class Lanes> float max_lane(const Lanes &lanes)
{
	float v[16];
	lanes.store(v);
	float most = v[0];
	for (int i = 1; i < 16; i++)
		most = v[i] > most ? v[i] : most;
	return most;
}

/* ------------------------------------------------------------- rotation */

/* Stages 1 to 32 of a Hadamard transform on 64 values, after sign flips. */
template <class Lanes> void hadamard_64(const uint32_t *signs, const Lanes &factor, float *x)
{
	Lanes v[4];
	for (int i = 0; i < 4; i++) {
		v[i] = Lanes::load(x + 16 * i).flip(signs + 16 * i) * factor;
		v[i] = v[i].template butterfly<1>();
		v[i] = v[i].template butterfly<2>();
		v[i] = v[i].template butterfly<4>();
		v[i] = v[i].template butterfly<8>();
	}
	const Lanes a = v[0] + v[1], b = v[0] - v[1], c = v[2] + v[3], d = v[2] - v[3];
	(a + c).store(x);
	(b + d).store(x + 16);
	(a - c).store(x + 32);
	(b - d).store(x + 48);
}

/* Stages h and 2h (h >= 16). */
template <class Lanes> void hadamard_two_stages(float *x, uint32_t n, uint32_t h)
{
	for (uint32_t start = 0; start < n; start += 4 * h)
		for (uint32_t i = start; i < start + h; i += 16) {
			const Lanes p = Lanes::load(x + i), q = Lanes::load(x + i + h), r = Lanes::load(x + i + 2 * h),
						s = Lanes::load(x + i + 3 * h);
			const Lanes a = p + q, b = p - q, c = r + s, d = r - s;
			(a + c).store(x + i);
			(b + d).store(x + i + h);
			(a - c).store(x + i + 2 * h);
			(b - d).store(x + i + 3 * h);
		}
}

/* x[i], x[i + h] become their sum and difference for i < h. */
template <class Lanes> void sum_and_difference(float *x, uint32_t h)
{
	for (uint32_t i = 0; i < h; i += 16) {
		const Lanes p = Lanes::load(x + i), q = Lanes::load(x + i + h);
		(p + q).store(x + i);
		(p - q).store(x + i + h);
	}
}

/* Sign flips, then the orthonormal Hadamard transform; n >= 64, a power of two. */
template <class Lanes> void signed_hadamard(const uint32_t *signs, float factor, float *x, uint32_t n)
{
	const Lanes factors = Lanes::set1(factor);
	for (uint32_t i = 0; i < n; i += 64)
		hadamard_64<Lanes>(signs + i, factors, x + i);
	uint32_t h = 64;
	for (; 2 * h < n; h *= 4)
		hadamard_two_stages<Lanes>(x, n, h);
	if (h < n)
		sum_and_difference<Lanes>(x, h);
}

template <class Lanes> void flip_signs(const uint32_t *signs, float *x, uint32_t n)
{
	for (uint32_t i = 0; i < n; i += 16)
		Lanes::load(x + i).flip(signs + i).store(x + i);
}

/* Largest power of two within `padded`, and 1 / sqrt of it, exactly rounded. */
struct HadamardWindow {
	uint32_t size;
	float factor;
};
HadamardWindow hadamard_window(uint32_t padded)
{
	uint32_t size = 64;
	float factor = 0.125f;
	while (size * 2 <= padded) {
		size *= 2;
		factor *= 0.70710678118654752f;
	}
	return {size, factor};
}

template <class Lanes> void rotate(const uint32_t *signs, uint32_t padded, float *x) noexcept
{
	const HadamardWindow window = hadamard_window(padded);
	const uint32_t outside = padded - window.size;
	for (int round = 0; round < Rotation::kRounds; round++, signs += padded) {
		/* The window alternates between front and back. */
		const uint32_t start = round % 2 ? outside : 0, rest = round % 2 ? 0 : window.size;
		flip_signs<Lanes>(signs + rest, x + rest, outside);
		signed_hadamard<Lanes>(signs + start, window.factor, x + start, window.size);
		if (outside)
			sum_and_difference<Lanes>(x, padded / 2);
	}
	if (outside == 0)
		return;
	static_assert(Rotation::kRounds == 4);
	const Lanes quarter = Lanes::set1(0.25f); /* sqrt(1/2) for each of the four butterflies */
	for (uint32_t i = 0; i < padded; i += 16)
		(Lanes::load(x + i) * quarter).store(x + i);
}

/* ---------------------------------------------------------------- query */

template <class Lanes> float largest_magnitude(const float *x, uint32_t n)
{
	Lanes most = Lanes::set1(0);
	for (uint32_t i = 0; i < n; i += 16)
		most = Lanes::max(most, Lanes::load(x + i).abs());
	return max_lane(most);
}

void put_mask(uint64_t *word, uint32_t quarter, uint16_t mask)
{
	memcpy(reinterpret_cast<uint8_t *>(word) + 2 * quarter, &mask, sizeof mask);
}

/* The sum of all integers, from their planes. */
int64_t sum_of_planes(const CodeQuery &query)
{
	int64_t sum = 0;
	const uint32_t words = query.padded / 64;
	for (int b = 0; b < query.query_bits; b++) {
		int64_t count = 0;
		for (uint32_t w = 0; w < words; w++)
			count += __builtin_popcountll(query.planes[query.query_bits * w + b]);
		sum += b == query.query_bits - 1 ? -(count << b) : count << b;
	}
	return sum;
}

/* Quantizes to integers of query_bits bits and cuts them into planes. Returns the
 * factor from values to integers. */
template <class Lanes> float prepare_planes(CodeQuery &query, const float *rotated)
{
	const int bits = query.query_bits;
	const float largest = largest_magnitude<Lanes>(rotated, query.padded);
	const float top = static_cast<float>((1 << (bits - 1)) - 1);
	const bool usable = largest > 1e-30f && largest < 1e30f; /* false for NaN too */
	query.step = usable ? largest / top : 0;
	const float factor = usable ? top / largest : 0;
	const Lanes inverse = Lanes::set1(factor), shift = Lanes::set1(kRoundingShift);
	for (uint32_t i = 0; i < query.padded; i += 16) {
		const Lanes integer = Lanes::load(rotated + i) * inverse + shift;
		uint64_t *word = query.planes + bits * (i / 64);
		for (int b = 0; b < bits; b++)
			put_mask(word + b, i / 16 % 4, integer.bit_of_each(b));
	}
	const float middle = static_cast<float>((1 << query.bits) - 1) / 2;
	query.offset = -query.step * middle * static_cast<float>(sum_of_planes(query));
	return factor;
}

/* CodeKernels::prepare where scans need planes only. */
template <class Lanes> void prepare_query(CodeQuery &query, const float *rotated) noexcept
{
	prepare_planes<Lanes>(query, rotated);
}

/* ------------------------------------------------------------- encoding */

template <class Lanes> float dot(const float *a, const float *b, uint32_t n)
{
	Lanes sum = Lanes::set1(0);
	for (uint32_t i = 0; i < n; i += 16)
		sum = sum + Lanes::load(a + i) * Lanes::load(b + i);
	return sum_lanes(sum);
}

/* What the factors are made of. */
struct CodeSums {
	float residual;  /* <x, r> */
	float reference; /* <x, p'>, 0 without reference */
};

template <class Lanes>
CodeSums encode_signs(uint32_t padded, const float *residual, const float *reference, uint64_t *code)
{
	Lanes with_residual = Lanes::set1(0), with_reference = with_residual;
	for (uint32_t i = 0; i < padded; i += 16) {
		const Lanes r = Lanes::load(residual + i);
		put_mask(code + i / 64, i / 16 % 4, r.not_negative());
		with_residual = with_residual + r.abs();
		if (reference != nullptr)
			with_reference = with_reference + Lanes::load(reference + i).times_sign_of(r);
	}
	return {0.5f * sum_lanes(with_residual), 0.5f * sum_lanes(with_reference)};
}

/* Uniform quantizer of 2^bits steps of `step`, centred on 0. */
template <class Lanes>
CodeSums encode_levels(int bits, uint32_t padded, float step, const float *residual, const float *reference,
					   uint64_t *code)
{
	const float middle = static_cast<float>((1 << bits) - 1) / 2;
	const Lanes inverse = Lanes::set1(1 / step), centre = Lanes::set1(middle), zero = Lanes::set1(0),
				top = Lanes::set1(2 * middle), shift = Lanes::set1(kRoundingShift);
	const uint32_t words = padded / 64;
	Lanes with_residual = zero, with_reference = zero;
	for (uint32_t i = 0; i < padded; i += 16) {
		const Lanes r = Lanes::load(residual + i);
		const Lanes rounded = Lanes::min(Lanes::max(r * inverse + centre, zero), top) + shift;
		for (int b = 0; b < bits; b++)
			put_mask(code + b * words + i / 64, i / 16 % 4, rounded.bit_of_each(b));
		const Lanes x = rounded - shift - centre;
		with_residual = with_residual + x * r;
		if (reference != nullptr)
			with_reference = with_reference + x * Lanes::load(reference + i);
	}
	return {sum_lanes(with_residual), sum_lanes(with_reference)};
}

/* Step of the uniform quantizer with the least squared error on a standard
 * normal variable (Max, "Quantizing for minimum distortion", 1960). */
float normal_step(int bits)
{
	return bits == 2 ? 0.9957f : 0.3352f;
}

template <class Lanes>
CodeFactors encode(Metric metric, int bits, uint32_t padded, const float *residual, const float *reference,
				   float residual_dot_reference, uint64_t *code) noexcept
{
	const float norm_squared = dot<Lanes>(residual, residual, padded);
	const bool inner_product = metric == Metric::kInnerProduct;
	const float exact_add = inner_product ? -residual_dot_reference : norm_squared;
	/* Too short or too long for the arithmetic below: no code, |r| taken as 0. */
	if (!(norm_squared > 1e-35f && norm_squared < 1e35f)) {
		memset(code, 0, code_bytes(padded, bits));
		return {exact_add, 0};
	}
	CodeSums sums;
	if (bits == 1) {
		sums = encode_signs<Lanes>(padded, residual, reference, code);
	} else {
		const float sigma = __builtin_sqrtf(norm_squared / static_cast<float>(padded));
		sums = encode_levels<Lanes>(bits, padded, normal_step(bits) * sigma, residual, reference, code);
	}
	const float factor = norm_squared / sums.residual;
	if (inner_product)
		return {exact_add + factor * sums.reference, -factor};
	return {exact_add + 2 * factor * sums.reference, -2 * factor};
}

} /* namespace */
} /* namespace vecext */
