/*
 * scalar.cpp: 8 bits per dimension on one grid around the centre c of the data,
 * x_i = c_i + step (u_i - 127.5), step = 2 R / 255.
 *
 * Under kL2 and kCosine, with primes for "minus c" and e for what the code loses,
 *   |q - x|^2 = |q'|^2 - 2 <q', x'> + |x'|^2,   x' without e
 * is estimated with |x'|^2 + |e|^2 stored behind the levels, so that only
 * -2 <q' - x', e> is lost. kInnerProduct needs no such factor. kL1 puts the query
 * on the grid, too; what of it lies outside the grid adds the same to every
 * distance.
 */
#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/quantizer/levels.h"
#include "core/quantizer/methods.h"
#include "core/quantizer/vectors.h"
#include "vecext/kernels.h"

namespace vecext {

namespace {

constexpr uint32_t kQuantileFloats = 4 << 20;

float step_of(const QuantizerState &state)
{
	return state.range * (2 / 255.0f);
}

/* The quantile of |x_i - c_i| over the sample, or over rows evenly taken of it. */
float quantile_of_magnitudes(const TrainingRows &rows, const QuantizerState &state)
{
	const uint32_t taken = std::min(rows.count, std::max(kQuantileFloats / rows.dims, 1u));
	std::vector<float> magnitudes;
	magnitudes.reserve(size_t{taken} * rows.dims);
	for (uint32_t i = 0; i < taken; i++) {
		const float *row = rows.row(static_cast<uint32_t>(uint64_t{i} * rows.count / taken));
		for (uint32_t d = 0; d < rows.dims; d++)
			magnitudes.push_back(bounded(std::fabs(row[d] - state.centre()[d])));
	}
	const auto last = static_cast<double>(magnitudes.size() - 1);
	const auto place = magnitudes.begin() + static_cast<ptrdiff_t>(std::ceil(last * double{state.quantile}));
	std::nth_element(magnitudes.begin(), place, magnitudes.end());
	return *place;
}

void train(const TrainingRows &rows, QuantizerState &state)
{
	/* Half of the range keeps 2 R finite. */
	state.range = rows.count == 0 ? 1 : std::min(quantile_of_magnitudes(rows, state), 1e38f);
}

/* Levels of values[dims]; zeros behind. */
void take_levels(const QuantizerState &state, const float *values, uint8_t *levels)
{
	const float inverse = state.range > 0 ? 255 / (2 * state.range) : 0;
	const float *centre = state.centre();
	for (uint32_t i = 0; i < state.dims; i++) {
		const float place = (values[i] - centre[i] + state.range) * inverse;
		const float within = place > 0 ? (place < 255 ? place : 255) : 0;
		levels[i] = static_cast<uint8_t>(within + 0.5f);
	}
	memset(levels + state.dims, 0, size_t{level_blocks(state.dims)} * 64 - state.dims);
}

/* |x'|^2 + |e|^2 */
float norm_term(const QuantizerState &state, const float *values, const uint8_t *levels)
{
	const float *centre = state.centre();
	const float step = step_of(state);
	return bounded(ordered_sum(state.dims, [=](size_t i) {
		const float decoded = step * (static_cast<float>(levels[i]) - 127.5f);
		const float lost = values[i] - centre[i] - decoded;
		return decoded * decoded + lost * lost;
	}));
}

bool has_norm_term(Metric metric)
{
	return metric == Metric::kL2 || metric == Metric::kCosine;
}

size_t scratch_floats(const QuantizerOptions &) noexcept
{
	return 0;
}

void encode(const Quantizer &quantizer, const float *values, float *, uint8_t *code) noexcept
{
	take_levels(*quantizer.state, values, code);
	if (!has_norm_term(quantizer.options.metric))
		return;
	const float term = norm_term(*quantizer.state, values, code);
	memcpy(code + quantizer.code_bytes - sizeof term, &term, sizeof term);
}

void init_query(QuantizedQuery &query, Arena arena)
{
	const uint32_t dims = query.quantizer->options.dims, blocks = level_blocks(dims);
	if (query.quantizer->options.metric == Metric::kL1) {
		query.code = arena.allocate<uint8_t>(size_t{blocks} * 64);
		return;
	}
	query.values = arena.allocate<float>(dims);
	init_levels(query.levels, arena, blocks, QueryWidth::kWide);
}

/* How far the query lies outside the grid. */
float outside_grid(const QuantizerState &state, const float *values)
{
	const float *centre = state.centre();
	return ordered_sum(state.dims, [&](size_t i) {
		const float beyond = std::fabs(values[i] - centre[i]) - state.range;
		return beyond > 0 ? beyond : 0;
	});
}

void prepare(QuantizedQuery &query, const float *values) noexcept
{
	const QuantizerState &state = *query.quantizer->state;
	if (query.quantizer->options.metric == Metric::kL1) {
		take_levels(state, values, query.code);
		query.base = bounded(outside_grid(state, values));
		query.norm = 1;
		return;
	}
	for (uint32_t i = 0; i < state.dims; i++)
		query.values[i] = bounded(values[i] - state.centre()[i]);
	prepare_levels(query.levels, query.values, state.dims, kWideTop);
	query.norm = std::sqrt(bounded(ordered_dot(values, values, state.dims)));
	query.base = has_norm_term(query.quantizer->options.metric)
					 ? bounded(ordered_dot(query.values, query.values, state.dims))
					 : bounded(-ordered_dot(values, state.centre(), state.dims));
}

void estimate_l1(const QuantizedQuery &query, const uint8_t *codes, size_t stride, uint32_t count, float *out)
{
	const auto distance = vecext::kernels().l1_u8;
	const float step = step_of(*query.quantizer->state);
	for (uint32_t i = 0; i < count; i++)
		out[i] = query.base +
				 step * static_cast<float>(distance(query.code, codes + i * stride, query.quantizer->code_bytes));
}

void estimate(const QuantizedQuery &query, const uint8_t *codes, size_t stride, uint32_t count, float *out) noexcept
{
	const Quantizer &quantizer = *query.quantizer;
	if (quantizer.options.metric == Metric::kL1)
		return estimate_l1(query, codes, stride, count, out);
	const bool with_norm = has_norm_term(quantizer.options.metric);
	const size_t norm_offset = quantizer.code_bytes - sizeof(float);
	/* <q', x'> = step * query step * (sum - 127.5 * sum of the query) */
	const float unit = step_of(*quantizer.state) * query.levels.step * 0.5f, scale = with_norm ? -2 * unit : -unit;
	const int64_t middle = 255 * query.levels.sum;
	sum_codes(*query.kernels, query.levels, 8, codes, stride, count, [&](uint32_t i, int64_t sum) {
		float term = 0;
		if (with_norm)
			memcpy(&term, codes + i * stride + norm_offset, sizeof term);
		out[i] = query.base + term + scale * static_cast<float>(2 * sum - middle);
	});
}

/* Lengths of differences lose in proportion to their root; see the file's head. */
float error(const QuantizedQuery &query, const uint8_t *, float estimate) noexcept
{
	const QuantizerState &state = *query.quantizer->state;
	if (has_norm_term(query.quantizer->options.metric))
		return state.error * std::sqrt(std::max(estimate, 0.0f) + state.distortion);
	return state.error * query.norm;
}

} /* namespace */

const QuantizerMethods kScalarMethods = {train, scratch_floats, encode, init_query, prepare, estimate, error};

} /* namespace vecext */
