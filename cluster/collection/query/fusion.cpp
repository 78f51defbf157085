/*
 * fusion.cpp: see fusion.h.
 */
#include "collection/query/fusion.h"

#include "vecext/ranking/fusion.h"

namespace vecext::collection::queries {

using model::PointId;

ScoredList fused(const model::FusionQuery &fusion, const std::vector<ScoredList> &lists)
{
	std::vector<std::vector<Hit<PointId>>> hits(lists.size());
	for (size_t i = 0; i < lists.size(); i++)
		for (const model::ScoredPoint &point : lists[i])
			hits[i].push_back({point.id, point.score});
	const std::vector<HitList<PointId>> views(hits.begin(), hits.end());
	std::vector<FusedHit<PointId>> sums(total_hits<PointId>(views));
	const size_t count = fusion.kind == model::FusionQuery::kDbsf
							 ? fuse_dbsf<PointId>(views, sums)
							 : fuse_rrf<PointId>(views, static_cast<double>(fusion.k), fusion.weights, sums);
	ScoredList all(count);
	for (size_t i = 0; i < count; i++) {
		all[i].id = sums[i].key;
		all[i].version = lists[sums[i].list][sums[i].place].version;
		all[i].score = sums[i].score;
	}
	return all;
}

} /* namespace vecext::collection::queries */
