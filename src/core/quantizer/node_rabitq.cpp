/*
 * node_rabitq.cpp: RaBitQ codes relative to the centre c of the data, 1 to 8 bits
 * per dimension (Gao & Long, SIGMOD 2024; Gao et al., SIGMOD 2025).
 *
 * r = R(x - c) is coded as v_i = 2 u_i - (2^bits - 1), odd integers. The estimate
 * of <r, q'> is F <v, q'>, F = |r|^2 / <v, r>: unbiased over rotations, with
 * standard deviation |r| |q'| sqrt((1 - rho^2) / rho^2 / (D - 1)), rho being the
 * cosine between v and r. Codes are of the grid of steps that suits a normal
 * distribution, which a rotated vector's coordinates nearly have; among a few
 * steps near that one the one with the largest rho is taken.
 */
#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/quantizer/levels.h"
#include "core/quantizer/methods.h"
#include "core/quantizer/rabitq_factors.h"
#include "core/quantizer/vectors.h"

namespace vecext {

namespace {

/* Step of the uniform quantizer of 2^bits levels with the least squared error on
 * a standard normal variable (Max, "Quantizing for minimum distortion", 1960,
 * and its continuation to 8 bits). */
constexpr float kNormalStep[9] = {0, 2, 0.9957f, 0.5860f, 0.3352f, 0.1881f, 0.1041f, 0.0569f, 0.0308f};

/* Other steps tried, relative to that. */
constexpr float kStepFactors[] = {0.92f, 1.08f};

/* The centre is all. */
bool train(const TrainingRows &, QuantizerState &)
{
	return true;
}

uint32_t padded_of(const QuantizerOptions &options)
{
	return padded_dims(options.dims);
}

/* The residual, and levels of two candidates in bytes. */
size_t scratch_floats(const QuantizerOptions &options) noexcept
{
	return size_t{padded_of(options)} + 2 * size_t{padded_of(options)} / sizeof(float);
}

void take_levels(const float *residual, uint32_t padded, int bits, float step, uint8_t *levels)
{
	const float inverse = 1 / step, middle = static_cast<float>(1 << bits) / 2;
	const float top = static_cast<float>((1 << bits) - 1);
	for (uint32_t i = 0; i < padded; i++) {
		const float place = residual[i] * inverse + middle;
		levels[i] = static_cast<uint8_t>(place > 0 ? (place < top ? place : top) : 0);
	}
}

/* What the factors are made of: <v, r> and |v|^2. */
struct CodeSums {
	float with_residual;
	float squares;

