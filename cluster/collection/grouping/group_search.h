/*
 * group_search.h: a query in groups, as several plain queries: first until there are
 * enough groups, each query leaving out the groups that are full; then until the best
 * of them are full, each asking for those that are not. Each query also leaves out
 * the points that were found before.
 *
 * There are at most kMostGroupQueries of the first kind and one less of the second, so
 * that a group may stay smaller than it could be; after one that finds less than its
 * limit there is nothing more to find. What is scored by ranks (fusion, MMR, a sample)
 * is asked for once: scores of a second query would not compare with the first's.
 */
#pragma once

#include "collection/grouping/group_collector.h"

namespace vecext::collection {

inline constexpr int kMostGroupQueries = 5;

using PlainQuery = std::function<std::vector<model::ScoredPoint>(const model::QueryRequest &)>;

/* The groups, their hits without payload and vectors. */
std::vector<model::PointGroup> search_groups(const model::QueryGroupsRequest &request, const HitOrder &before,
											 const PlainQuery &query);

} /* namespace vecext::collection */
