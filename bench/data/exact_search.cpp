/*
 * exact_search.cpp: brute force nearest neighbours; see exact_search.h.
 *
 * Every metric becomes one score, smaller is nearer, of the form
 * bias[row] - dot(query, row): half the row's squared length for L2, nothing for
 * the inner product, and the latter on normalised copies for cosine. A float
 * score is inexact in its last digits, so a few more candidates than wanted are
 * kept and ordered by a distance in double.
 */
#include "data/exact_search.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace vecext::bench {

namespace {

/* 64 rows of 1,536 floats fit a second-level cache. */
constexpr size_t kTileRows = 64;
constexpr size_t kSpareCandidates = 16;
constexpr size_t kLanes = 16;

struct Candidate {
	float score;
	int32_t id;

	bool operator<(const Candidate &other) const { return score != other.score ? score < other.score : id < other.id; }
};

/* kLanes independent sums: the compiler may use vectors of any width. */
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"))) float dot(const float *a, const float *b,
																						size_t n)
{
	float lanes[kLanes] = {};
	size_t i = 0;
	for (; i + kLanes <= n; i += kLanes)
		for (size_t lane = 0; lane < kLanes; lane++)
			lanes[lane] += a[i + lane] * b[i + lane];
	float sum = 0;
	for (float lane : lanes)
		sum += lane;
	for (; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

double exact_distance(const float *a, const float *b, size_t n, Metric metric)
{
	double squared = 0, product = 0, length_a = 0, length_b = 0;
	for (size_t i = 0; i < n; i++) {
		const double x = a[i], y = b[i];
		squared += (x - y) * (x - y);
		product += x * y;
		length_a += x * x;
		length_b += y * y;
	}
	if (metric == Metric::kL2)
		return std::sqrt(squared);
	if (metric == Metric::kInnerProduct)
		return -product;
	return 1 - product / std::sqrt(length_a * length_b);
}

/* The `limit` smallest candidates, as a max-heap. */
class Nearest {
public:
	explicit Nearest(size_t limit) : limit_(limit) { heap_.reserve(limit + 1); }

	bool wants(Candidate candidate) const { return heap_.size() < limit_ || candidate < heap_.front(); }

	void offer(Candidate candidate)
	{
		if (!wants(candidate))
			return;
		heap_.push_back(candidate);
		std::push_heap(heap_.begin(), heap_.end());
		if (heap_.size() > limit_) {
			std::pop_heap(heap_.begin(), heap_.end());
			heap_.pop_back();
		}
	}

	const std::vector<Candidate> &candidates() const { return heap_; }

private:
	size_t limit_;
	std::vector<Candidate> heap_;
};

/* bias[row] and the factor on dot(query, row) that give a row's score. */
struct Scoring {
	std::vector<float> bias;
	std::vector<float> factor;

	Scoring(const Vectors &base, Metric metric) : bias(base.rows), factor(base.rows)
	{
#pragma omp parallel for schedule(static)
		for (size_t i = 0; i < base.rows; i++) {
			const float squared = dot(base.row(i), base.row(i), base.columns);
			bias[i] = metric == Metric::kL2 ? squared / 2 : 0;
			factor[i] = metric == Metric::kCosine ? 1 / std::sqrt(squared) : 1;
		}
	}
};

template <class Passes>
void score_tile(const Vectors &base, const Scoring &scoring, size_t first, const float *query, Nearest &nearest,
				Passes passes)
{
	const size_t end = std::min(first + kTileRows, base.rows);
	for (size_t i = first; i < end; i++) {
		const float score = scoring.bias[i] - scoring.factor[i] * dot(base.row(i), query, base.columns);
		const Candidate candidate = {score, static_cast<int32_t>(i)};
		if (nearest.wants(candidate) && passes(i))
			nearest.offer(candidate);
	}
}

void write_answer(const Vectors &base, const float *query, Metric metric, const Nearest &nearest, GroundTruth &truth,
				  size_t q)
{
	std::vector<std::pair<double, int32_t>> ordered;
	for (const Candidate &c : nearest.candidates())
		ordered.emplace_back(exact_distance(base.row(c.id), query, base.columns, metric), c.id);
	std::sort(ordered.begin(), ordered.end());
	for (size_t j = 0; j < truth.neighbours; j++) {
		truth.ids[q * truth.neighbours + j] = ordered[j].second;
		truth.distances[q * truth.neighbours + j] = static_cast<float>(ordered[j].first);
	}
}

template <class Passes>
GroundTruth search_all(const Vectors &base, const Vectors &queries, Metric metric, size_t neighbours,
					   size_t queries_per_pass, Passes passes)
{
	if (base.columns != queries.columns)
		throw std::runtime_error("base rows and queries differ in dimensions");
	GroundTruth truth;
	truth.queries = queries.rows;
	truth.neighbours = std::min(neighbours, base.rows);
	truth.ids.resize(truth.queries * truth.neighbours);
	truth.distances.resize(truth.ids.size());

	const Scoring scoring(base, metric);
	const size_t limit = std::min(neighbours + kSpareCandidates, base.rows);
	/* A thread owns some queries and streams all rows past them once. */
#pragma omp parallel for schedule(dynamic)
	for (size_t begin = 0; begin < queries.rows; begin += queries_per_pass) {
		const size_t end = std::min(begin + queries_per_pass, queries.rows);
		std::vector<Nearest> nearest(end - begin, Nearest(limit));
		for (size_t first = 0; first < base.rows; first += kTileRows)
			for (size_t q = begin; q < end; q++)
				score_tile(base, scoring, first, queries.row(q), nearest[q - begin],
						   [&passes, q](size_t row) { return passes(q, row); });
		for (size_t q = begin; q < end; q++)
			write_answer(base, queries.row(q), metric, nearest[q - begin], truth, q);
	}
	return truth;
}

} /* namespace */

GroundTruth exact_search(const Vectors &base, const Vectors &queries, Metric metric, size_t neighbours)
{
	constexpr size_t kQueriesPerPass = 256;
	return search_all(base, queries, metric, neighbours, kQueriesPerPass, [](size_t, size_t) { return true; });
}

GroundTruth exact_search_where(const Vectors &base, const Vectors &queries, Metric metric, size_t neighbours,
							   const RowFilter &passes)
{
	constexpr size_t kQueriesPerPass = 16; /* there are fewer queries */
	return search_all(base, queries, metric, neighbours, kQueriesPerPass, passes);
}

double intrinsic_dimension(const GroundTruth &truth, Metric metric, size_t neighbours)
{
	neighbours = std::min(neighbours, truth.neighbours);
	if (truth.distances.empty() || neighbours < 3 || metric == Metric::kInnerProduct)
		return 0;
	/* Cosine distance is half the squared Euclidean distance of unit vectors. */
	const double exponent = metric == Metric::kCosine ? 0.5 : 1;
	double inverse_sum = 0;
	size_t used = 0;
	for (size_t q = 0; q < truth.queries; q++) {
		const float *d = truth.distances.data() + q * truth.neighbours;
		const double farthest = d[neighbours - 1];
		if (d[0] <= 0)
			continue; /* a duplicate of the query: the logarithm is infinite */
		double logs = 0;
		for (size_t j = 0; j + 1 < neighbours; j++)
			logs += exponent * std::log(farthest / d[j]);
		inverse_sum += logs / static_cast<double>(neighbours - 2);
		used++;
	}
	return inverse_sum > 0 ? static_cast<double>(used) / inverse_sum : 0;
}

} /* namespace vecext::bench */
