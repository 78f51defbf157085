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
 * with it by the factor 1 / gain. The squared length of a decoded vector is linear
 * in the bits, too, and tells something of the original's: intercept + slope times
 * it, a line fitted to the sample.
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

/* What a code says of its row. */
struct Decoded {
	double product = 0;      /* of the row and the decoded row, both without centre */
	double norm_squared = 0; /* of the row */
	double decoded_norm_squared = 0;
};
Decoded decode_row(const QuantizerOptions &options, const QuantizerState &state, const float *row, uint8_t *bits)
{
	take_bits(options, state, row, bits);
	Decoded sums;
	for (size_t i = 0; i < options.dims; i++) {
		const Decoding decoding = decoding_of(options, state, i);
		const size_t second = second_bit(options, i);
		const int set = bits[i] + (second ? bits[second] : 0);
		const double x = double{row[i]} - double{state.centre()[i]};
		const double decoded = double{decoding.lowest + decoding.raise * static_cast<float>(set)};
		sums.product += x * decoded;
		sums.norm_squared += x * x;
		sums.decoded_norm_squared += decoded * decoded;
	}
	return sums;
}

void learn_gain(const std::vector<Decoded> &rows, QuantizerState &state)
{
	double products = 0, norms = 0;
	for (const Decoded &row : rows) {
		products += row.product;
		norms += row.norm_squared;
	}
	const double gain = norms / products;
	state.gain = gain > 0 && gain < 100 ? static_cast<float>(gain) : 1;
}

/* intercept + slope * squared length decoded = squared length; least squares. */
void learn_norms(const std::vector<Decoded> &rows, QuantizerState &state)
{
	double mean = 0, decoded_mean = 0, variance = 0, covariance = 0;
	for (const Decoded &row : rows) {
		mean += row.norm_squared / static_cast<double>(rows.size());
		decoded_mean += row.decoded_norm_squared / static_cast<double>(rows.size());
	}
	for (const Decoded &row : rows) {
		const double off = row.decoded_norm_squared - decoded_mean;
		variance += off * off;
		covariance += off * (row.norm_squared - mean);
	}
	/* Codes of one bit have one length, up to rounding. */
	const double slope =
		variance > 1e-9 * decoded_mean * decoded_mean * static_cast<double>(rows.size()) ? covariance / variance : 0;
	state.slope = bounded(static_cast<float>(slope));
	state.intercept = bounded(static_cast<float>(mean - double{state.slope} * decoded_mean));
}

bool train(const TrainingRows &rows, QuantizerState &state)
{
	const QuantizerOptions options = options_of(state);
	learn_deviations(rows, state);
	std::vector<uint8_t> bits(size_t{blocks_of(options)} * 64);
	std::vector<Decoded> decoded;
	for (uint32_t i = 0; i < rows.count; i++)
		decoded.push_back(decode_row(options, state, rows.row(i), bits.data()));
	learn_gain(decoded, state);
	learn_norms(decoded, state);
	return true;
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

/* How one dimension adds to an estimate: by `none` when no bit is set, by weights
 * for each bit. */
struct Weights {
	float none, first, second;
};

/* Levels are passed one after the other. */
Weights weigh_l1(const Quantizer &, const Decoding &decoding, float x)
{
	const float none = std::fabs(x - decoding.lowest), one = std::fabs(x - decoding.lowest - decoding.raise);
	return {none, one - none, std::fabs(x - decoding.lowest - 2 * decoding.raise) - one};
}

Weights weigh_product(const Quantizer &quantizer, const Decoding &decoding, float x)
{
	const float raise = -quantizer.state->gain * x * decoding.raise;
	return {-quantizer.state->gain * x * decoding.lowest, raise, raise};
}

/* -2 <q', x'> + slope * |x'|^2. A dimension of one bit adds the same to the length
 * whatever the bit; one of two bits nothing when the first alone is set. */
Weights weigh_squared(const Quantizer &quantizer, const Decoding &decoding, float x)
{
	const float norm = quantizer.state->slope * decoding.lowest * decoding.lowest;
	const bool two_bits = decoding.lowest + decoding.raise == 0;
	const Weights product = weigh_product(quantizer, decoding, 2 * x);
	return {product.none + norm, product.first - (two_bits ? norm : 0), product.second + norm};
}

/* Sets the weights of all bits; returns the sum for a code without bits. */
template <class Weigh> float weigh_all(const Quantizer &quantizer, const float *values, float *weights, Weigh weigh)
{
	const QuantizerState &state = *quantizer.state;
	float none = 0;
	for (size_t i = 0; i < state.dims; i++) {
		const Weights of_dimension =
			weigh(quantizer, decoding_of(quantizer.options, state, i), bounded(values[i] - state.centre()[i]));
		none += of_dimension.none;
		weights[i] = bounded(of_dimension.first);
		if (const size_t second = second_bit(quantizer.options, i))
			weights[second] = bounded(of_dimension.second);
	}
	return none;
}

/* By generic lambdas, so that each metric has a loop of its own. */
float weigh_bits(const Quantizer &quantizer, const float *values, float *weights)
{
	switch (quantizer.options.metric) {
	case Metric::kL1:
		return weigh_all(quantizer, values, weights, [](const auto &...all) { return weigh_l1(all...); });
	case Metric::kInnerProduct:
		return weigh_all(quantizer, values, weights, [](const auto &...all) { return weigh_product(all...); });
	default:
		return weigh_all(quantizer, values, weights, [](const auto &...all) { return weigh_squared(all...); });
	}
}

/* What an estimate has besides that. */
float base_of(const Quantizer &quantizer, const float *values, float centred_norm_squared)
{
	switch (quantizer.options.metric) {
	case Metric::kInnerProduct:
		return -ordered_dot(values, quantizer.state->centre(), quantizer.options.dims);
	case Metric::kL1:
		return 0;
	default:
		return centred_norm_squared + quantizer.state->intercept;
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
	query.base = bounded(base_of(quantizer, values, norm_squared) + bounded(none));
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
	const float step = query.levels.step;
	sum_codes(*query.kernels, query.levels, 1, codes, stride, count,
			  [&](uint32_t i, int64_t sum) { out[i] = query.base + step * static_cast<float>(sum); });
}

float error(const QuantizedQuery &query, const uint8_t *, float) noexcept
{
	return query.quantizer->state->error * query.norm;
}

} /* namespace */

const QuantizerMethods kBinaryMethods = {train, scratch_floats, encode, init_query, prepare, estimate, error};

} /* namespace vecext */
