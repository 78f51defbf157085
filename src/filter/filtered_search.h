/*
 * filtered_search.h: the search behind a vector scan (vector_scan.h): the nearest
 * rows that pass a filter, in order, however few they are.
 *
 * A search finds a batch of `wanted` matching rows and sorts them by their exact
 * distances. When the executor wants more, the next batch searches from the
 * beginning for four times as many and leaves out what was returned: a search
 * keeps nothing but its results between batches, and the sum of all is at most a
 * third more than the last one. No row of a batch is returned before all of it were
 * found, and found to be visible: one that came later could only be left out.
 *
 * Where enough of the nearest rows are expected to pass, an index scan finds them,
 * with a beam (IndexSearch) and batches of its own; a walk that knows of the filter
 * (hnsw/filtered_search.h) takes over where they did not.
 *
 * Rows without a distance (NULL, zero norm under cosine) are not in the index. When
 * a walk runs out of rows an exact strategy takes over, which finds them. Where
 * they are to come first, or where the filter lets some of them pass that the index
 * knows nothing of, an exact strategy is taken from the start if the index says
 * that the table has such rows (IndexState::unindexed). So it is where the table
 * has rows so long that their distances may overflow, or the query is; but by
 * Euclidean and taxicab distance such rows are the farthest, and a walk that came
 * to enough nearer ones is right.
 *
 * A range is a bound on the distance that the filter has, too: a walk need not go
 * beyond it, and finds all rows there are when it comes to its end.
 */
#pragma once

#include "filter/member_rows.h"
#include "filter/regime.h"

#include "hnsw/index_search.h"

#include "vecext/hnsw/filtered_search.h"

extern "C" {
#include "access/tableam.h"
#include "nodes/execnodes.h"
}

namespace vecext::pg {

/* What the planner knew. */
struct FilterEstimates {
	double limit;   /* rows wanted, 0 when unknown */
	double rows;    /* of the table */
	double matches; /* that pass the filter */
	double members; /* of the bitmap; negative without one */
	double reach;   /* rows within the range; those of the table without one */
};

/* Where rows without a distance stand, and what else of the plan a search must
 * know. */
struct SearchSpec {
	bool nulls_first;     /* rows without a vector, before all others */
	bool nan_first;       /* rows of zero norm, before those that have a distance */
	uint32 unindexed;     /* kUnindexed bits: rows that only an exact strategy finds, and that may matter */
	bool ranged;          /* there is a range */
	double scale, offset; /* of the form that it bounds (distance_forms.h) */
};

/* Order of rows by whether they have a distance, before that by distance. */
enum class DistanceRank : int8 {
	kNullFirst = -2,
	kNotANumberFirst = -1,
	kNumber = 0,
	kNotANumber = 1,
	kNull = 2,
};

struct FilteredRow {
	float distance;
	RowId row; /* the visible version itself, not its HOT chain */
	DistanceRank rank;
};

/* For EXPLAIN; sums over rescans. */
struct FilteredCounters {
	uint64 searches, batches;
	uint64 nodes_visited, distances, rows_checked, rows_rejected, pending_rows;
	uint64 codes;      /* estimates of distances by codes */
	uint64 rescored;   /* rows found by codes and then measured by their vectors */
	double members;    /* of the last bitmap; negative: none was made */
	uint64 strategies; /* bit 1 << Strategy: used */
	Strategy last;
	uint32 ef; /* of the last batch */
};

struct FilteredSearch {
	IndexSearch *index;
	Relation heap;
	Snapshot snapshot;
	EState *estate;
	IndexFetchTableData *fetch;
	TupleTableSlot *probe; /* a row whose filter is evaluated */
	ExprState *filter;     /* null: there is none */
	ExprContext *filter_context;
	AttrNumber column;        /* of the table that is indexed; 0: an expression */
	ExprState *expression;    /* the indexed expression, or null */
	PlanState *bitmap_source; /* null: there is none */
	FilterEstimates estimates;
	SearchSpec spec;
	SearchCosts costs;
	double heap_pages; /* of the table */

	MemoryContext member_context; /* the bitmap: while its parameters stay the same */
	MemberRows *members;
	MemoryContext kept_context; /* of one (re)scan: query and rows returned */
	Datum query;
	bool query_is_null;
	double bound; /* of the range, in the unit of its form */
	bool bound_is_null;
	ArenaVector<uint64> returned; /* addresses, sorted when a batch begins */
	uint32 returned_before;       /* by earlier batches */
	float last_distance;
	DistanceRank returned_rank; /* of the last row, and its distance in the unit of the graph */
	float returned_distance;

	/* One batch. Rows are a min-heap by distance. */
	bool begun, complete; /* complete: the batch holds every matching row */
	uint32 sought;        /* rows that the batch is to return */
	uint32 wanted;        /* matching rows to be found, so that the first `sought` are right */
	uint32 ef;
	uint32 left; /* rows that the batch may still return */
	Strategy strategy;
	bool steer;            /* ask the bitmap first */
	float range;           /* graph distance; infinite: there is none */
	float estimated_range; /* the same for estimates by nodes' codes, which err */
	uint32 odd_query;      /* kUnindexed bit of a row like the query, 0: one that is indexed */
	bool huge_rows;        /* the table may have rows of kUnindexedHuge */
	bool inexact;          /* only an exact strategy finds all rows */
	ArenaVector<FilteredRow> rows;
	hnsw::FilteredLayerSearch layer;
	double spent_limit;      /* of this walk, in the unit of costs */
	double expected_share;   /* of the nodes it meets that match */
	uint64 checked;          /* heap rows in this walk */
	bool walk_ended;         /* by itself */
	uint32 matched_nodes[8]; /* some of those that walks of this batch met */
	uint32 matched_node_count;
	FilteredCounters counters;
};

/* Starts anew with another query, which lies in kept_context after
 * forget_query(). */
void forget_query(FilteredSearch *search);
void restart_search(FilteredSearch *search, Datum query, bool is_null);

/* The bound of this (re)scan's range. */
void set_bound(FilteredSearch *search, double bound, bool is_null);

/* Forgets the bitmap because the filter's parameters changed. */
void forget_members(FilteredSearch *search);

/* Puts the next row into `slot`; false at the end. */
bool next_filtered_row(FilteredSearch *search, TupleTableSlot *slot);

/* The distance of the row that was returned last, as the operator has it to the last
 * bit; false where only the operator can tell. */
bool distance_of_returned(const FilteredSearch *search, double *distance);

/* Name of a strategy in EXPLAIN. */
const char *strategy_name(Strategy strategy);

} /* namespace vecext::pg */
