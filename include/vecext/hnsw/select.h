/*
 * select.h: which neighbours a node gets, and which edge gives way to a new one.
 *
 * Malkov & Yashunin 2018, algorithm 4 (heuristic selection): a candidate is taken
 * if it is closer to the node than to every neighbour taken before it.
 */
#pragma once

#include <cstdint>

#include "vecext/hnsw/search.h"

namespace vecext::hnsw {

/* Keeps, in place, up to `limit` of `count` candidates, which are sorted by
 * distance to the node. between(i, j) is the exact graph distance between the
 * candidates at positions i and j of the input. Returns how many were kept;
 * kept[k] is the input position of the k-th (ascending). */
template <class Between>
uint32_t select_neighbours(const Candidate *candidates, uint32_t count, uint32_t limit, uint32_t *kept, Between between)
{
	uint32_t taken = 0;
	for (uint32_t i = 0; i < count && taken < limit; i++) {
		bool diverse = true;
		for (uint32_t k = 0; k < taken && diverse; k++)
			diverse = !(between(kept[k], i) < candidates[i].distance);
		if (diverse)
			kept[taken++] = i;
	}
	return taken;
}

/* The slot of a full record that a new neighbour should take, or -1 when the new
 * one is not worth an edge. `to_node[j]` and `to_new[j]` are the distances from
 * neighbour j to the node and to the new neighbour (exact or estimated; slots
 * that hold none have to_node = +infinity), new_distance that from node to new.
 *
 * The heuristic, applied incrementally to a list that satisfied it: the new
 * neighbour is dropped when a closer neighbour shields it; otherwise it replaces
 * the farthest neighbour that it shields, or else the farthest of all if that is
 * farther than itself. */
int choose_replacement(const float *to_node, const float *to_new, uint32_t count, float new_distance) noexcept;

} /* namespace vecext::hnsw */