	/* rho^2 but for |r|^2 */
	float fit() const { return with_residual * (with_residual / squares); }
};

CodeSums sums_of(const float *residual, uint32_t padded, int bits, const uint8_t *levels)
{
	const auto middle = static_cast<float>((1 << bits) - 1);
	const auto value = [=](size_t i) { return 2 * static_cast<float>(levels[i]) - middle; };
	return {ordered_sum(padded, [=](size_t i) { return value(i) * residual[i]; }),
			ordered_sum(padded, [=](size_t i) { return value(i) * value(i); })};
}

/* Leaves the best levels in `best`; `other` is room for another candidate. */
CodeSums choose_levels(const float *residual, uint32_t padded, int bits, float sigma, uint8_t *&best, uint8_t *&other)
{
	const float step = kNormalStep[bits] * sigma;
	take_levels(residual, padded, bits, step, best);
	CodeSums sums = sums_of(residual, padded, bits, best);
	if (bits == 1) /* signs, whatever the step */
		return sums;
	for (float factor : kStepFactors) {
		take_levels(residual, padded, bits, step * factor, other);
		const CodeSums tried = sums_of(residual, padded, bits, other);
		if (tried.fit() > sums.fit()) {
			sums = tried;
			std::swap(best, other);
		}
	}
	return sums;
}

RabitqFactors factors_of(Metric metric, uint32_t padded, float norm_squared, const CodeSums &sums, float exact_add)
{
	const float factor = norm_squared / sums.with_residual;
	const float rho_squared = std::min(sums.fit() / norm_squared, 1.0f);
	const float spread = norm_squared * (1 - rho_squared) / (rho_squared * static_cast<float>(padded - 1));
	const float times = metric == Metric::kInnerProduct ? 1 : 2;
	return {exact_add, -times * factor, times * std::sqrt(spread)};
}

/* Too short or too long for the arithmetic: no code, |r| taken as 0. */
bool is_codable(float norm_squared)
{
	return norm_squared > 1e-35f && norm_squared < 1e35f;
}

RabitqFactors encode_residual_levels(const Quantizer &quantizer, const float *values, float *scratch, uint8_t *code)
{
	const QuantizerOptions &options = quantizer.options;
	const uint32_t padded = padded_of(options), blocks = padded / 64;
	const float *centre = quantizer.state->centre();
	for (uint32_t i = 0; i < options.dims; i++)
		scratch[i] = values[i] - centre[i];
	const float norm_squared = ordered_dot(scratch, scratch, options.dims);
	const float exact_add =
		bounded(options.metric == Metric::kInnerProduct ? -ordered_dot(scratch, centre, options.dims) : norm_squared);
	if (!is_codable(norm_squared)) {
		memset(code, 0, level_code_bytes(blocks, options.bits));
		return {exact_add, 0, 0};
	}
	quantizer.rotation.apply(scratch, scratch);
	auto *best = reinterpret_cast<uint8_t *>(scratch + padded), *other = best + padded;
	const float sigma = std::sqrt(norm_squared / static_cast<float>(padded));
	const CodeSums sums = choose_levels(scratch, padded, options.bits, sigma, best, other);
	pack_levels(best, blocks, options.bits, code);
	return factors_of(options.metric, padded, norm_squared, sums, exact_add);
}

void encode(const Quantizer &quantizer, const float *values, float *scratch, uint8_t *code) noexcept
{
	const RabitqFactors factors = encode_residual_levels(quantizer, values, scratch, code);
	memcpy(code + quantizer.code_bytes - sizeof factors, &factors, sizeof factors);
}

QueryWidth query_width(int bits)
{
	return bits <= kWidestNarrowBits ? QueryWidth::kNarrow : QueryWidth::kWide;
}

void init_query(QuantizedQuery &query, Arena arena)
{
	const QuantizerOptions &options = query.quantizer->options;
	query.values = arena.allocate<float>(padded_of(options));
	init_levels(query.levels, arena, padded_of(options) / 64, query_width(options.bits));
}

void prepare(QuantizedQuery &query, const float *values) noexcept
{
	const QuantizerOptions &options = query.quantizer->options;
	const float *centre = query.quantizer->state->centre();
	for (uint32_t i = 0; i < options.dims; i++)
		query.values[i] = values[i] - centre[i];
	const float norm_squared = bounded(ordered_dot(query.values, query.values, options.dims));
	if (!is_codable(norm_squared))
		memset(query.values, 0, sizeof(float) * options.dims);
	query.norm = std::sqrt(norm_squared);
	query.base =
		options.metric == Metric::kInnerProduct ? bounded(-ordered_dot(values, centre, options.dims)) : norm_squared;
	query.quantizer->rotation.apply(query.values, query.values);
	const bool narrow = query_width(options.bits) == QueryWidth::kNarrow;
	prepare_levels(query.levels, query.values, query.quantizer->rotation.padded(), narrow ? kNarrowTop : kWideTop);
}

RabitqFactors factors_at(const QuantizedQuery &query, const uint8_t *code)
{
	RabitqFactors factors;
	memcpy(&factors, code + query.quantizer->code_bytes - sizeof factors, sizeof factors);
	return factors;
}

void estimate(const QuantizedQuery &query, const uint8_t *codes, size_t stride, uint32_t count, float *out) noexcept
{
	const int bits = query.quantizer->options.bits;
	const int64_t middle = ((1 << bits) - 1) * query.levels.sum;
	sum_codes(*query.kernels, query.levels, bits, codes, stride, count, [&](uint32_t i, int64_t sum) {
		const RabitqFactors factors = factors_at(query, codes + i * stride);
		out[i] = query.base + factors.add + factors.scale * (query.levels.step * static_cast<float>(2 * sum - middle));
	});
}

/* Only what of q' is orthogonal to r errs. Where |r| is known, that part follows
 * from the estimate of <r, q'>, taken small by three standard deviations. */
float error(const QuantizedQuery &query, const uint8_t *code, float estimate) noexcept
{
	const RabitqFactors factors = factors_at(query, code);
	const float most = factors.error * query.norm;
	if (query.quantizer->options.metric == Metric::kInnerProduct || !(factors.add > 0))
		return most;
	const float along = (std::fabs(query.base + factors.add - estimate) - 3 * most) / 2;
	if (!(along > 0))
		return most;
	const float orthogonal = query.norm * query.norm - along * (along / factors.add);
	return orthogonal > 0 ? factors.error * std::sqrt(orthogonal) : 0;
}

} /* namespace */

const QuantizerMethods kRabitqMethods = {train, scratch_floats, encode, init_query, prepare, estimate, error};

} /* namespace vecext */
