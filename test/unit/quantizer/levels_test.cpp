/*
 * levels_test.cpp: the loops that score codes, each instruction set against plain
 * sums, for every width of codes and queries.
 */
#include "core/quantizer/levels.h"

#include "code_sets.h"
#include "quantizer/samples.h"

namespace vecext {
namespace {

using namespace test;

bool has_loop(int bits, QueryWidth width)
{
	const LevelKernels &kernels = level_kernels();
	return (width == QueryWidth::kWide ? kernels.wide[bits] : kernels.narrow[bits]) != nullptr;
}

/* Some codes with their levels. */
struct Codes {
	uint32_t count, blocks;
	int bits;
	size_t stride;
	std::vector<uint8_t> levels; /* count * 64 * blocks */
	std::vector<uint8_t> bytes;

	Codes(uint32_t codes, uint32_t code_blocks, int code_bits)
		: count(codes), blocks(code_blocks), bits(code_bits), stride(level_code_bytes(blocks, bits) + 3),
		  levels(size_t{count} * 64 * blocks), bytes(stride * count + 1)
	{
	}
	uint8_t *levels_of(uint32_t i) { return levels.data() + size_t{i} * 64 * blocks; }
	const uint8_t *first() const { return bytes.data() + 1; /* codes need no alignment */ }
	void pack()
	{
		for (uint32_t i = 0; i < count; i++)
			pack_levels(levels_of(i), blocks, bits, bytes.data() + 1 + i * stride);
	}
	int64_t sum(uint32_t i, const std::vector<int> &integers)
	{
		int64_t sum = 0;
		for (size_t j = 0; j < integers.size(); j++)
			sum += int64_t{levels_of(i)[j]} * integers[j];
		return sum;
	}
};

struct Query {
	MallocArena arena;
	QueryLevels levels;

	Query(uint32_t blocks, QueryWidth width) { init_levels(levels, arena.arena(), blocks, width); }

