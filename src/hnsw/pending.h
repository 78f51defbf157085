/*
 * pending.h: the pending segment: rows appended to the index and not yet in its
 * graph.
 *
 * Like GIN's pending list and like a search engine's appendable segment. An
 * insert appends an entry (row id, code, reference to the value on a value page)
 * to the last page of a chain, under that page's lock alone. Scans score all
 * entries by their codes and the best of them exactly; merge.cpp moves entries
 * into the graph, page by page from the head of the chain.
 *
 * A scan reads the chain before the graph. Entries leave the chain only after
 * the graph leads to them, so none is missed; some are met twice, which the scan
 * sorts out by row id. Pages carry a sequence number: a scan that follows a link
 * to a page that was merged and reused meanwhile sees a wrong number and starts
 * again at the head.
 */
#pragma once

#include "hnsw/index_handle.h"
#include "hnsw/indexed_value.h"
#include "hnsw/page_graph.h"

namespace vecext::pg {

/* Appends a row. Returns the number of rows now pending. */
uint64 append_pending(Relation index, const IndexHandle *handle, const RowId &row, const IndexedValue &value);

/* Rows pending, as the chain's ends say (dead and merged ones included). */
uint64 pending_rows(Relation index, const IndexState &state, const IndexFormat &format);

/* A pending row whose exact distance is known. */
struct PendingResult {
	float distance;
	RowId row;
	BlockNumber block; /* where its entry is, for kill_prior_tuple */
	uint32 entry;
};

struct PendingScanCounters {
	uint64 entries = 0;
	uint64 exact_distances = 0;
};

enum class PendingEffort {
	kBest, /* with high probability the nearest ones, and some more */
	kAll,  /* the exact distance of every entry */
};

/* Which pending rows count. `considers` is asked before a row's value is read,
 * `accepts` once its distance is known. Both may run any code. */
struct PendingFilter {
	bool (*considers)(void *state, const RowId &row);
	bool (*accepts)(void *state, const RowId &row, float distance);
	void *state;
};

/* What a scan of pending rows is for. */
struct PendingWants {
	PendingEffort effort;
	uint32 best;   /* kBest: how many of them */
	bool filtered; /* score_pending() will get a filter */
	bool ignore_killed;
};

/* Reads the chain: from here on no row is missed that is in it now. What can be
 * told from the codes is told. `projection` is the query's in the index's code
 * space (null in plain indexes, and for queries of several vectors, which score
 * every row exactly). Lies in the current context. */
struct PendingScan;
PendingScan *collect_pending(PageGraph &graph, const IndexState &state, const hnsw::SearchQuery &query,
							 const float *projection, const PendingWants &wants, PendingScanCounters *counters);

/* Adds the rows read (that pass the filter, unless it is null) with their exact
 * distances to `results`, unordered. `rivals` are distances of other rows: only
 * what can be among the `best` with them needs to be looked at. False when a row
 * was merged meanwhile: a search of the graph that begins now finds it. */
bool score_pending(PendingScan *scan, const float *rivals, uint32 rival_count, ArenaVector<PendingResult> *results,
				   const PendingFilter *filter = nullptr);

} /* namespace vecext::pg */
