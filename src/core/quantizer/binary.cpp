/*
 * binary.cpp: 1, 1.5 or 2 bits per dimension, no factors.
 *
 * A dimension of one bit says on which side of the centre the value lies; decoded,
 * it is the mean of that half. A dimension of two bits has three levels: the bits
 * say whether the value lies above -t and above +t. (So the bits in which two
 * codes differ still count how many levels they are apart.) With 1.5 bits, every
 * other dimension has two. Thresholds and levels are those of Max ("Quantizing
 * for minimum distortion", 1960) for normal variables with the dimension's
 * standard deviation in the sample.
 *
 * Decoding is linear in the bits, so any query is scored by a sum of weights over
 * the bits set. A decoded vector falls short of the original, and inner products
 * with it by the factor 1 / gain.
 *
 * Order of bits: the first bit of every dimension, then the second ones.
 */
#include "core/quantizer/binary_planes.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "core/quantizer/levels.h"
#include "core/quantizer/methods.h"
#include "core/quantizer/vectors.h"
#include "vecext/kernels.h"

namespace vecext {

namespace {

constexpr float kTwoLevels = 0.79788456f; /* +- this; threshold 0 */
constexpr float kThreeLevels = 1.2240f;   /* and 0; thresholds +- kThreshold */
constexpr float kThreshold = 0.6120f;

/* The place of a dimension's second bit, or 0 when it has none. */
size_t second_bit(const QuantizerOptions &options, size_t dimension)
{
	switch (options.binary_width) {
	case BinaryWidth::kOneBit:
		return 0;
	case BinaryWidth::kOneAndHalfBits:
		return dimension % 2 == 0 ? options.dims + dimension / 2 : 0;
	case BinaryWidth::kTwoBits:
		break;
	}
	return options.dims + dimension;
}

uint32_t blocks_of(const QuantizerOptions &options)
{
	return level_blocks(binary_bits(options));
}

/* One byte per bit. */
void take_bits(const QuantizerOptions &options, const QuantizerState &state, const float *values, uint8_t *bits)
{
	const float *centre = state.centre(), *deviation = state.deviation();
	memset(bits, 0, size_t{blocks_of(options)} * 64);
	for (size_t i = 0; i < options.dims; i++) {
		const float x = values[i] - centre[i];
		const size_t second = second_bit(options, i);
		const float threshold = second ? kThreshold * deviation[i] : 0;
		bits[i] = x > -threshold;
		if (second)
			bits[second] = x > threshold;
	}
}

/* What a dimension's value is decoded as when no bit is set, and by how much each
 * bit raises it. */
struct Decoding {
	float lowest, raise;
};
Decoding decoding_of(const QuantizerOptions &options, const QuantizerState &state, size_t i)
{
	const float deviation = state.deviation()[i];
	if (second_bit(options, i))
		return {-kThreeLevels * deviation, kThreeLevels * deviation};
	return {-kTwoLevels * deviation, 2 * kTwoLevels * deviation};
}

void learn_deviations(const TrainingRows &rows, QuantizerState &state)
{
	for (uint32_t d = 0; d < rows.dims; d++) {
		double sum = 0;
		for (uint32_t i = 0; i < rows.count; i++) {
			const double x = double{rows.row(i)[d]} - double{state.centre()[d]};
			sum += x * x;
		}
		state.deviation()[d] = rows.count ? bounded(static_cast<float>(std::sqrt(sum / rows.count))) : 1;
	}
}

/* <x', decoded x'> and |x'|^2 of one row. */
struct Products {
	double with_decoded = 0, squared = 0;
};
void add_products(const QuantizerOptions &options, const QuantizerState &state, const float *row, uint8_t *bits,
				  Products &products)
{
	take_bits(options, state, row, bits);
	for (size_t i = 0; i < options.dims; i++) {
		const Decoding decoding = decoding_of(options, state, i);
		const size_t second = second_bit(options, i);
		const int set = bits[i] + (second ? bits[second] : 0);
		const double x = double{row[i]} - double{state.centre()[i]};
		products.with_decoded += x * double{decoding.lowest + decoding.raise * static_cast<float>(set)};
		products.squared += x * x;
	}
}

void learn_gain(const TrainingRows &rows, QuantizerState &state)
{
	const QuantizerOptions options = options_of(state);
	std::vector<uint8_t> bits(size_t{blocks_of(options)} * 64);
	Products products;
	for (uint32_t i = 0; i < rows.count; i++)
		add_products(options, state, rows.row(i), bits.data(), products);
	const double gain = products.squared / products.with_decoded;
	state.gain = gain > 0 && gain < 100 ? static_cast<float>(gain) : 1;
	state.norm = rows.count ? bounded(static_cast<float>(products.squared / rows.count)) : 1;
}

void train(const TrainingRows &rows, QuantizerState &state)
{
	learn_deviations(rows, state);
	learn_gain(rows, state);
	state.slope = 1;
}

size_t scratch_floats(const QuantizerOptions &options) noexcept
{
	return size_t{blocks_of(options)} * 64 / sizeof(float);
}

void encode(const Quantizer &quantizer, const float *values, float *scratch, uint8_t *code) noexcept
{
	auto *bits = reinterpret_cast<uint8_t *>(scratch);
	take_bits(quantizer.options, *quantizer.state, values, bits);
	pack_levels(bits, blocks_of(quantizer.options), 1, code);
}

bool has_binary_query(const QuantizedQuery &query)
{
	return query.quantizer->options.binary_query == BinaryQuery::kBinary;
}

void init_query(QuantizedQuery &query, Arena arena)
{
	const Quantizer &quantizer = *query.quantizer;
	if (has_binary_query(query)) {
		query.code = arena.allocate<uint8_t>(quantizer.code_bytes);
		query.values = arena.allocate<float>(quantizer.methods->scratch_floats(quantizer.options));
		return;
	}
	const bool wide = quantizer.options.binary_query == BinaryQuery::kFloat;
	query.values = arena.allocate<float>(binary_bits(quantizer.options));
	init_levels(query.levels, arena, blocks_of(quantizer.options), wide ? QueryWidth::kWide : QueryWidth::kNarrow);
}

int top_of(BinaryQuery query)
{
	return query == BinaryQuery::kFloat ? kWideTop : query == BinaryQuery::kScalar8 ? kNarrowTop : 7;
}

/* By how much the sum of weights of the bits set is multiplied. */
float scale_of(const Quantizer &quantizer)
{
	switch (quantizer.options.metric) {
	case Metric::kInnerProduct:
		return -quantizer.state->gain;
	case Metric::kL1:
		return 1;
	default:
		return -2 * quantizer.state->gain;
	}
}

/* Fills in the weights of a dimension's bits under L1 and returns the distance
 * when none is set: levels are passed one after the other. */
float weigh_magnitudes(const Decoding &decoding, float x, size_t first, size_t second, float *weights)
{
	const float none = std::fabs(x - decoding.lowest), one = std::fabs(x - decoding.lowest - decoding.raise);
	weights[first] = one - none;
	if (second)
		weights[second] = std::fabs(x - decoding.lowest - 2 * decoding.raise) - one;
	return none;
}

/* The same for inner products. */
float weigh_products(const Decoding &decoding, float x, size_t first, size_t second, float *weights)
{
	weights[first] = x * decoding.raise;
	if (second)
		weights[second] = x * decoding.raise;
	return x * decoding.lowest;
}

/* Sets the weights of all bits; returns the sum for a code without bits. */
float weigh_bits(const Quantizer &quantizer, const float *values, float *weights)
{
	const QuantizerState &state = *quantizer.state;
	const auto weigh = quantizer.options.metric == Metric::kL1 ? weigh_magnitudes : weigh_products;
	float none = 0;
	for (size_t i = 0; i < state.dims; i++)
		none += weigh(decoding_of(quantizer.options, state, i), bounded(values[i] - state.centre()[i]), i,
					  second_bit(quantizer.options, i), weights);
	return none;
}

/* What an estimate has besides inner products. */
float base_of(const Quantizer &quantizer, const float *values, float centred_norm_squared)
{
	switch (quantizer.options.metric) {
	case Metric::kInnerProduct:
		return -ordered_dot(values, quantizer.state->centre(), quantizer.options.dims);
	case Metric::kL1:
		return 0;
	default:
		return centred_norm_squared + quantizer.state->norm;
	}
}

void prepare(QuantizedQuery &query, const float *values) noexcept
{
	const Quantizer &quantizer = *query.quantizer;
	const QuantizerState &state = *quantizer.state;
	query.norm = 1;
	if (has_binary_query(query)) {
		encode(quantizer, values, query.values, query.code);
		return;
	}
	const float norm_squared = bounded(ordered_sum(state.dims, [&](size_t i) {
		const float x = values[i] - state.centre()[i];
		return x * x;
	}));
	const float none = weigh_bits(quantizer, values, query.values);
	prepare_levels(query.levels, query.values, binary_bits(quantizer.options), top_of(quantizer.options.binary_query));
	query.base = bounded(base_of(quantizer, values, norm_squared) + bounded(scale_of(quantizer) * none));
	if (quantizer.options.metric != Metric::kL1)
		query.norm = std::sqrt(norm_squared);
}

void estimate_hamming(const QuantizedQuery &query, const uint8_t *codes, size_t stride, uint32_t count, float *out)
{
	const auto distance = vecext::kernels().hamming_bits;
	const Quantizer &quantizer = *query.quantizer;
	for (uint32_t i = 0; i < count; i++) {
		const auto bits = static_cast<float>(distance(query.code, codes + i * stride, quantizer.code_bytes));
		out[i] = quantizer.state->intercept + quantizer.state->slope * bits;
	}
}

void estimate(const QuantizedQuery &query, const uint8_t *codes, size_t stride, uint32_t count, float *out) noexcept
{
	if (has_binary_query(query))
		return estimate_hamming(query, codes, stride, count, out);
	const float scale = scale_of(*query.quantizer) * query.levels.step;
	sum_codes(*query.kernels, query.levels, 1, codes, stride, count,
			  [&](uint32_t i, int64_t sum) { out[i] = query.base + scale * static_cast<float>(sum); });
}

float error(const QuantizedQuery &query, const uint8_t *, float) noexcept
{
	return query.quantizer->state->error * query.norm;
}

} /* namespace */

const QuantizerMethods kBinaryMethods = {train, scratch_floats, encode, init_query, prepare, estimate, error};

} /* namespace vecext */
