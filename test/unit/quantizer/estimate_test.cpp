/*
 * estimate_test.cpp: what estimates of all kinds of codes are worth: no bias where
 * none is promised, errors as error() tells, the nearest rows among the best
 * estimates, and equal bits on every instruction set.
 */
#include <algorithm>
#include <numeric>

#include "code_sets.h"
#include "quantizer/samples.h"

namespace vecext {
namespace {

using namespace test;

constexpr Metric kMetrics[] = {Metric::kL2, Metric::kInnerProduct, Metric::kCosine, Metric::kL1};

/* The k least, by index. */
std::vector<uint32_t> least(const Floats &distances, size_t k)
{
	std::vector<uint32_t> order(distances.size());
	std::iota(order.begin(), order.end(), 0u);
	std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return distances[a] < distances[b]; });
	order.resize(std::min(k, order.size()));
	return order;
}

/* Of the 10 nearest rows, the share among the best `candidates` estimates: what
 * rescoring those finds. */
constexpr size_t kRows = 600, kQueries = 5;
double recall_after_rescoring(const QuantizerOptions &options, size_t candidates)
{
	const Floats rows = clustered_rows(kRows, options.dims, 1), queries = clustered_rows(kQueries, options.dims, 2);
	Trained trained(options, rows);
	const std::vector<uint8_t> codes = trained.encode(rows);
	double found = 0;
	for (size_t q = 0; q < kQueries; q++) {
		const float *query = queries.data() + q * options.dims;
		Floats exact(kRows);
		for (size_t i = 0; i < exact.size(); i++)
			exact[i] =
				static_cast<float>(exact_distance(options.metric, query, rows.data() + i * options.dims, options.dims));
		const std::vector<uint32_t> best = least(trained.estimate(query, codes), candidates);
		for (uint32_t id : least(exact, 10))
			found += std::count(best.begin(), best.end(), id);
	}
	return found / (10 * kQueries);
}

TEST(Quantizer, RescoringFindsTheNearest)
{
	for (Metric metric : kMetrics)
		for (const QuantizerOptions &options : all_options(metric, 96)) {
			SCOPED_TRACE(description(options));
			EXPECT_GE(recall_after_rescoring(options, 100), 0.95);
		}
}

/* Errors of estimates in units of what error() says. */
struct Errors {
	double mean, deviation, covered, count; /* covered: the share with estimate - 3 error <= exact */
};

/* Pairs of normal rows, with another rotation for each query. */
Errors rabitq_errors(QuantizerOptions options)
{
	double sum = 0, squares = 0, covered = 0, count = 0;
	for (uint64_t seed = 0; seed < 40; seed++) {
		options.seed = seed;
		const Floats rows = normal_rows(50, options.dims, seed, 0.3f), query = normal_rows(1, options.dims, ~seed);
		Trained trained(options, rows);
		const std::vector<uint8_t> codes = trained.encode(rows);
		QuantizedQuery prepared;
		prepared.init(trained.arena.arena(), trained.quantizer);
		prepared.prepare(query.data());
		for (size_t i = 0; i < 50; i++) {
			const uint8_t *code = codes.data() + i * trained.quantizer.code_bytes;
			const float estimate = prepared.estimate(code), unit = prepared.error(code, estimate);
			const double exact =
				exact_distance(options.metric, query.data(), rows.data() + i * options.dims, options.dims);
			const double error = (estimate - exact) / unit;
			sum += error;
			squares += error * error;
			covered += error <= 3;
			count++;
		}
	}
	const double mean = sum / count;
	return {mean, std::sqrt(squares / count - mean * mean), covered / count, count};
}

/* The theory knows nothing of the query's rounding, which adds a little. */
TEST(Quantizer, RabitqIsUnbiasedWithTheErrorOfTheTheory)
{
	for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine})
		for (uint8_t bits = 1; bits <= 8; bits++) {
			QuantizerOptions options;
			options.metric = metric;
			options.bits = bits;
			options.dims = 192;
			SCOPED_TRACE(description(options));
			const Errors errors = rabitq_errors(options);
			EXPECT_LT(std::fabs(errors.mean), 4.5 * errors.deviation / std::sqrt(errors.count));
			EXPECT_GT(errors.deviation, 0.8);
			EXPECT_LT(errors.deviation, 1.2);
			EXPECT_GT(errors.covered, 0.995);
		}
}

