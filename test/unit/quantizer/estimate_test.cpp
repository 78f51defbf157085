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
