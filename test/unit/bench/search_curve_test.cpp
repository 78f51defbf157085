/*
 * search_curve_test.cpp: recall and the cost at equal recall, which every claim
 * about search speed rests on.
 */
#include "report/search_curve.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vecext::bench {

namespace {

/* One query whose neighbours are 0, 1, 2, ... at the given distances. */
GroundTruth truth_at(std::vector<float> distances)
{
	GroundTruth truth;
	truth.queries = 1;
	truth.neighbours = distances.size();
	for (size_t i = 0; i < distances.size(); i++)
		truth.ids.push_back(static_cast<int32_t>(i));
	truth.distances = std::move(distances);
	return truth;
}

double recall(const GroundTruth &truth, const std::vector<int32_t> &found, size_t k)
{
	return recall_of(truth, 0, found.data(), found.size(), k);
}

SearchPoint point(double recall, double cpu_seconds)
{
	SearchPoint made = {};
	made.recall = recall;
	made.cpu_seconds = cpu_seconds;
	return made;
}

} /* namespace */

TEST(Recall, CountsTheNearestInAnyOrder)
{
	const GroundTruth truth = truth_at({1, 2, 3, 4, 5});
	EXPECT_EQ(recall(truth, {2, 1, 0}, 3), 1);
	EXPECT_DOUBLE_EQ(recall(truth, {0, 1, 3}, 3), 2.0 / 3);
	EXPECT_EQ(recall(truth, {7, 8, 9}, 3), 0);
}

TEST(Recall, MissingAnswersLowerIt)
{
	const GroundTruth truth = truth_at({1, 2, 3, 4});
	EXPECT_EQ(recall(truth, {}, 4), 0);
	EXPECT_EQ(recall(truth, {0, 1}, 4), 0.5);
}

TEST(Recall, LooksAtNoMoreThanKAnswers)
{
	EXPECT_EQ(recall(truth_at({1, 2, 3, 4}), {9, 8, 0, 1}, 2), 0);
}

TEST(Recall, CountsARepeatedAnswerOnce)
{
	EXPECT_EQ(recall(truth_at({1, 2, 3, 4}), {0, 0, 0, 1}, 4), 0.5);
}

TEST(Recall, TakesAnyOfEquallyNearRows)
{
	const GroundTruth truth = truth_at({1, 2, 2, 2, 3});
	EXPECT_EQ(recall(truth, {0, 3}, 2), 1);
	EXPECT_EQ(recall(truth, {0, 4}, 2), 0.5);
}

TEST(Recall, TakesOnlyTheFirstKWithoutDistances)
{
	GroundTruth truth = truth_at({1, 2, 2});
	truth.distances.clear();
	EXPECT_EQ(recall(truth, {0, 2}, 2), 0.5);
}

TEST(Recall, OfFewerRowsThanKIsOfThoseThereAre)
{
	EXPECT_EQ(recall(truth_at({1, 2}), {1, 0}, 10), 1);
}

TEST(CpuAtRecall, InterpolatesTheLogarithmOfTime)
{
	const std::vector<SearchPoint> curve = {point(0.90, 1), point(0.94, 2), point(0.96, 8)};
	EXPECT_NEAR(*cpu_at_recall(curve, 0.95), 4, 1e-9);
	EXPECT_NEAR(*cpu_at_recall(curve, 0.92), std::sqrt(2), 1e-9);
	EXPECT_NEAR(*cpu_at_recall(curve, 0.94), 2, 1e-9);
}

TEST(CpuAtRecall, IsUnknownOutsideTheCurve)
{
	const std::vector<SearchPoint> curve = {point(0.90, 1), point(0.94, 2)};
	EXPECT_FALSE(cpu_at_recall(curve, 0.95));
	EXPECT_FALSE(cpu_at_recall(curve, 0.85));
	EXPECT_FALSE(cpu_at_recall({}, 0.95));
}

TEST(Percentile, TakesTheNearestSample)
{
	std::vector<double> samples = {5, 1, 4, 2, 3};
	EXPECT_EQ(percentile(samples, 0), 1);
	EXPECT_EQ(percentile(samples, 0.5), 3);
	EXPECT_EQ(percentile(samples, 1), 5);
	samples.clear();
	EXPECT_EQ(percentile(samples, 0.5), 0);
}

} /* namespace vecext::bench */
