/*
 * drift.cpp: estimates of distances between stored rows, held against the exact
 * ones; what of the rows lies beyond the codes' range and off their centre.
 */
#include "vecext/quantizer_drift.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <vector>

#include "core/quantizer/calibrate.h"
#include "core/quantizer/normalise.h"
#include "core/quantizer/state.h"

namespace vecext {

namespace {

constexpr size_t kQueries = 32;

/* The sample as quantizers see it. */
struct Sample {
	const Quantizer &quantizer;
	const float *rows;
	const uint8_t *codes;
	size_t stride, count;

	uint32_t dims() const { return quantizer.options.dims; }
	const float *row(size_t i) const { return rows + i * dims(); }
};

/* Sums over all pairs. */
struct ErrorSums {
	uint64_t pairs = 0, bounded_pairs = 0;
	double squares = 0, units = 0, exact = 0, exact_squares = 0;

	void add(double estimate, double distance, double error)
	{
		const double off = (estimate - distance) * (estimate - distance);
		pairs++;
		squares += off;
		exact += distance;
		exact_squares += distance * distance;
		if (error > 0) {
			bounded_pairs++;
			units += off / (error * error);
		}
	}

	double relative_error() const
	{
		const auto n = static_cast<double>(pairs);
		const double variance = exact_squares / n - exact / n * (exact / n);
		return variance > 0 ? std::sqrt(squares / n / variance) : 0;
	}

	double error_ratio() const { return bounded_pairs > 0 ? std::sqrt(units / static_cast<double>(bounded_pairs)) : 0; }
};

void add_query(const Sample &sample, const QuantizedQuery &query, size_t q, ErrorSums &sums)
{
	for (size_t i = 0; i < sample.count; i++) {
		if (i == q)
			continue;
		const uint8_t *code = sample.codes + i * sample.stride;
		const float exact =
			exact_distance(sample.quantizer.options.metric, sample.row(q), sample.row(i), sample.dims());
		const float estimate = query.estimate(code);
		if (std::isfinite(exact) && std::isfinite(estimate))
			sums.add(double{estimate}, double{exact}, double{query.error(code, estimate)});
	}
}

ErrorSums compare_pairs(const Sample &sample)
{
	MallocArena arena;
	QuantizedQuery query;
	query.init(arena.arena(), sample.quantizer);
	ErrorSums sums;
	const size_t queries = std::min(sample.count, kQueries);
	for (size_t i = 0; i < queries; i++) {
		const size_t q = i * sample.count / queries;
		query.prepare(sample.row(q));
		add_query(sample, query, q, sums);
	}
	return sums;
}

double share_saturated(const Sample &sample)
{
	if (sample.quantizer.options.kind != QuantizerKind::kScalar)
		return 0;
	const QuantizerState &state = *sample.quantizer.state;
	constexpr float kHalfStep = 1 + 1 / 255.0f; /* that much beyond still rounds to the last level */
	uint64_t beyond = 0;
	for (size_t i = 0; i < sample.count; i++)
		for (uint32_t d = 0; d < sample.dims(); d++)
			beyond += std::fabs(sample.row(i)[d] - state.centre()[d]) > state.range()[d] * kHalfStep;
	return static_cast<double>(beyond) / (static_cast<double>(sample.count) * sample.dims());
}

bool has_centre(const QuantizerOptions &options)
{
	const bool around_zero = options.kind == QuantizerKind::kBinary && options.binary_query == BinaryQuery::kBinary &&
							 options.metric == Metric::kInnerProduct;
	return options.kind != QuantizerKind::kProduct && !around_zero;
}

double displacement_of(const Sample &sample)
{
	if (!has_centre(sample.quantizer.options))
		return 0;
	const float *centre = sample.quantizer.state->centre();
	const auto n = static_cast<double>(sample.count);
	double squares = 0, mean_squares = 0;
	for (uint32_t d = 0; d < sample.dims(); d++) {
		double sum = 0;
		for (size_t i = 0; i < sample.count; i++) {
			const double x = double{sample.row(i)[d]} - double{centre[d]};
			sum += x;
			squares += x * x / n;
		}
		mean_squares += sum / n * (sum / n);
	}
	return squares > 0 ? mean_squares / squares : 0;
}

QuantizerDrift drift_of(const Sample &sample)
{
	const ErrorSums sums = compare_pairs(sample);
	if (sums.pairs == 0)
		return {};
	return {sums.pairs, sums.relative_error(), sums.error_ratio(), share_saturated(sample), displacement_of(sample)};
}

/* Unit vectors under kCosine. */
std::vector<float> normalised_rows(const float *rows, size_t count, uint32_t dims)
{
	std::vector<float> values(count * dims);
	for (size_t i = 0; i < count; i++)
		normalise(rows + i * dims, dims, values.data() + i * dims);
	return values;
}

} /* namespace */

Status measure_drift(const Quantizer &quantizer, const float *rows, const uint8_t *codes, size_t stride, size_t count,
					 QuantizerDrift *drift) noexcept
{
	*drift = {};
	if (count < 2)
		return Status::ok();
	try {
		if (quantizer.options.metric == Metric::kCosine) {
			const std::vector<float> normalised = normalised_rows(rows, count, quantizer.options.dims);
			*drift = drift_of({quantizer, normalised.data(), codes, stride, count});
		} else {
			*drift = drift_of({quantizer, rows, codes, stride, count});
		}
	} catch (const std::bad_alloc &) {
		return Status::error(ErrorKind::kOutOfMemory, "out of memory while measuring a quantizer");
	}
	return Status::ok();
}

} /* namespace vecext */
