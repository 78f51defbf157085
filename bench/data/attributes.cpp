/*
 * attributes.cpp: ranks and ranges; see attributes.h.
 */
#include "data/attributes.h"

#include "data/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vecext::bench {

namespace {

constexpr size_t kAxisSample = 10000;
constexpr int kPowerSteps = 30;
constexpr uint64_t kSpreadStream = 101, kQueryStream = 102, kAxisStream = 103;

double product(const float *a, const std::vector<double> &b)
{
	double sum = 0;
	for (size_t i = 0; i < b.size(); i++)
		sum += a[i] * b[i];
	return sum;
}

void normalise(std::vector<double> &axis)
{
	const double length = std::sqrt(std::inner_product(axis.begin(), axis.end(), axis.begin(), 0.0));
	for (double &value : axis)
		value /= length;
}

std::vector<double> mean_of(const Vectors &base, size_t rows)
{
	std::vector<double> mean(base.columns);
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < base.columns; j++)
			mean[j] += base.row(i)[j] / static_cast<double>(rows);
	return mean;
}

/* By power iteration on the covariance of the first rows, which come in no order. */
std::vector<double> principal_axis(const Vectors &base, uint64_t seed)
{
	const size_t rows = std::min(base.rows, kAxisSample);
	const std::vector<double> mean = mean_of(base, rows);
	std::vector<double> axis(base.columns), next(base.columns);
	Random random(seed, kAxisStream, 0);
	for (double &value : axis)
		value = random.normal();
	for (int step = 0; step < kPowerSteps; step++) {
		normalise(axis);
		const double centre = std::inner_product(mean.begin(), mean.end(), axis.begin(), 0.0);
		std::fill(next.begin(), next.end(), 0.0);
		for (size_t i = 0; i < rows; i++) {
			const double place = product(base.row(i), axis) - centre;
			for (size_t j = 0; j < base.columns; j++)
				next[j] += place * (base.row(i)[j] - mean[j]);
		}
		axis.swap(next);
	}
	normalise(axis);
	return axis;
}

std::vector<double> places_along(const Vectors &rows, const std::vector<double> &axis)
{
	std::vector<double> places(rows.rows);
	for (size_t i = 0; i < rows.rows; i++)
		places[i] = product(rows.row(i), axis);
	return places;
}

std::vector<int32_t> ranks_of(const std::vector<double> &places)
{
	std::vector<int32_t> order(places.size()), ranks(places.size());
	std::iota(order.begin(), order.end(), 0);
	std::sort(order.begin(), order.end(),
			  [&](int32_t a, int32_t b) { return places[static_cast<size_t>(a)] < places[static_cast<size_t>(b)]; });
	for (size_t i = 0; i < order.size(); i++)
		ranks[static_cast<size_t>(order[i])] = static_cast<int32_t>(i);
	return ranks;
}

std::vector<int32_t> shuffled_ranks(size_t rows, uint64_t seed)
{
	std::vector<int32_t> ranks(rows);
	std::iota(ranks.begin(), ranks.end(), 0);
	Random random(seed, kSpreadStream, 0);
	for (size_t i = rows; i > 1; i--)
		std::swap(ranks[i - 1], ranks[random.below(i)]);
	return ranks;
}

} /* namespace */

Attributes make_attributes(const Vectors &base, const Vectors &queries, uint64_t seed)
{
	const std::vector<double> axis = principal_axis(base, seed);
	std::vector<double> places = places_along(base, axis);
	Attributes attributes;
	attributes.spread = shuffled_ranks(base.rows, seed);
	attributes.along = ranks_of(places);
	std::sort(places.begin(), places.end());
	for (const double place : places_along(queries, axis)) {
		const auto before = std::lower_bound(places.begin(), places.end(), place) - places.begin();
		attributes.query_along.push_back(static_cast<int32_t>(before));
	}
	for (size_t q = 0; q < queries.rows; q++)
		attributes.query_spread.push_back(static_cast<int32_t>(Random(seed, kQueryStream, q).below(base.rows)));
	return attributes;
}

RankRange range_for(const Attributes &attributes, size_t query, Correlation correlation, size_t passing)
{
	const auto rows = static_cast<int64_t>(attributes.spread.size()), length = static_cast<int64_t>(passing);
	int64_t first;
	if (correlation == Correlation::kNegative)
		first = attributes.query_along[query] < rows / 2 ? rows - length : 0;
	else if (correlation == Correlation::kPositive)
		first = attributes.query_along[query] - length / 2;
	else
		first = attributes.query_spread[query] - length / 2;
	first = std::clamp<int64_t>(first, 0, rows - length);
	return {static_cast<int32_t>(first), static_cast<int32_t>(first + length - 1)};
}

} /* namespace vecext::bench */
