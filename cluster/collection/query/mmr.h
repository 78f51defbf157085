/*
 * mmr.h: diverse points among the candidates of a nearest search, by maximal marginal
 * relevance (Carbonell and Goldstein, 1998).
 */
#pragma once

#include "collection/query/execute.h"

namespace vecext::collection::queries {

/* At most n of the candidates, which carry the vector that is compared, in the order
 * they are chosen and without that vector; their scores stay. n comparisons for each
 * candidate: throws kTimeout when they last beyond the deadline. */
ScoredList chosen_by_mmr(const MmrStep &mmr, ScoredList candidates, uint64_t n, postgres::Deadline deadline);

} /* namespace vecext::collection::queries */
