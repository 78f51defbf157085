/*
 * execute.h: carrying out a plan.
 *
 * Stages of the same height run side by side, over all requests of a call, at most
 * `width` at a time: first those that ask the shards, then what works on their
 * results, up to the roots. The first failure ends it.
 */
#pragma once

#include <vector>

#include "collection/query/plan.h"
#include "collection/shard_reads.h"

namespace vecext::collection::queries {

/* Points with their scores, best first. */
using ScoredList = std::vector<model::ScoredPoint>;

/* The lists of the roots. */
std::vector<ScoredList> execute(const Plan &plan, const ShardReads &reads, size_t width);

/* Adds what the selection asks for; points that are gone by now are left out. */
ScoredList with_selection(const ShardReads &reads, const shard::Selection &selection, ScoredList points);

} /* namespace vecext::collection::queries */
