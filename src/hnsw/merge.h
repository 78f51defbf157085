/*
 * merge.h: moving rows from the pending segment into the graph.
 *
 * A merge works from the head of the chain, page by page, under kGraphLock. Each
 * row is one insertion (graph_writer.h), noted in its entry as it goes, so that a
 * crash or a cancel loses nothing and repeats nothing: the next merge goes on
 * where this one stopped. A page whose entries are all in the graph leaves the
 * chain in one WAL record; the values of its rows are freed with it.
 */
#pragma once

#include "hnsw/graph_writer.h"

namespace vecext::pg {

/* Merges pending rows until none of those present at the call is left, or about
 * `max_rows` are done. The caller holds no lock but one on the relation. When
 * `wait` is false and another process is changing the graph, returns 0 at once.
 * Returns the number of rows moved. */
enum class MergeWait { kWait, kNoWait };
uint64 merge_pending(Relation index, uint64 max_rows, MergeWait wait);

/* The same for a caller that holds kGraphLock (VACUUM). */
uint64 merge_pending_locked(Relation index, uint64 max_rows);

/* Frees values that no entry refers to any more, page by page: a page left
 * without values is freed as a whole. */
void free_values(Relation index, ValueRef *refs, uint32 count);

} /* namespace vecext::pg */
