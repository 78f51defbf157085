/* rabitq_test.cpp: codes estimate distances without bias and with the error that
 * their bits allow; every instruction set gives the same bits. */
#include "vecext/rabitq.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "code_sets.h"
#include "vecext/rotation.h"

namespace vecext {
namespace {

using test::for_each_set;

using Floats = std::vector<float>;

Floats normal_values(size_t n, uint64_t seed, float scale = 1)
{
	std::mt19937_64 random(seed);
	std::normal_distribution<float> normal;
	Floats values(n);
	for (float &value : values)
		value = normal(random) * scale;
	return values;
}

double product(const Floats &a, const Floats &b)
{
	double sum = 0;
	for (size_t i = 0; i < a.size(); i++)
		sum += double{a[i]} * b[i];
	return sum;
}

Floats difference(const Floats &a, const Floats &b)
{
	Floats result(a);
	for (size_t i = 0; i < a.size(); i++)
		result[i] -= b[i];
	return result;
}

/* 32 points with codes relative to one reference. Everything is taken as rotated
 * already: normal vectors stay normal. */
struct Block {
	uint32_t padded;
	int bits;
	Metric metric;
	Floats reference;
	std::vector<Floats> points;
	std::vector<uint64_t> codes;
	Floats add, scale;

	Block(Metric block_metric, uint32_t block_padded, int block_bits, uint64_t seed, float spread = 1)
		: padded(block_padded), bits(block_bits), metric(block_metric), reference(normal_values(padded, seed)),
		  codes(code_block_bytes(padded, bits) / 8), add(kBlockSlots), scale(kBlockSlots)
	{
		std::vector<uint64_t> code(code_bytes(padded, bits) / 8);
		for (uint32_t j = 0; j < kBlockSlots; j++) {
			const Floats residual = normal_values(padded, seed * 1000 + j, spread);
			points.push_back(reference);
			for (uint32_t i = 0; i < padded; i++)
				points[j][i] += residual[i];
			const auto with_reference = static_cast<float>(product(residual, reference));
			const CodeFactors factors =
				encode_residual(metric, bits, padded, residual.data(), reference.data(), with_reference, code.data());
			add[j] = factors.add;
			scale[j] = factors.scale;
			store_code(codes.data(), j, code.data(), padded, bits);
		}
	}

	double exact(const Floats &query, uint32_t j) const
	{
		if (metric == Metric::kInnerProduct)
			return -product(query, points[j]);
		const Floats d = difference(query, points[j]);
		return product(d, d);
	}
	double base(const Floats &query) const
	{
		if (metric == Metric::kInnerProduct)
			return -product(query, reference);
		const Floats d = difference(query, reference);
		return product(d, d);
	}
};

struct Query {
	MallocArena arena;
	CodeQuery code;

	Query(const Floats &values, int bits)
	{
		code.init(arena.arena(), static_cast<uint32_t>(values.size()), bits);
		code.prepare(values.data());
	}
};

Floats scan(const CodeQuery &query, const Block &block)
{
	Floats out(kBlockSlots);
	scan_code_block(query, block.codes.data(), block.add.data(), block.scale.data(), out.data());
	return out;
}

/* Mean and standard deviation of (estimate - exact) / (|o - p| |q - p|). */
struct Error {
	double mean, deviation, count;
};
Error estimate_error(Metric metric, uint32_t padded, int bits)
{
	double sum = 0, squares = 0, count = 0;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		const Block block(metric, padded, bits, seed);
		const Floats query = normal_values(padded, 7000 + seed);
		const Query prepared(query, bits);
		const Floats estimates = scan(prepared.code, block);
		const Floats to_query = difference(query, block.reference);
		for (uint32_t j = 0; j < kBlockSlots; j++) {
			const Floats residual = difference(block.points[j], block.reference);
			const double unit = std::sqrt(product(residual, residual) * product(to_query, to_query));
			const double error = (block.base(query) + estimates[j] - block.exact(query, j)) / unit;
			sum += error;
			squares += error * error;
			count++;
		}
	}
	const double mean = sum / count;
	return {mean, std::sqrt(squares / count - mean * mean), count};
}

/* In theory the error of <r, y> is |r||y| sqrt((1 - c^2) / c^2 / (D - 1)), where c
 * is the cosine between r and its code: sqrt(2 / pi) for one bit; for more bits
 * 1 - c^2 is near the quantizer's distortion, 0.119 and 0.0115. Distances have
 * twice that error. The quantized query adds a little: 15 % are allowed. */
double expected_deviation(Metric metric, uint32_t padded, int bits)
{
	const double distortion = bits == 1 ? 1 - 2 / M_PI : bits == 2 ? 0.1188 : 0.01154;
	const double error = std::sqrt(distortion / (1 - distortion) / (padded - 1));
	return metric == Metric::kInnerProduct ? error : 2 * error;
}

TEST(RabitqCode, EstimatesAreUnbiasedWithTheErrorOfTheTheory)
{
	for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine})
		for (int bits : {1, 2, 4})
			for (uint32_t padded : {64u, 128u, 768u}) {
				SCOPED_TRACE(testing::Message() << "metric " << int(metric) << " bits " << bits << " dims " << padded);
				const Error error = estimate_error(metric, padded, bits);
				const double expected = expected_deviation(metric, padded, bits);
				EXPECT_LT(error.deviation, 1.15 * expected);
				EXPECT_GT(error.deviation, 0.85 * expected);
				EXPECT_LT(std::fabs(error.mean), 4 * error.deviation / std::sqrt(error.count));
			}
}

