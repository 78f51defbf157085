/*
 * mmr.h: maximal marginal relevance, results that are relevant and unlike each
 * other (Carbonell & Goldstein, SIGIR 1998).
 *
 * The most relevant candidate comes first; then, again and again, the one of the
 * greatest
 *
 *   lambda * relevance - (1 - lambda) * greatest similarity to one chosen before
 *
 * with lambda = 1 - diversity. Both are similarities in one scale, larger being
 * nearer (dot product, cosine, minus a distance). Arithmetic is double.
 *
 * Of equal ones the last in the list of those that wait is chosen. That list is at
 * first in the given order, and the last of it takes the place of the one that was
 * chosen: so Qdrant does it, whose results are to be the same.
 *
 * limit x candidates similarities are computed. Nothing is allocated.
 */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace vecext {

struct MmrCandidate {
	uint32_t index;   /* for the caller; handed to `similarity` */
	float relevance;  /* not NaN */
	float redundancy; /* to those chosen: set by select_mmr() */
};

namespace detail {

/* The last of the greatest; waiting.size() when none is above minus infinity. */
inline size_t best_by_mmr(std::span<const MmrCandidate> waiting, double lambda, double weight) noexcept
{
	constexpr double kWorst = -std::numeric_limits<double>::infinity();
	size_t best = waiting.size();
	double best_value = kWorst;
	for (size_t i = 0; i < waiting.size(); i++) {
		double value = lambda * static_cast<double>(waiting[i].relevance);
		if (weight > 0)
			value -= weight * static_cast<double>(waiting[i].redundancy);
		if (value > kWorst && value >= best_value) {
			best = i;
			best_value = value;
		}
	}
	return best;
}

} /* namespace detail */

/* Writes the indexes of the candidates chosen to the front of `chosen`, in order, and
 * returns how many: min(limit, candidates), fewer when all that wait have a
 * value of minus infinity. `waiting` is all candidates, used up in the process.
 * similarity(i, j) of two indexes gives a float, and must not throw.
 * Requires 0 <= lambda <= 1 and chosen.size() >= min(limit, candidates). */
template <class Similarity>
size_t select_mmr(std::span<MmrCandidate> waiting, double lambda, size_t limit, Similarity similarity,
				  std::span<uint32_t> chosen) noexcept
{
	constexpr float kNone = -std::numeric_limits<float>::infinity();
	for (MmrCandidate &candidate : waiting)
		candidate.redundancy = kNone;
	const double weight = lambda < 1 ? 1 - lambda : 0;
	size_t left = waiting.size(), count = 0;
	while (left > 0 && count < limit) {
		const size_t best = detail::best_by_mmr(waiting.first(left), count > 0 ? lambda : 1, count > 0 ? weight : 0);
		if (best == left)
			break;
		const uint32_t index = waiting[best].index;
		chosen[count++] = index;
		waiting[best] = waiting[--left];
		if (weight == 0 || count == limit)
			continue;
		for (MmrCandidate &candidate : waiting.first(left))
			candidate.redundancy = std::max(candidate.redundancy, similarity(candidate.index, index));
	}
	return count;
}

} /* namespace vecext */