/* More bits, smaller errors: by about half for each. */
TEST(Quantizer, RabitqErrorsHalveWithEachBit)
{
	const uint32_t dims = 256;
	const Floats rows = normal_rows(100, dims, 1), query = normal_rows(1, dims, 2);
	double before = INFINITY;
	for (uint8_t bits = 1; bits <= 8; bits++) {
		QuantizerOptions options;
		options.dims = dims;
		options.bits = bits;
		Trained trained(options, rows);
		const Floats estimates = trained.estimate(query.data(), trained.encode(rows));
		double squares = 0;
		for (size_t i = 0; i < 100; i++)
			squares +=
				std::pow(estimates[i] - exact_distance(Metric::kL2, query.data(), rows.data() + i * dims, dims), 2);
		EXPECT_LT(squares, 0.5 * before) << int(bits);
		before = squares;
	}
}

/* Rows and queries from the distribution of the sample, far and near ones. */
TEST(Quantizer, LowerBoundsHold)
{
	for (Metric metric : kMetrics)
		for (const QuantizerOptions &options : all_options(metric, 72)) {
			SCOPED_TRACE(description(options));
			const Floats rows = clustered_rows(400, 72, 1), queries = clustered_rows(10, 72, 2);
			Trained trained(options, rows);
			const std::vector<uint8_t> codes = trained.encode(rows);
			QuantizedQuery query;
			query.init(trained.arena.arena(), trained.quantizer);
			double covered = 0;
			for (size_t q = 0; q < 10; q++) {
				query.prepare(queries.data() + q * 72);
				for (size_t i = 0; i < 400; i++) {
					const uint8_t *code = codes.data() + i * trained.quantizer.code_bytes;
					const float estimate = query.estimate(code);
					covered += estimate - 3 * query.error(code, estimate) <=
							   exact_distance(metric, queries.data() + q * 72, rows.data() + i * 72, 72);
				}
			}
			EXPECT_GT(covered / 4000, 0.985);
		}
}

TEST(Quantizer, CodesMayBeAnywhere)
{
	const Floats rows = clustered_rows(100, 50, 1);
	for (Metric metric : kMetrics)
		for (const QuantizerOptions &options : all_options(metric, 50)) {
			SCOPED_TRACE(description(options));
			Trained trained(options, rows);
			const size_t bytes = trained.quantizer.code_bytes, stride = bytes + 5;
			const std::vector<uint8_t> codes = trained.encode(rows);
			std::vector<uint8_t> spaced(100 * stride + 1);
			std::vector<const uint8_t *> places;
			for (size_t i = 0; i < 100; i++) {
				std::copy_n(codes.data() + i * bytes, bytes, spaced.data() + 1 + i * stride);
				places.push_back(spaced.data() + 1 + i * stride);
			}
			const Floats expected = trained.estimate(rows.data(), codes);
			QuantizedQuery query;
			query.init(trained.arena.arena(), trained.quantizer);
			query.prepare(rows.data());
			Floats strided(100), each(100);
			query.estimate(spaced.data() + 1, stride, 100, strided.data());
			query.estimate_each(places.data(), 100, each.data());
			EXPECT_EQ(strided, expected);
			EXPECT_EQ(each, expected);
		}
}

TEST(Quantizer, EstimatesHaveTheSameBitsOnEverySet)
{
	for (Metric metric : kMetrics)
		for (uint32_t dims : {1u, 63u, 200u})
			for (const QuantizerOptions &options : all_options(metric, dims)) {
				SCOPED_TRACE(description(options));
				const Floats rows = clustered_rows(40, dims, 1);
				Floats expected;
				std::vector<uint8_t> expected_codes;
				std::vector<uint64_t> expected_state;
				for_each_set([&] {
					Trained trained(options, rows);
					const std::vector<uint8_t> codes = trained.encode(rows);
					const Floats estimates = trained.estimate(rows.data(), codes);
					if (expected.empty()) {
						expected = estimates;
						expected_codes = codes;
						expected_state = trained.state;
					}
					EXPECT_EQ(trained.state, expected_state);
					EXPECT_EQ(codes, expected_codes);
					EXPECT_EQ(estimates, expected);
				});
			}
}

} /* namespace */
} /* namespace vecext */