/* A query far from the reference but near the centre must not lose the error
 * bound: it is proportional to |q - p|, plus the query's own rounding. */
TEST(RabitqCode, ErrorShrinksWithTheDistanceToTheReference)
{
	const uint32_t padded = 256;
	const Block block(Metric::kL2, padded, 2, 3, 0.3f);
	Floats query = block.reference;
	const Floats offset = normal_values(padded, 9, 0.3f);
	for (uint32_t i = 0; i < padded; i++)
		query[i] += offset[i];
	const Query prepared(query, 2);
	const Floats estimates = scan(prepared.code, block);
	for (uint32_t j = 0; j < kBlockSlots; j++)
		EXPECT_NEAR(block.base(query) + estimates[j], block.exact(query, j), 0.12 * block.exact(query, j));
}

TEST(RabitqCode, ZeroResidualIsExact)
{
	for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine})
		for (int bits : {1, 2, 4}) {
			const Floats residual(128, 0.0f), reference = normal_values(128, 1), query = normal_values(128, 2);
			std::vector<uint64_t> code(code_bytes(128, bits) / 8, ~uint64_t{0});
			const CodeFactors factors =
				encode_residual(metric, bits, 128, residual.data(), reference.data(), 0, code.data());
			EXPECT_EQ(factors.add, 0);
			EXPECT_EQ(factors.scale, 0);
			for (uint64_t word : code)
				EXPECT_EQ(word, 0u);
		}
}

TEST(RabitqCode, CodesRelativeToTheCentreNeedNoReference)
{
	const Floats residual = normal_values(192, 1), zero(192, 0.0f);
	for (int bits : {1, 2, 4}) {
		std::vector<uint64_t> a(code_bytes(192, bits) / 8), b(a.size());
		const CodeFactors with = encode_residual(Metric::kL2, bits, 192, residual.data(), zero.data(), 0, a.data());
		const CodeFactors without = encode_residual(Metric::kL2, bits, 192, residual.data(), nullptr, 0, b.data());
		EXPECT_EQ(a, b);
		EXPECT_EQ(with.add, without.add);
		EXPECT_EQ(with.scale, without.scale);
	}
}

TEST(RabitqCode, RemovedEdgeVanishes)
{
	Block block(Metric::kL2, 64, 1, 1);
	block.add[5] = INFINITY;
	block.scale[5] = 0;
	for_each_set([&] {
		const Query query(normal_values(64, 2), 1);
		const Floats out = scan(query.code, block);
		EXPECT_EQ(out[5], INFINITY);
		EXPECT_TRUE(std::isfinite(out[4]));
	});
}

TEST(RabitqCode, QueriesWithoutMagnitudeGiveTheFactorsAlone)
{
	const Block block(Metric::kL2, 64, 2, 1);
	for_each_set([&] {
		const Query query(Floats(64, 0.0f), 2);
		EXPECT_EQ(scan(query.code, block), block.add);
	});
}

TEST(RabitqCode, StoreAndLoadRoundTripAndTouchOneSlot)
{
	for (int bits : {1, 2, 4}) {
		const uint32_t padded = 320;
		const size_t words = code_bytes(padded, bits) / 8;
		std::mt19937_64 random(1);
		std::vector<uint64_t> block(words * kBlockSlots);
		for (uint64_t &word : block)
			word = random();
		const std::vector<uint64_t> before = block;
		std::vector<uint64_t> code(words), loaded(words);
		for (uint64_t &word : code)
			word = random();
		store_code(block.data(), 17, code.data(), padded, bits);
		load_code(block.data(), 17, loaded.data(), padded, bits);
		EXPECT_EQ(code, loaded);
		for (size_t i = 0; i < block.size(); i++)
			if (i % kBlockSlots != 17) {
				EXPECT_EQ(block[i], before[i]);
			}
	}
}

