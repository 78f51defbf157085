/*
 * connect.h: walks over the linked graph: numbering nodes for pages, and making
 * every node reachable.
 *
 * Selecting neighbours anew can take a node's last incoming edge away. Such nodes
 * are rare, but a search never returns them, so a build ends by giving each an
 * edge from a near node that can be reached. What such an edge replaces is never
 * an edge by which the walk went, so nothing gets lost in turn.
 */
#pragma once

#include "core/hnsw/build_state.h"
#include "core/hnsw/link.h"

namespace vecext::hnsw {

/* Asked now and then; true stops the work. */
struct Poll {
	bool (*function)(void *);
	void *context;
	bool operator()() const { return function != nullptr && function(context); }
};

/* Writes all ids of level 0 to order[]: breadth-first from the entry point, then
 * those that this does not reach. Throws std::bad_alloc. */
void breadth_first_order(const GraphState &state, uint32_t *order);

/* Leads an edge to every record that cannot be reached, on every level, from
 * the entry point's record of that level. False when poll stopped it. Throws
 * std::bad_alloc. */
bool connect_all(GraphState &state, Linker &linker, const Poll &poll);

} /* namespace vecext::hnsw */
