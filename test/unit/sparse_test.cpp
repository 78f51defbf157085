/*
 * sparse_test.cpp: sparse distances against the same vectors made dense.
 *
 * Values are small integers, so that every order of additions is exact, except
 * where a test says otherwise. Arrays lie against unmapped pages.
 */
#include "vecext/sparse.h"

#include "guarded_array.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace vecext;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Sparse {
	std::vector<int32_t> indices;
	std::vector<float> values;
};

struct Distances {
	float l2_squared, inner_product, l1;
};

Distances distances(const Sparse &a, const Sparse &b)
{
	GuardedArray<int32_t> ia(a.indices, Guard::kAtEnd), ib(b.indices, Guard::kAtEnd);
	GuardedArray<float> va(a.values, Guard::kAtEnd), vb(b.values, Guard::kAtEnd);
	const size_t na = a.indices.size(), nb = b.indices.size();
	return {sparse_l2_squared(ia.data(), va.data(), na, ib.data(), vb.data(), nb),
			sparse_inner_product(ia.data(), va.data(), na, ib.data(), vb.data(), nb),
			sparse_l1(ia.data(), va.data(), na, ib.data(), vb.data(), nb)};
}

/* Each of `dims` elements is present with the given chance. */
Sparse random_sparse(int32_t dims, double chance, std::mt19937 &engine)
{
	Sparse vector;
	std::bernoulli_distribution present(chance);
	for (int32_t i = 0; i < dims; i++)
		if (present(engine)) {
			vector.indices.push_back(i);
			vector.values.push_back(static_cast<float>(1 + static_cast<int>(engine() % 9)) * (engine() & 1 ? 1 : -1));
		}
	return vector;
}

std::vector<float> dense(const Sparse &vector, int32_t dims)
{
	std::vector<float> elements(static_cast<size_t>(dims));
	for (size_t i = 0; i < vector.indices.size(); i++)
		elements[static_cast<size_t>(vector.indices[i])] = vector.values[i];
	return elements;
}

Distances dense_distances(const Sparse &a, const Sparse &b, int32_t dims)
{
	const std::vector<float> x = dense(a, dims), y = dense(b, dims);
	Distances sums{};
	for (size_t i = 0; i < x.size(); i++) {
		sums.l2_squared += (x[i] - y[i]) * (x[i] - y[i]);
		sums.inner_product += x[i] * y[i];
		sums.l1 += std::fabs(x[i] - y[i]);
	}
	return sums;
}

TEST(Sparse, EqualsTheDenseDistances)
{
	std::mt19937 engine(1);
	for (int32_t dims : {1, 2, 10, 131, 3000})
		for (double chance_a : {0.0, 0.1, 0.5, 1.0})
			for (double chance_b : {0.0, 0.1, 0.5, 1.0}) {
				const Sparse a = random_sparse(dims, chance_a, engine), b = random_sparse(dims, chance_b, engine);
				const Distances got = distances(a, b), expected = dense_distances(a, b, dims);
				EXPECT_EQ(got.l2_squared, expected.l2_squared) << dims << ' ' << chance_a << ' ' << chance_b;
				EXPECT_EQ(got.inner_product, expected.inner_product) << dims << ' ' << chance_a << ' ' << chance_b;
				EXPECT_EQ(got.l1, expected.l1) << dims << ' ' << chance_a << ' ' << chance_b;
			}
}

TEST(Sparse, IsSymmetricBitForBit)
{
	std::mt19937 engine(2);
	Sparse a = random_sparse(2000, 0.3, engine), b = random_sparse(2000, 0.3, engine);
	for (Sparse *vector : {&a, &b})
		for (float &each : vector->values)
			each *= std::normal_distribution<float>()(engine);
	const Distances forth = distances(a, b), back = distances(b, a);
	EXPECT_EQ(forth.l2_squared, back.l2_squared);
	EXPECT_EQ(forth.inner_product, back.inner_product);
	EXPECT_EQ(forth.l1, back.l1);
}

TEST(Sparse, TakesNullForNoElements)
{
	const int32_t index = 5;
	const float three = 3;
	EXPECT_EQ(sparse_l2_squared(nullptr, nullptr, 0, nullptr, nullptr, 0), 0);
	EXPECT_EQ(sparse_l2_squared(&index, &three, 1, nullptr, nullptr, 0), 9);
	EXPECT_EQ(sparse_l1(nullptr, nullptr, 0, &index, &three, 1), 3);
	EXPECT_EQ(sparse_inner_product(&index, &three, 1, nullptr, nullptr, 0), 0);
}

TEST(Sparse, KeepsTheLargestIndexApart)
{
	constexpr int32_t kLast = std::numeric_limits<int32_t>::max();
	const Sparse a{{0, kLast}, {1, 2}}, b{{kLast - 1, kLast}, {4, 8}};
	const Distances got = distances(a, b);
	EXPECT_EQ(got.l2_squared, 1 + 16 + 36);
	EXPECT_EQ(got.inner_product, 16);
	EXPECT_EQ(got.l1, 1 + 4 + 6);
}

TEST(Sparse, InfinityMeetsOnlyWhatIsThere)
{
	const Sparse a{{1, 3}, {kInfinity, 2}}, apart{{2, 3}, {1, 5}}, same{{1}, {kInfinity}};
	EXPECT_EQ(distances(a, apart).l2_squared, kInfinity);
	EXPECT_EQ(distances(a, apart).inner_product, 10);
	EXPECT_EQ(distances(a, apart).l1, kInfinity);
	EXPECT_TRUE(std::isnan(distances(a, same).l2_squared));
	EXPECT_EQ(distances(a, same).inner_product, kInfinity);
}

TEST(Sparse, NanPropagates)
{
	const Sparse a{{1, 3}, {kNan, 2}}, b{{1}, {4}};
	EXPECT_TRUE(std::isnan(distances(a, b).l2_squared));
	EXPECT_TRUE(std::isnan(distances(a, b).inner_product));
	EXPECT_TRUE(std::isnan(distances(a, b).l1));
}

} /* namespace */
