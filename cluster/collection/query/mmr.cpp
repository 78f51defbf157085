/*
 * mmr.cpp: see mmr.h.
 */
#include "collection/query/mmr.h"

#include <cmath>

#include "model/error.h"
#include "vecext/kernels.h"
#include "vecext/ranking/mmr.h"

namespace vecext::collection::queries {

using model::DenseVector;
using model::Distance;

namespace {

/* Of two stored vectors; those of a cosine distance have length 1, but for uint8. */
float raw_similarity(Distance distance, const DenseVector &a, const DenseVector &b)
{
	const Kernels &kernel = kernels();
	switch (distance) {
	case Distance::kDot:
		return kernel.inner_product_f32(a.data(), b.data(), a.size());
	case Distance::kEuclid:
		return -kernel.l2_squared_f32(a.data(), b.data(), a.size());
	case Distance::kManhattan:
		return -kernel.l1_f32(a.data(), b.data(), a.size());
	case Distance::kCosine:
		break;
	}
	const CosineTerms terms = kernel.cosine_f32(a.data(), b.data(), a.size());
	const float lengths = std::sqrt(terms.norm_a) * std::sqrt(terms.norm_b);
	return lengths > 0 ? terms.dot / lengths : 0;
}

/* Looks at the clock now and then. */
class Timer {
public:
	explicit Timer(postgres::Deadline deadline) : deadline_(deadline) {}

	bool has_passed()
	{
		constexpr uint64_t between = 4096;
		if (asked_++ % between == 0)
			passed_ = deadline_.is_over();
		return passed_;
	}

private:
	postgres::Deadline deadline_;
	uint64_t asked_ = 0;
	bool passed_ = false;
};

} /* namespace */

ScoredList chosen_by_mmr(const MmrStep &mmr, ScoredList candidates, uint64_t n, postgres::Deadline deadline)
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
	Timer timer(deadline);
	const auto similarity = [&](uint32_t i, uint32_t j) {
		return timer.has_passed() ? 0 : raw_similarity(distance, vector(i), vector(j));
	};
	chosen.resize(select_mmr(waiting, 1 - mmr.diversity, chosen.size(), similarity, chosen));
	if (timer.has_passed())
		throw model::Error(model::ErrorKind::kTimeout, "choosing diverse points took too long");
	ScoredList points;
	for (const uint32_t i : chosen) {
		points.push_back(std::move(candidates[i]));
		points.back().vectors.reset();
	}
	return points;
}

} /* namespace vecext::collection::queries */
