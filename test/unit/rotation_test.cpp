/* rotation_test.cpp: the rotation preserves geometry, mixes, and is the same on
 * every instruction set. */
#include "vecext/rotation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "code_sets.h"

namespace vecext {
namespace {

using test::for_each_set;

std::vector<float> normal_values(size_t n, uint64_t seed)
{
	std::mt19937_64 random(seed);
	std::normal_distribution<float> normal;
	std::vector<float> values(n);
	for (float &value : values)
		value = normal(random);
	return values;
}

double product(const std::vector<float> &a, const std::vector<float> &b)
{
	double sum = 0;
	for (size_t i = 0; i < a.size(); i++)
		sum += double{a[i]} * b[i];
	return sum;
}

std::vector<float> rotated(const Rotation &rotation, const std::vector<float> &values)
{
	std::vector<float> out(rotation.padded());
	rotation.apply(values.data(), out.data());
	return out;
}

const uint32_t kDims[] = {1, 2, 3, 63, 64, 65, 100, 128, 192, 200, 320, 768, 1000, 1536, 2000, 4096, 15936, 16000};

TEST(Rotation, PadsToAMultipleOf64)
{
	EXPECT_EQ(padded_dims(1), 64u);
	EXPECT_EQ(padded_dims(64), 64u);
	EXPECT_EQ(padded_dims(65), 128u);
	EXPECT_EQ(padded_dims(16000), 16000u);
}

TEST(Rotation, PreservesInnerProducts)
{
	for_each_set([] {
		for (uint32_t dims : kDims) {
			MallocArena arena;
			Rotation rotation;
			rotation.init(arena.arena(), dims, 42);
			const std::vector<float> a = normal_values(dims, 1), b = normal_values(dims, 2);
			const std::vector<float> ra = rotated(rotation, a), rb = rotated(rotation, b);
			const double scale = std::sqrt(product(a, a) * product(b, b));
			EXPECT_NEAR(product(ra, ra), product(a, a), 1e-5 * product(a, a)) << dims;
			EXPECT_NEAR(product(ra, rb), product(a, b), 1e-5 * scale) << dims;
		}
	});
}

/* What makes codes unbiased: a vector with one non-zero element is spread so that
 * no element of the result holds much of it. A Gaussian vector of n elements has
 * its largest near sqrt(2 ln n) / sqrt(n); 6 / sqrt(n) has odds below 1e-4 for
 * all n here together. */
TEST(Rotation, SpreadsASingleElement)
{
	for (uint32_t dims : {64u, 128u, 192u, 320u, 768u, 1536u, 16000u}) {
		MallocArena arena;
		Rotation rotation;
		rotation.init(arena.arena(), dims, 7);
		for (uint32_t at : {0u, dims / 2, dims - 1}) {
			std::vector<float> unit(dims);
			unit[at] = 1;
			for (float value : rotated(rotation, unit))
				ASSERT_LT(std::fabs(value), 6 / std::sqrt(static_cast<float>(dims))) << dims << " at " << at;
		}
	}
}

TEST(Rotation, WorksInPlace)
{
	MallocArena arena;
	Rotation rotation;
	rotation.init(arena.arena(), 100, 3);
	const std::vector<float> values = normal_values(100, 4);
	std::vector<float> in_place = values;
	in_place.resize(128, 99.0f); /* padding is set by apply() */
	rotation.apply(in_place.data(), in_place.data());
	EXPECT_EQ(in_place, rotated(rotation, values));
}

TEST(Rotation, DependsOnTheSeedOnly)
{
	MallocArena arena;
	Rotation first, same, other;
	first.init(arena.arena(), 96, 5);
	same.init(arena.arena(), 96, 5);
	other.init(arena.arena(), 96, 6);
	const std::vector<float> values = normal_values(96, 1);
	EXPECT_EQ(rotated(first, values), rotated(same, values));
	EXPECT_NE(rotated(first, values), rotated(other, values));
}

TEST(Rotation, HasTheSameBitsOnEverySet)
{
	for (uint32_t dims : kDims) {
		MallocArena arena;
		Rotation rotation;
		rotation.init(arena.arena(), dims, 11);
		const std::vector<float> values = normal_values(dims, 12);
		std::vector<float> expected;
		for_each_set([&] {
			const std::vector<float> result = rotated(rotation, values);
			if (expected.empty())
				expected = result;
			EXPECT_EQ(result, expected) << dims;
		});
	}
}

} /* namespace */
} /* namespace vecext */
