/*
 * group_search.h: a query in groups, as several plain queries: first until there are
 * enough groups, each query leaving out the groups that are full; then until the best
 * of them are full: by looking twice at more of the nearest points, where that is
 * cheap, then by queries that ask for the groups that are not full. A query also
 * leaves out what it would find again of the points that were found before.
 *
 * There are at most kMostGroupQueries of the first kind and as many of the second, so
 * that a group may stay smaller than it could be; after one that finds less than its
 * limit there is nothing more to find. What is scored by ranks (fusion, MMR, a sample)
 * is asked for once: scores of a second query would not compare with the first's.
 */
#pragma once

#include "collection/grouping/group_collector.h"

namespace vecext::collection {

inline constexpr int kMostGroupQueries = 5;

/* `sieve`, which may be null: only what passes of the points found within the limit. */
using PlainQuery =
	std::function<std::vector<model::ScoredPoint>(const model::QueryRequest &, const model::Filter *sieve)>;

/* Whether the plain query walks an index in order of distance, so that to look at the
 * next nearest points costs less than to search for those that match. */
enum class Walks : uint8_t { kNo, kYes };

/* The groups, their hits without payload and vectors. */
std::vector<model::PointGroup> search_groups(const model::QueryGroupsRequest &request, const HitOrder &before,
											 const PlainQuery &query, Walks walks);

} /* namespace vecext::collection */
