/*
 * calibrate.cpp: estimates of distances between rows, held against the exact ones.
 */
#include "core/quantizer/calibrate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/quantizer/vectors.h"

namespace vecext {

namespace {

constexpr uint32_t kCodes = 128;
constexpr uint32_t kQueries = 32;

/* One estimate beside the truth. */
struct Pair {
	double estimate, exact, unit; /* unit: QuantizedQuery::error() with state.error = 1 */
};

/* Row i of `taken` taken evenly; queries and codes are different rows as far as
 * there are any. */
uint32_t place_of(uint32_t i, uint32_t taken, uint32_t count)
{
	return static_cast<uint32_t>(uint64_t{i} * count / taken);
}

class Estimates {
public:
	Estimates(const TrainingRows &rows, const QuantizerState &state) : rows_(rows)
	{
		quantizer_.options = options_of(state);
		quantizer_.state = &state;
		quantizer_.methods = &methods_of(quantizer_.options.kind);
		quantizer_.code_bytes = quantizer_code_bytes(quantizer_.options);
		quantizer_.scratch_floats = quantizer_.methods->scratch_floats(quantizer_.options);
		if (quantizer_.options.kind == QuantizerKind::kRabitq)
			quantizer_.rotation.init(arena_.arena(), rows.dims, quantizer_.options.seed);
		count_ = std::min(rows.count, kCodes);
		scratch_.resize(quantizer_.scratch_floats + 1);
		codes_.resize(count_ * quantizer_.code_bytes);
		for (uint32_t i = 0; i < count_; i++)
			quantizer_.methods->encode(quantizer_, row(i), scratch_.data(), code(i));
	}

	std::vector<Pair> pairs()
	{
		QuantizedQuery query;
		query.init(arena_.arena(), quantizer_);
		std::vector<Pair> pairs;
		const uint32_t queries = std::min(rows_.count, kQueries);
		for (uint32_t q = 0; q < queries; q++) {
			const uint32_t place = (place_of(q, queries, rows_.count) + 1) % rows_.count;
			quantizer_.methods->prepare(query, rows_.row(place));
			for (uint32_t i = 0; i < count_; i++)
				add(query, place, i, pairs);
		}
		return pairs;
	}

private:
	const float *row(uint32_t i) const { return rows_.row(place_of(i, count_, rows_.count)); }
	uint8_t *code(uint32_t i) { return codes_.data() + i * quantizer_.code_bytes; }

	void add(const QuantizedQuery &query, uint32_t place, uint32_t i, std::vector<Pair> &pairs)
	{
		const float exact = exact_distance(quantizer_.options.metric, rows_.row(place), row(i), rows_.dims);
		const float estimate = query.estimate(code(i));
		if (std::isfinite(exact) && std::isfinite(estimate))
			pairs.push_back({estimate, exact, query.error(code(i), estimate)});
	}

	const TrainingRows &rows_;
	MallocArena arena_;
	Quantizer quantizer_;
	uint32_t count_ = 0;
	std::vector<float> scratch_;
	std::vector<uint8_t> codes_;
};

/* The line through (estimate, exact) with the least squares; flat data give a
 * slope of 1, since estimates must keep their order. */
void fit_line(const std::vector<Pair> &pairs, QuantizerState &state)
{
	double x = 0, y = 0, xx = 0, xy = 0;
	const auto n = static_cast<double>(pairs.size());
	for (const Pair &pair : pairs) {
		x += pair.estimate;
		y += pair.exact;
	}
	x /= n;
	y /= n;
	for (const Pair &pair : pairs) {
		xx += (pair.estimate - x) * (pair.estimate - x);
		xy += (pair.estimate - x) * (pair.exact - y);
	}
	const double slope = xx > 0 && xy > 0 ? xy / xx : 1;
	state.slope = bounded(static_cast<float>(slope));
	if (!(state.slope > 0))
		state.slope = 1;
	state.intercept = bounded(static_cast<float>(y - double{state.slope} * x));
}

float error_in_units(const std::vector<Pair> &pairs)
{
	double sum = 0, count = 0;
	for (const Pair &pair : pairs)
		if (pair.unit > 0) {
			const double off = (pair.estimate - pair.exact) / pair.unit;
			sum += off * off;
			count++;
		}
	return count > 0 ? bounded(static_cast<float>(std::sqrt(sum / count))) : 0;
}

} /* namespace */

float exact_distance(Metric metric, const float *a, const float *b, uint32_t dims) noexcept
{
	switch (metric) {
	case Metric::kInnerProduct:
		return -ordered_dot(a, b, dims);
	case Metric::kL1:
		return ordered_sum(dims, [=](size_t i) { return std::fabs(a[i] - b[i]); });
	default:
		return ordered_sum(dims, [=](size_t i) { return (a[i] - b[i]) * (a[i] - b[i]); });
	}
}

void calibrate(const TrainingRows &rows, QuantizerState &state)
{
	if (state.kind == static_cast<uint8_t>(QuantizerKind::kRabitq))
		return; /* its codes carry their errors */
	state.error = 1;
	if (state.kind == static_cast<uint8_t>(QuantizerKind::kBinary) &&
		state.binary_query == static_cast<uint8_t>(BinaryQuery::kBinary)) {
		state.intercept = 0;
		state.slope = 1;
		const std::vector<Pair> pairs = Estimates(rows, state).pairs();
		if (!pairs.empty())
			fit_line(pairs, state);
	}
	state.error = error_in_units(Estimates(rows, state).pairs());
}

} /* namespace vecext */
