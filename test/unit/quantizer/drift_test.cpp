/*
 * drift_test.cpp: drift is low on data like the sample, and shows when they move,
 * spread or change.
 */
#include "vecext/quantizer_drift.h"

#include "quantizer/samples.h"

namespace vecext {
namespace {

using namespace test;

constexpr uint32_t kDims = 48;

QuantizerDrift drift_on(const QuantizerOptions &options, const Floats &sample, const Floats &rows)
{
	Trained trained(options, sample);
	const std::vector<uint8_t> codes = trained.encode(rows);
	QuantizerDrift drift;
	const Status status = measure_drift(trained.quantizer, rows.data(), codes.data(), trained.quantizer.code_bytes,
										rows.size() / options.dims, &drift);
	EXPECT_TRUE(status.is_ok());
	return drift;
}

Floats moved(Floats rows, float by)
{
	for (float &value : rows)
		value += by;
	return rows;
}

Floats stretched(Floats rows, float times)
{
	for (float &value : rows)
		value *= times;
	return rows;
}

template <class Body> void for_all(Body body)
{
	for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine, Metric::kL1})
		for (const QuantizerOptions &options : all_options(metric, kDims)) {
			SCOPED_TRACE(description(options));
			body(options);
		}
}

TEST(QuantizerDrift, IsLowOnDataLikeTheSample)
{
	const Floats sample = clustered_rows(600, kDims, 1), rows = clustered_rows(200, kDims, 2);
	for_all([&](const QuantizerOptions &options) {
		const QuantizerDrift drift = drift_on(options, sample, rows);
		EXPECT_EQ(drift.pairs, 32u * 199u);
		EXPECT_LT(drift.estimate_error, 1);
		EXPECT_GT(drift.estimate_error, 0);
		EXPECT_GT(drift.error_ratio, 0.5);
		EXPECT_LT(drift.error_ratio, 2);
		EXPECT_LT(drift.saturated, 0.005);
		EXPECT_LT(drift.displacement, 0.1);
	});
}

TEST(QuantizerDrift, ShowsDataThatMoved)
{
	const Floats sample = clustered_rows(600, kDims, 1), rows = moved(clustered_rows(200, kDims, 2), 8);
	for_all([&](const QuantizerOptions &options) {
		const QuantizerDrift before = drift_on(options, sample, clustered_rows(200, kDims, 2));
		const QuantizerDrift drift = drift_on(options, sample, rows);
		EXPECT_GT(drift.estimate_error, before.estimate_error);
		if (options.kind == QuantizerKind::kScalar || options.kind == QuantizerKind::kRabitq) {
			EXPECT_GT(drift.displacement, 0.8);
		}
		if (options.kind == QuantizerKind::kScalar && options.metric != Metric::kCosine) {
			EXPECT_GT(drift.saturated, 0.8);
		}
	});
}

TEST(QuantizerDrift, ShowsDataThatSpread)
{
	QuantizerOptions options;
	options.kind = QuantizerKind::kScalar;
	options.dims = kDims;
	const Floats sample = normal_rows(600, kDims, 1), rows = stretched(normal_rows(200, kDims, 2), 4);
	const QuantizerDrift drift = drift_on(options, sample, rows);
	/* Normal values of 4 deviations beyond a range of about 3.9: 2 * (1 - Phi(0.98)). */
	EXPECT_NEAR(drift.saturated, 0.33, 0.05);
	EXPECT_LT(drift.displacement, 0.05);
	EXPECT_GT(drift.error_ratio, 5);
}

TEST(QuantizerDrift, OfAlmostNothingIsZero)
{
	QuantizerOptions options;
	options.dims = kDims;
	const Floats sample = normal_rows(50, kDims, 1);
	for (size_t count : {0u, 1u}) {
		const QuantizerDrift drift = drift_on(options, sample, normal_rows(count, kDims, 2));
		EXPECT_EQ(drift.pairs, 0u);
		EXPECT_EQ(drift.estimate_error, 0);
		EXPECT_EQ(drift.saturated, 0);
	}
}

} /* namespace */
} /* namespace vecext */
