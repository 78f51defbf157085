/*
 * shard_search.h: stages that shards answer: scrolls, orders by a field, samples and
 * vector searches, of a whole collection or among candidates.
 */
#pragma once

#include "collection/query/execute.h"

namespace vecext::collection::queries {

/* An MmrStep gives its candidates, with the vector it compares and nothing else. */
ScoredList search_shards(const ShardReads &reads, const Stage &stage);

/* Only points with these ids, all of them compared. */
ScoredList search_among(const ShardReads &reads, const Stage &stage, std::vector<model::PointId> ids);

} /* namespace vecext::collection::queries */