	std::vector<int> integers() const
	{
		std::vector<int> integers(size_t{levels.blocks} * 64);
		for (size_t i = 0; i < integers.size(); i++) {
			integers[i] = levels.wide != nullptr ? levels.wide[i] : levels.low[i];
			if (levels.wide != nullptr) {
				EXPECT_EQ(levels.high[i] * 256 + levels.low[i], integers[i]);
			}
		}
		return integers;
	}
};

void expect_sums(Codes &codes, const Query &query)
{
	const std::vector<int> integers = query.integers();
	for_each_set([&] {
		sum_codes(level_kernels(), query.levels, codes.bits, codes.first(), codes.stride, codes.count,
				  [&](uint32_t i, int64_t sum) { EXPECT_EQ(sum, codes.sum(i, integers)) << "code " << i; });
	});
}

template <class Body> void for_each_width(Body body)
{
	for (int bits = 1; bits <= 8; bits++)
		for (QueryWidth width : {QueryWidth::kNarrow, QueryWidth::kWide})
			if (has_loop(bits, width)) {
				SCOPED_TRACE(testing::Message() << bits << " bits, width " << int(width));
				body(bits, width);
			}
}

TEST(QuantizerLevels, SumsAreExactOnEverySet)
{
	int loops = 0;
	for_each_width([&](int bits, QueryWidth width) {
		loops++;
		for (uint32_t blocks : {1u, 2u, 3u, 12u, 65u}) {
			Codes codes(5, blocks, bits);
			std::mt19937_64 random(blocks);
			for (uint8_t &level : codes.levels)
				level = static_cast<uint8_t>(random() % (1u << bits));
			codes.pack();
			Query query(blocks, width);
			const Floats values = normal_rows(1, blocks * 64, 3);
			prepare_levels(query.levels, values.data(), values.size(),
						   width == QueryWidth::kWide ? kWideTop : kNarrowTop);
			expect_sums(codes, query);
		}
	});
	EXPECT_EQ(loops, 9);
}

/* The largest sums that kMaxCodeDims allows. */
TEST(QuantizerLevels, ExtremeSumsDoNotOverflow)
{
	for_each_width([&](int bits, QueryWidth width) {
		for (float value : {1.0f, -1.0f}) {
			const uint32_t blocks = bits == 1 ? 2 * kMaxCodeDims / 64 : kMaxCodeDims / 64;
			Codes codes(1, blocks, bits);
			std::fill(codes.levels.begin(), codes.levels.end(), static_cast<uint8_t>((1 << bits) - 1));
			codes.pack();
			Query query(blocks, width);
			const Floats values(size_t{blocks} * 64, value);
			prepare_levels(query.levels, values.data(), values.size(),
						   width == QueryWidth::kWide ? kWideTop : kNarrowTop);
			expect_sums(codes, query);
		}
	});
}

TEST(QuantizerLevels, MoreCodesThanAreSummedAtOnce)
{
	Codes codes(2 * kSumsAtOnce + 7, 1, 4);
	std::mt19937_64 random(1);
	for (uint8_t &level : codes.levels)
		level = static_cast<uint8_t>(random() % 16);
	codes.pack();
	Query query(1, QueryWidth::kNarrow);
	const Floats values = normal_rows(1, 64, 3);
	prepare_levels(query.levels, values.data(), 64, kNarrowTop);
	expect_sums(codes, query);
}

TEST(QuantizerLevels, IntegersStandForTheValues)
{
	const Floats values = normal_rows(1, 100, 3);
	for (int top : {7, kNarrowTop, kWideTop}) {
		Query query(2, top == kWideTop ? QueryWidth::kWide : QueryWidth::kNarrow);
		prepare_levels(query.levels, values.data(), 100, top);
		const std::vector<int> integers = query.integers();
		int64_t sum = 0;
		for (size_t i = 0; i < integers.size(); i++) {
			const float value = i < 100 ? values[i] : 0;
			EXPECT_NEAR(query.levels.step * static_cast<float>(integers[i]), value, 0.501f * query.levels.step);
			EXPECT_LE(std::abs(integers[i]), top);
			sum += integers[i];
		}
		EXPECT_EQ(query.levels.sum, sum);
	}
}

TEST(QuantizerLevels, QueriesWithoutUsableMagnitudeHaveNoIntegers)
{
	for (float value : {0.0f, 1e-38f, 1e30f}) {
		Query query(1, QueryWidth::kWide);
		const Floats values(64, value);
		prepare_levels(query.levels, values.data(), 64, kWideTop);
		EXPECT_EQ(query.levels.step, 0);
		EXPECT_EQ(query.integers(), std::vector<int>(64));
	}
}

TEST(QuantizerLevels, LeastIsTheFirstOfEquals)
{
	Floats numbers(256, 5);
	for_each_set([&] {
		EXPECT_EQ(level_kernels().least_of_256(numbers.data()), 0u);
		for (uint32_t first : {0u, 3u, 16u, 100u, 255u}) {
			Floats changed = numbers;
			changed[first] = -1;
			changed[255] = -1;
			EXPECT_EQ(level_kernels().least_of_256(changed.data()), first);
		}
	});
}

TEST(QuantizerLevels, CentroidPartsAreThoseOfPlainSums)
{
	const Floats x = normal_rows(1, 16, 1), codebook = normal_rows(16, 256, 2);
	for (uint32_t dims : {1u, 2u, 7u, 16u}) {
		Floats squares(256), products(256), magnitudes(256);
		for (uint32_t i = 0; i < dims; i++)
			for (uint32_t k = 0; k < 256; k++) {
				const float c = codebook[i * 256 + k];
				squares[k] += (x[i] - c) * (x[i] - c);
				products[k] += x[i] * c;
				magnitudes[k] += std::fabs(x[i] - c);
			}
		for_each_set([&] {
			Floats out(256);
			level_kernels().centroid_parts(DistancePart::kSquare, x.data(), codebook.data(), dims, out.data());
			EXPECT_EQ(out, squares);
			level_kernels().centroid_parts(DistancePart::kProduct, x.data(), codebook.data(), dims, out.data());
			EXPECT_EQ(out, products);
			level_kernels().centroid_parts(DistancePart::kMagnitude, x.data(), codebook.data(), dims, out.data());
			EXPECT_EQ(out, magnitudes);
		});
	}
}

TEST(QuantizerLevels, TablesAddUpOnEverySet)
{
	for (uint32_t count : {1u, 15u, 16u, 17u, 48u, 100u}) {
		const Floats tables = normal_rows(count, 256, count);
		std::mt19937_64 random(count);
		std::vector<uint8_t> code(count);
		double expected = 0;
		for (uint32_t j = 0; j < count; j++) {
			code[j] = static_cast<uint8_t>(random());
			expected += tables[j * 256 + code[j]];
		}
		Floats sums;
		for_each_set([&] { sums.push_back(level_kernels().sum_tables(tables.data(), code.data(), count)); });
		for (float sum : sums) {
			EXPECT_EQ(sum, sums[0]);
			EXPECT_NEAR(sum, expected, 1e-4);
		}
	}
}

} /* namespace */
} /* namespace vecext */
