/*
 * fusion.h: one ranking made of several, as hybrid search needs it.
 *
 *   RRF    reciprocal rank fusion (Cormack, Clarke & Buettcher, SIGIR 2009): only
 *          places in the lists count. Place p (from 0) of a list of weight w is
 *          worth 1 / ((p + 1) / w + k - 1).
 *   DBSF   distribution-based score fusion: a list's scores s are mapped to
 *          (s - (mean - 3 sd)) / (6 sd), sd with n - 1 in the denominator; not
 *          clamped. A list of one hit, or of equal scores, gives 0.5 to each.
 *
 * What a key gets from all lists is added up, in the order of the lists, in double
 * precision. Results are in descending order of the sum rounded to float; those of
 * equal scores in descending order of their keys. So they depend on nothing but
 * the input.
 *
 * Key: trivially copyable, with < and ==. A key stands once in a list; if it does
 * not, each time counts. Nothing is allocated: the caller lends `out`, of
 * total_hits(lists) entries.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace vecext {

/* The k that makes the first hit of one list score 0.5. */
inline constexpr double kDefaultRrfK = 2;

/* What a place, counted from 0, is worth; 0 for weights that are not above 0.
 * Requires k >= 1. */
inline double rrf_score(uint64_t place, double k = kDefaultRrfK, double weight = 1) noexcept
{
	return weight > 0 ? 1 / ((static_cast<double>(place) + 1) / weight + k - 1) : 0;
}

template <class Key> struct Hit {
	Key key;
	float score; /* only DBSF looks at it */
};

template <class Key> using HitList = std::span<const Hit<Key>>; /* best first */

template <class Key> struct FusedHit {
	Key key;
	float score;
	uint32_t list; /* where the key is met first: lists[list][place] */
	uint32_t place;
	double sum; /* the score before it was rounded */
};

template <class Key> size_t total_hits(std::span<const HitList<Key>> lists) noexcept
{
	size_t total = 0;
	for (const HitList<Key> &list : lists)
		total += list.size();
	return total;
}

namespace detail {

/* Adds up what each key got, `hits` being single contributions; then sorts. */
template <class Key> size_t add_up(std::span<FusedHit<Key>> hits) noexcept
{
	static_assert(std::is_trivially_copyable_v<Key>);
	using Fused = FusedHit<Key>;
	std::sort(hits.begin(), hits.end(), [](const Fused &a, const Fused &b) {
		if (!(a.key == b.key))
			return a.key < b.key;
		return a.list < b.list || (a.list == b.list && a.place < b.place);
	});
	size_t count = 0;
	for (const Fused &hit : hits) {
		if (count > 0 && hits[count - 1].key == hit.key)
			hits[count - 1].sum += hit.sum;
		else
			hits[count++] = hit;
	}
	for (Fused &hit : hits.first(count))
		hit.score = static_cast<float>(hit.sum);
	std::sort(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(count), [](const Fused &a, const Fused &b) {
		return a.score > b.score || (a.score == b.score && b.key < a.key);
	});
	return count;
}

/* Puts what `worth(list, place)` says of each hit into `out`, then adds up. */
template <class Key, class Worth>
size_t fuse(std::span<const HitList<Key>> lists, std::span<FusedHit<Key>> out, Worth worth) noexcept
{
	size_t count = 0;
	for (uint32_t list = 0; list < lists.size(); list++)
		for (uint32_t place = 0; place < lists[list].size(); place++)
			out[count++] = {lists[list][place].key, 0, list, place, worth(list, place)};
	return add_up(out.first(count));
}

} /* namespace detail */

/* Fuses into the front of `out` and returns how many keys there are. `weights` is
 * empty, which means 1 for each, or has one for each list. A key that is only in
 * lists of no weight scores 0. */
template <class Key>
size_t fuse_rrf(std::span<const HitList<Key>> lists, double k, std::span<const double> weights,
				std::span<FusedHit<Key>> out) noexcept
{
	return detail::fuse(lists, out, [&](uint32_t list, uint32_t place) {
		return rrf_score(place, k, weights.empty() ? 1 : weights[list]);
	});
}

/* How the scores of a list are distributed. */
struct ScoreDistribution {
	double mean = 0;
	double deviation = 0; /* 0: of fewer than two, or of equal scores */

	template <class Key> static ScoreDistribution of(HitList<Key> list) noexcept
	{
		ScoreDistribution result;
		if (list.size() < 2)
			return result;
		const auto n = static_cast<double>(list.size());
		double sum = 0, squares = 0;
		for (const Hit<Key> &hit : list)
			sum += static_cast<double>(hit.score);
		result.mean = sum / n;
		for (const Hit<Key> &hit : list) {
			const double difference = static_cast<double>(hit.score) - result.mean;
			squares += difference * difference;
		}
		result.deviation = all_equal(list) ? 0 : std::sqrt(squares / (n - 1));
		return result;
	}

	double normalised(double score) const noexcept
	{
		return deviation > 0 ? (score - (mean - 3 * deviation)) / (6 * deviation) : 0.5;
	}

private:
	/* Of equal scores the mean may be off by a rounding. */
	template <class Key> static bool all_equal(HitList<Key> list) noexcept
	{
		return std::all_of(list.begin(), list.end(),
						   [&](const Hit<Key> &hit) { return hit.score == list.front().score; });
	}
};

/* The same by scores, which must be finite: larger ones are taken to be better. */
template <class Key> size_t fuse_dbsf(std::span<const HitList<Key>> lists, std::span<FusedHit<Key>> out) noexcept
{
	ScoreDistribution distribution;
	uint32_t known = UINT32_MAX;
	return detail::fuse(lists, out, [&](uint32_t list, uint32_t place) {
		if (known != list)
			distribution = ScoreDistribution::of(lists[list]);
		known = list;
		return distribution.normalised(static_cast<double>(lists[list][place].score));
	});
}

} /* namespace vecext */
