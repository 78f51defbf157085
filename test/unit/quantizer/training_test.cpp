/*
 * training_test.cpp: samples of every odd shape: none, few, equal, constant, huge,
 * denormal, from 1 to 65,536 dimensions; and that training is deterministic.
 */
#include <algorithm>
#include <set>

#include "quantizer/samples.h"

namespace vecext {
namespace {

using namespace test;

constexpr Metric kMetrics[] = {Metric::kL2, Metric::kInnerProduct, Metric::kCosine, Metric::kL1};

/* Calls body(options) for every kind and option under every metric. */
template <class Body> void for_all(uint32_t dims, Body body)
{
	for (Metric metric : kMetrics)
		for (const QuantizerOptions &options : all_options(metric, dims)) {
			SCOPED_TRACE(description(options));
			body(options);
		}
}

void expect_no_nan(Trained &trained, const Floats &rows, const Floats &queries)
{
	const uint32_t dims = trained.quantizer.options.dims;
	const std::vector<uint8_t> codes = trained.encode(rows);
	QuantizedQuery query;
	query.init(trained.arena.arena(), trained.quantizer);
	Floats out(codes.size() / trained.quantizer.code_bytes);
	for (size_t q = 0; q < queries.size() / dims; q++) {
		query.prepare(queries.data() + q * dims);
		query.estimate(codes.data(), trained.quantizer.code_bytes, static_cast<uint32_t>(out.size()), out.data());
		for (size_t i = 0; i < out.size(); i++) {
			EXPECT_FALSE(std::isnan(out[i])) << "query " << q << " row " << i;
			const float error = query.error(codes.data() + i * trained.quantizer.code_bytes, out[i]);
			EXPECT_GE(error, 0) << "query " << q << " row " << i;
		}
	}
}

TEST(QuantizerTraining, DoesNotDependOnThreads)
{
	const Floats rows = clustered_rows(400, 24, 1);
	for_all(24, [&](const QuantizerOptions &options) {
		EXPECT_EQ(Trained(options, rows, 1).state, Trained(options, rows, 4).state);
	});
}

TEST(QuantizerTraining, DependsOnTheSeedWhereItSays)
{
	const Floats rows = clustered_rows(400, 24, 1);
	for (QuantizerKind kind : {QuantizerKind::kProduct, QuantizerKind::kRabitq}) {
		QuantizerOptions options;
		options.kind = kind;
		options.dims = 24;
		const std::vector<uint8_t> first = Trained(options, rows).encode(rows);
		options.seed = 1;
		EXPECT_NE(first, Trained(options, rows).encode(rows));
	}
}

TEST(QuantizerTraining, WorksWithoutRows)
{
	for_all(20, [](const QuantizerOptions &options) {
		Trained trained(options, {});
		EXPECT_EQ(trained.quantizer.trained_rows(), 0u);
		expect_no_nan(trained, clustered_rows(5, 20, 1), clustered_rows(2, 20, 2));
	});
}

/* Fewer rows than centroids: each row is one, so product codes are exact. */
TEST(QuantizerTraining, FewRowsAreTheirOwnCentroids)
{
	for (uint32_t count : {1u, 2u, 100u, 255u, 256u}) {
		const Floats rows = clustered_rows(count, 20, 1), query = clustered_rows(1, 20, 7);
		for_all(20, [&](const QuantizerOptions &options) {
			if (options.kind != QuantizerKind::kProduct)
				return;
			Trained trained(options, rows);
			const Floats estimates = trained.estimate(query.data(), trained.encode(rows));
			for (uint32_t i = 0; i < count; i++)
				EXPECT_NEAR(estimates[i], exact_distance(options.metric, query.data(), rows.data() + i * 20, 20), 1e-3);
		});
	}
}

TEST(QuantizerTraining, FewRowsServeEveryKind)
{
	for (uint32_t count : {1u, 2u, 3u}) {
		const Floats rows = clustered_rows(count, 20, 1);
		for_all(20, [&](const QuantizerOptions &options) {
			Trained trained(options, rows);
			expect_no_nan(trained, rows, clustered_rows(2, 20, 2));
		});
	}
}

/* Constant data: all codes are equal, and so are all estimates, near the truth
 * where the code keeps the centre. */
TEST(QuantizerTraining, ConstantDataHaveOneEstimate)
{
	const Floats row = normal_rows(1, 33, 1), query = normal_rows(1, 33, 2);
	Floats rows;
	for (int i = 0; i < 300; i++)
		rows.insert(rows.end(), row.begin(), row.end());
	for_all(33, [&](const QuantizerOptions &options) {
		Trained trained(options, rows);
		const Floats estimates = trained.estimate(query.data(), trained.encode(rows));
		for (float estimate : estimates)
			EXPECT_EQ(estimate, estimates[0]);
		const double exact = exact_distance(options.metric, query.data(), row.data(), 33);
		if (options.kind != QuantizerKind::kBinary || options.binary_query != BinaryQuery::kBinary) {
			EXPECT_NEAR(estimates[0], exact, 1e-3 * std::fabs(exact) + 1e-3);
		}
	});
}

TEST(QuantizerTraining, ManyDuplicatesLeaveCentroidsForTheOthers)
{
	Floats rows = clustered_rows(500, 16, 1);
	for (size_t i = 0; i < 400; i++)
		std::copy_n(rows.end() - 16, 16, rows.begin() + static_cast<ptrdiff_t>(i * 16));
	const Floats query = clustered_rows(1, 16, 2);
	for_all(16, [&](const QuantizerOptions &options) {
		Trained trained(options, rows);
		expect_no_nan(trained, rows, query);
		if (options.kind != QuantizerKind::kProduct)
			return;
		const Floats estimates = trained.estimate(query.data(), trained.encode(rows));
		for (size_t i = 0; i < 500; i++)
			EXPECT_NEAR(estimates[i], exact_distance(options.metric, query.data(), rows.data() + i * 16, 16), 1e-3);
	});
}

TEST(QuantizerTraining, CosineIgnoresLength)
{
	Floats rows = clustered_rows(200, 30, 1), scaled = rows;
	for (size_t i = 0; i < scaled.size(); i++)
		scaled[i] *= static_cast<float>(1 << (i / 30) % 8);
	for (const QuantizerOptions &options : all_options(Metric::kCosine, 30)) {
		SCOPED_TRACE(description(options));
		Trained trained(options, rows), other(options, scaled);
		EXPECT_EQ(trained.state, other.state);
		EXPECT_EQ(trained.encode(rows), trained.encode(scaled));
		EXPECT_EQ(trained.estimate(rows.data() + 90, trained.encode(rows)),
				  trained.estimate(scaled.data() + 90, trained.encode(rows)));
	}
}

TEST(QuantizerTraining, AllMagnitudesOfFloatAreTaken)
{
	for (float size : {0.0f, 1e-45f, 1e-40f, 1e-30f, 1e-18f, 1e10f, 1e19f, 1e30f, 3e38f}) {
		Floats rows = clustered_rows(30, 12, 1);
		for (float &value : rows)
			value = std::clamp(value / 8, -1.0f, 1.0f) * size;
		Floats queries = rows;
		queries.resize(24);
		for (int i = 0; i < 12; i++)
			queries.push_back(i % 2 ? 3e38f : -3e38f);
		for_all(12, [&](const QuantizerOptions &options) {
			SCOPED_TRACE(size);
			Trained trained(options, rows);
			expect_no_nan(trained, rows, queries);
		});
	}
}

/* A quantizer of usual data meets rows it was not made for. */
TEST(QuantizerTraining, OutliersSaturateWithoutNaN)
{
	const Floats usual = clustered_rows(200, 12, 1);
	Floats rows(usual.begin(), usual.begin() + 48);
	for (float value : {0.0f, 1e-44f, 1e20f, -3e38f})
		rows.insert(rows.end(), 12, value);
	for_all(12, [&](const QuantizerOptions &options) {
		Trained trained(options, usual);
		expect_no_nan(trained, rows, rows);
	});
}

TEST(QuantizerTraining, EveryNumberOfDimensions)
{
	for (uint32_t dims : {1u, 2u, 3u, 15u, 63u, 64u, 65u, 127u, 2000u}) {
		const Floats rows = clustered_rows(8, dims, 1), queries = clustered_rows(1, dims, 2);
		for_all(dims, [&](const QuantizerOptions &options) {
			Trained trained(options, rows);
			expect_no_nan(trained, rows, queries);
		});
	}
}

TEST(QuantizerTraining, TheMostDimensions)
{
	for (QuantizerKind kind :
		 {QuantizerKind::kScalar, QuantizerKind::kBinary, QuantizerKind::kProduct, QuantizerKind::kRabitq}) {
		QuantizerOptions options;
		options.kind = kind;
		options.dims = kind == QuantizerKind::kProduct ? kMaxProductDims : kMaxCodeDims;
		options.bits = 8;
		options.compression = 64;
		options.binary_width = BinaryWidth::kTwoBits;
		SCOPED_TRACE(description(options));
		const Floats rows = clustered_rows(2, options.dims, 1);
		Trained trained(options, rows);
		const Floats estimates = trained.estimate(rows.data(), trained.encode(rows));
		EXPECT_LT(estimates[0], 0.5f * estimates[1]) << "a row is nearer to itself than to another";
	}
}

TEST(QuantizerTraining, StopsWhenAsked)
{
	QuantizerOptions options;
	options.kind = QuantizerKind::kProduct;
	options.dims = 64;
	options.compression = 4;
	const Floats rows = clustered_rows(50, 64, 1);
	std::vector<uint64_t> state(quantizer_state_bytes(options) / 8);
	int asked = 0;
	const auto third_time = [](void *times) { return ++*static_cast<int *>(times) == 3; };
	EXPECT_EQ(train_quantizer(options, rows.data(), 50, 1, state.data(), third_time, &asked).kind(),
			  ErrorKind::kCancelled);
	EXPECT_EQ(asked, 3);
}

/* More rows than wanted are thinned evenly, whatever their order. */
TEST(QuantizerTraining, TakesNoMoreRowsThanItSays)
{
	QuantizerOptions options;
	options.kind = QuantizerKind::kScalar;
	options.dims = 1;
	const uint32_t most = quantizer_training_rows(options);
	Floats rows(most * 2 + 1);
	for (size_t i = 0; i < rows.size(); i++)
		rows[i] = i < most ? -1.0f : 1.0f;
	Trained trained(options, rows);
	EXPECT_EQ(trained.quantizer.trained_rows(), most);
	const Floats ends = {-1, 1};
	const std::vector<uint8_t> codes = trained.encode(ends);
	EXPECT_LT(codes[0], 32);
	EXPECT_EQ(codes[0] + codes[trained.quantizer.code_bytes], 255);
}

TEST(ReservoirSample, TakesAllOfFewRows)
{
	ReservoirSample sample(10, 1);
	for (uint32_t i = 0; i < 10; i++) {
		EXPECT_EQ(sample.filled(), i);
		EXPECT_EQ(sample.next(), i);
	}
	EXPECT_EQ(sample.filled(), 10u);
}

/* Each of 1,000 rows is in a sample of 100 with probability 1/10: over 2,000 seeds
 * 200 times, with a standard deviation of 13.4. */
TEST(ReservoirSample, TakesEveryRowEquallyOften)
{
	std::vector<int> taken(1000);
	for (uint64_t seed = 0; seed < 2000; seed++) {
		ReservoirSample sample(100, seed * 77777);
		std::vector<int> slots(100);
		for (int row = 0; row < 1000; row++)
			if (const uint32_t slot = sample.next(); slot < 100)
				slots[slot] = row;
		EXPECT_EQ(std::set<int>(slots.begin(), slots.end()).size(), 100u);
		for (int row : slots)
			taken[static_cast<size_t>(row)]++;
	}
	for (int times : taken)
		EXPECT_NEAR(times, 200, 5 * 13.4);
}

} /* namespace */
} /* namespace vecext */
