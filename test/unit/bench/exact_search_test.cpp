/*
 * exact_search_test.cpp: the ground truth, against the plainest way to compute it.
 */
#include "data/exact_search.h"

#include "data/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace vecext::bench {

namespace {

Vectors random_vectors(size_t rows, size_t columns, uint64_t seed)
{
	Vectors vectors(rows, columns);
	Random random(seed, 0, 0);
	for (float &value : vectors.values)
		value = static_cast<float>(random.normal());
	return vectors;
}

double plain_distance(const float *a, const float *b, size_t n, Metric metric)
{
	double squared = 0, product = 0, length_a = 0, length_b = 0;
	for (size_t i = 0; i < n; i++) {
		squared += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
		product += static_cast<double>(a[i]) * b[i];
		length_a += static_cast<double>(a[i]) * a[i];
		length_b += static_cast<double>(b[i]) * b[i];
	}
	switch (metric) {
	case Metric::kL2:
		return std::sqrt(squared);
	case Metric::kInnerProduct:
		return -product;
	case Metric::kCosine:
		return 1 - product / std::sqrt(length_a) / std::sqrt(length_b);
	}
	return 0;
}

/* The ids of all rows, nearest first. */
std::vector<int32_t> sorted_ids(const Vectors &base, const float *query, Metric metric)
{
	std::vector<std::pair<double, int32_t>> rows;
	for (size_t i = 0; i < base.rows; i++)
		rows.emplace_back(plain_distance(base.row(i), query, base.columns, metric), static_cast<int32_t>(i));
	std::sort(rows.begin(), rows.end());
	std::vector<int32_t> ids;
	for (const auto &[distance, id] : rows)
		ids.push_back(id);
	return ids;
}

} /* namespace */

TEST(ExactSearch, AgreesWithSortingAllRows)
{
	for (const Metric metric : {Metric::kL2, Metric::kCosine, Metric::kInnerProduct}) {
		for (const size_t dims : {1, 3, 16, 37, 130}) {
			const Vectors base = random_vectors(1000, dims, 1), queries = random_vectors(300, dims, 2);
			const GroundTruth truth = exact_search(base, queries, metric, 20);
			for (size_t q = 0; q < queries.rows; q += 37) {
				std::vector<int32_t> expected = sorted_ids(base, queries.row(q), metric);
				expected.resize(20);
				/* In one dimension all rows on the query's side have cosine 1. */
				if (metric != Metric::kCosine || dims > 1) {
					EXPECT_EQ(std::vector<int32_t>(truth.ids_of(q), truth.ids_of(q) + 20), expected);
				}
			}
		}
	}
}

TEST(ExactSearch, OrdersEqualRowsById)
{
	Vectors base(50, 4);
	std::fill(base.values.begin(), base.values.end(), 1.0F);
	const GroundTruth truth = exact_search(base, random_vectors(1, 4, 3), Metric::kL2, 5);
	EXPECT_EQ(truth.ids, (std::vector<int32_t>{0, 1, 2, 3, 4}));
}

TEST(ExactSearch, GivesAllRowsWhenThereAreFew)
{
	const GroundTruth truth = exact_search(random_vectors(3, 8, 1), random_vectors(2, 8, 2), Metric::kL2, 100);
	EXPECT_EQ(truth.neighbours, 3U);
	EXPECT_EQ(truth.ids.size(), 6U);
}

TEST(ExactSearch, RefusesOtherDimensions)
{
	EXPECT_THROW(exact_search(random_vectors(3, 8, 1), random_vectors(2, 9, 2), Metric::kL2, 1), std::runtime_error);
}

TEST(IntrinsicDimension, OfUniformDataIsItsDimension)
{
	/* A cube of 4 dimensions, laid into a space of 16. */
	Vectors base(20000, 16), queries(200, 16);
	Random random(5, 0, 0);
	for (Vectors *vectors : {&base, &queries})
		for (size_t i = 0; i < vectors->rows; i++)
			for (size_t j = 0; j < 4; j++)
				vectors->row(i)[j * 4] = static_cast<float>(random.uniform());
	const GroundTruth truth = exact_search(base, queries, Metric::kL2, 50);
	EXPECT_NEAR(intrinsic_dimension(truth, Metric::kL2, 50), 4, 0.4);
}

} /* namespace vecext::bench */
