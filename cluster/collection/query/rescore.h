/*
 * rescore.h: a formula over the results of prefetches.
 */
#pragma once

#include "collection/formula/formula.h"
#include "collection/query/execute.h"

namespace vecext::collection::queries {

/* Every point of the lists with the formula's score: highest first, equal scores by
 * descending id. What the formula reads of the points is asked of each shard with one
 * statement; points that are gone by then are left out. Throws what Formula::score()
 * throws. */
ScoredList rescored(const Formula &formula, const std::vector<ScoredList> &lists, const ShardReads &reads);

} /* namespace vecext::collection::queries */
