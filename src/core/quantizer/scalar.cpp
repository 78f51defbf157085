/*
 * scalar.cpp: 8 bits per dimension, x_i = c_i + step_i (u_i - 127.5), step_i =
 * 2 R_i / 255, on a grid around the centre c of the data. R_i is a quantile of the
 * sample's |x_i - c_i|; under kL1, of all dimensions together, so that steps are
 * equal and distances between levels can be added up.
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

/* Levels are 0 to 255. */
constexpr float kStepOfRange = 2 / 255.0f;

bool has_equal_steps(const QuantizerState &state)
{
	return state.metric == static_cast<uint8_t>(Metric::kL1);
}

/* A sample of n values knows quantiles up to about 1 - 1 / n. For higher ones the
 * largest value is raised, by a fifth and more for normal variables and n in the
 * hundreds: saturation of rows to come costs more than a coarser grid. */
float quantile_of(std::vector<float> &magnitudes, float quantile)
{
	const auto last = static_cast<double>(magnitudes.size() - 1);
	const auto place = magnitudes.begin() + static_cast<ptrdiff_t>(std::ceil(last * double{quantile}));
	std::nth_element(magnitudes.begin(), place, magnitudes.end());
	const double beyond = static_cast<double>(magnitudes.size()) * (1 - double{quantile});
	const double raised = double{*place} * (1 + 0.25 * std::max(1 - beyond, 0.0));
	return static_cast<float>(std::min(raised, 1e38)); /* so that twice the range is finite */
}

/* Appends |x_i - c_i| of dimension i for `taken` rows, evenly taken. */
void append_magnitudes(const TrainingRows &rows, const QuantizerState &state, uint32_t i, uint32_t taken,
					   std::vector<float> &magnitudes)
{
	for (uint32_t r = 0; r < taken; r++) {
		const float *row = rows.row(static_cast<uint32_t>(uint64_t{r} * rows.count / taken));
		magnitudes.push_back(bounded(std::fabs(row[i] - state.centre()[i])));
	}
}

void learn_ranges(const TrainingRows &rows, QuantizerState &state)
{
	const uint32_t taken = std::min(rows.count, std::max(kQuantileFloats / rows.dims, 1u));
	std::vector<float> magnitudes;
	for (uint32_t i = 0; i < rows.dims; i++) {
		append_magnitudes(rows, state, i, taken, magnitudes);
		if (has_equal_steps(state))
			continue;
		state.range()[i] = quantile_of(magnitudes, state.quantile);
		magnitudes.clear();
	}
	if (has_equal_steps(state))
		std::fill_n(state.range(), rows.dims, quantile_of(magnitudes, state.quantile));
}

/* What rounding to steps loses of a vector, saturation aside: a twelfth of the
 * squared step in each dimension. */
float rounding_loss(const QuantizerState &state)
{
	const float *range = state.range();
	return bounded(ordered_sum(state.dims, [=](size_t i) {
		const float step = kStepOfRange * range[i];
		return step * step / 12;
	}));
}

bool train(const TrainingRows &rows, QuantizerState &state)
{
	if (rows.count == 0)
		std::fill_n(state.range(), rows.dims, 1.0f);
	else
		learn_ranges(rows, state);
	state.distortion = rounding_loss(state);
	return true;
}

/* Levels of values[dims]; zeros behind. */
void take_levels(const QuantizerState &state, const float *values, uint8_t *levels)
{
	const float *centre = state.centre(), *range = state.range();
	for (uint32_t i = 0; i < state.dims; i++) {
		const float inverse = range[i] > 1e-36f ? 127.5f / range[i] : 0;
		const float place = (values[i] - centre[i]) * inverse + 127.5f;
		const float within = place > 0 ? (place < 255 ? place : 255) : 0;
		levels[i] = static_cast<uint8_t>(within + 0.5f);
	}
	memset(levels + state.dims, 0, size_t{level_blocks(state.dims)} * 64 - state.dims);
}

/* |x'|^2 + |e|^2 */
float norm_term(const QuantizerState &state, const float *values, const uint8_t *levels)
{
	const float *centre = state.centre(), *range = state.range();
	return bounded(ordered_sum(state.dims, [=](size_t i) {
		const float decoded = kStepOfRange * range[i] * (static_cast<float>(levels[i]) - 127.5f);
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
	const float *centre = state.centre(), *range = state.range();
	return ordered_sum(state.dims, [=](size_t i) {
		const float beyond = std::fabs(values[i] - centre[i]) - range[i];
		return beyond > 0 ? beyond : 0;
	});
}

/* What all estimates have in common. */
float base_of(const Quantizer &quantizer, const float *values)
{
	const float *centre = quantizer.state->centre();
	if (!has_norm_term(quantizer.options.metric))
		return -ordered_dot(values, centre, quantizer.options.dims);
	return ordered_sum(quantizer.options.dims, [=](size_t i) {
		const float x = values[i] - centre[i];
		return x * x;
	});
}

/* out[i] = step_i (values[i] - c_i) */
void put_steps(const QuantizerState &state, const float *values, float *out)
{
	const float *centre = state.centre(), *range = state.range();
	for (uint32_t i = 0; i < state.dims; i++)
		out[i] = (values[i] - centre[i]) * (kStepOfRange * range[i]);
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
	const float norm_squared = bounded(ordered_dot(values, values, state.dims));
	query.norm = std::sqrt(norm_squared);
	query.base = bounded(base_of(*query.quantizer, values));
	/* Of a query that is too long for squares only the base is used. */
	if (norm_squared < 1e36f)
		put_steps(state, values, query.values);
	else
		std::fill_n(query.values, state.dims, 0.0f);
	prepare_levels(query.levels, query.values, state.dims, kWideTop);
}

void estimate_l1(const QuantizedQuery &query, const uint8_t *codes, size_t stride, uint32_t count, float *out)
{
	const auto distance = vecext::kernels().l1_u8;
	const float step = kStepOfRange * query.quantizer->state->range()[0];
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
	/* <q', x'> = query step * (sum - 127.5 * sum of the query) */
	const float scale = with_norm ? -query.levels.step : -0.5f * query.levels.step;
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