const uint32_t kScanDims[] = {64, 128, 192, 768, 1024, 1088, 1536, 15936, 16000};

TEST(RabitqScan, HasTheSameBitsOnEverySet)
{
	for (int bits : {1, 2, 4})
		for (uint32_t padded : kScanDims) {
			SCOPED_TRACE(testing::Message() << "bits " << bits << " dims " << padded);
			const Block block(Metric::kL2, padded, bits, 5);
			const Floats values = normal_values(padded, 6);
			Floats expected;
			for_each_set([&] {
				const Query query(values, bits);
				const Floats out = scan(query.code, block);
				if (expected.empty())
					expected = out;
				EXPECT_EQ(out, expected);
			});
		}
}

/* The largest sums there are: every integer of the query at an end of its range,
 * every bit of the codes set. */
TEST(RabitqScan, ExtremeSumsDoNotOverflow)
{
	for (int bits : {1, 2, 4})
		for (float value : {1.0f, -1.0f}) {
			const uint32_t padded = 16000;
			std::vector<uint64_t> codes(code_block_bytes(padded, bits) / 8, ~uint64_t{0});
			const Floats add(kBlockSlots, 0.0f), scale(kBlockSlots, 1.0f);
			const float expected = value * static_cast<float>(padded) * static_cast<float>((1 << bits) - 1) / 2;
			for_each_set([&] {
				const Query query(Floats(padded, value), bits);
				Floats out(kBlockSlots);
				scan_code_block(query.code, codes.data(), add.data(), scale.data(), out.data());
				for (float x : out)
					EXPECT_NEAR(x, expected, 1e-5f * std::fabs(expected));
			});
		}
}

TEST(RabitqScan, RowsEqualTheBlock)
{
	for (int bits : {1, 2, 4})
		for (uint32_t padded : kScanDims) {
			SCOPED_TRACE(testing::Message() << "bits " << bits << " dims " << padded);
			const Block block(Metric::kInnerProduct, padded, bits, 8);
			const size_t code_offset = 24, stride = code_offset + code_bytes(padded, bits) + 8;
			std::vector<uint8_t> rows(stride * kBlockSlots + 4);
			uint8_t *entries = rows.data() + 4; /* rows need no alignment */
			std::vector<uint64_t> code(code_bytes(padded, bits) / 8);
			for (uint32_t j = 0; j < kBlockSlots; j++) {
				const CodeFactors factors = {block.add[j], block.scale[j]};
				load_code(block.codes.data(), j, code.data(), padded, bits);
				memcpy(entries + j * stride + 8, &factors, sizeof factors);
				memcpy(entries + j * stride + code_offset, code.data(), code_bytes(padded, bits));
			}
			for_each_set([&] {
				const Query query(normal_values(padded, 9), bits);
				Floats out(kBlockSlots);
				scan_code_rows(query.code, entries, stride, 8, code_offset, kBlockSlots, out.data());
				EXPECT_EQ(out, scan(query.code, block));
			});
		}
}

TEST(RabitqCode, HasTheSameBitsOnEverySet)
{
	for (int bits : {1, 2, 4})
		for (uint32_t padded : kScanDims) {
			const Floats residual = normal_values(padded, 1), reference = normal_values(padded, 2);
			std::vector<uint64_t> expected;
			CodeFactors factors = {};
			for_each_set([&] {
				std::vector<uint64_t> code(code_bytes(padded, bits) / 8);
				const CodeFactors result =
					encode_residual(Metric::kL2, bits, padded, residual.data(), reference.data(), 0, code.data());
				if (expected.empty()) {
					expected = code;
					factors = result;
				}
				EXPECT_EQ(code, expected) << bits << " " << padded;
				EXPECT_EQ(result.add, factors.add) << bits << " " << padded;
				EXPECT_EQ(result.scale, factors.scale) << bits << " " << padded;
			});
		}
}

/* Values whose squares leave the range of float get no code but sane factors. */
TEST(RabitqCode, HugeAndTinyResidualsHaveNoNaN)
{
	for (float size : {1e-30f, 1e-20f, 1e18f, 1e30f})
		for (int bits : {1, 2, 4}) {
			const Floats residual = normal_values(64, 1, size), reference = normal_values(64, 2);
			std::vector<uint64_t> code(code_bytes(64, bits) / 8);
			const CodeFactors factors =
				encode_residual(Metric::kL2, bits, 64, residual.data(), reference.data(), 0, code.data());
			EXPECT_FALSE(std::isnan(factors.add));
			EXPECT_TRUE(std::isfinite(factors.scale));
		}
}

} /* namespace */
} /* namespace vecext */
