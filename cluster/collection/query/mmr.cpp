/*
 * mmr.cpp: see mmr.h.
 */
#include "collection/query/mmr.h"

#include <cmath>

#include "vecext/ranking/mmr.h"

namespace vecext::collection::queries {

using model::DenseVector;
using model::Distance;

namespace {

float dot(const DenseVector &a, const DenseVector &b)
{
	float sum = 0;
	for (size_t i = 0; i < a.size(); i++)
		sum += a[i] * b[i];
	return sum;
}

/* Stored cosine vectors have length 1, but for uint8. */
float cosine(const DenseVector &a, const DenseVector &b)
{
	const float lengths = std::sqrt(dot(a, a) * dot(b, b));
	return lengths > 0 ? dot(a, b) / lengths : 0;
}

float raw_similarity(Distance distance, const DenseVector &a, const DenseVector &b)
{
	if (distance == Distance::kDot)
		return dot(a, b);
	if (distance == Distance::kCosine)
		return cosine(a, b);
	float sum = 0;
	for (size_t i = 0; i < a.size(); i++) {
		const float difference = a[i] - b[i];
		sum += distance == Distance::kEuclid ? difference * difference : std::abs(difference);
	}
	return -sum;
}

} /* namespace */

ScoredList chosen_by_mmr(const MmrStep &mmr, ScoredList candidates, uint64_t n)
{
	const Distance distance = mmr.search.vector->params.distance;
	const auto &query = std::get<DenseVector>(mmr.search.scorer);
	const auto vector = [&](uint32_t i) -> const DenseVector & {
		return std::get<DenseVector>(candidates[i].vectors->front().second);
	};
	std::vector<MmrCandidate> waiting;
	for (uint32_t i = 0; i < candidates.size(); i++)
		waiting.push_back({i, raw_similarity(distance, query, vector(i)), 0});
	std::vector<uint32_t> chosen(std::min<uint64_t>(n, waiting.size()));
	const auto similarity = [&](uint32_t i, uint32_t j) { return raw_similarity(distance, vector(i), vector(j)); };
	chosen.resize(select_mmr(waiting, 1 - mmr.diversity, chosen.size(), similarity, chosen));
	ScoredList points;
	for (const uint32_t i : chosen) {
		points.push_back(std::move(candidates[i]));
		points.back().vectors.reset();
	}
	return points;
}

} /* namespace vecext::collection::queries */
