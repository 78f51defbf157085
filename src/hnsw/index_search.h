/*
 * index_search.h: one search of an hnsw index: a query in, rows in the order of
 * their exact distances out, batch by batch. Both the access method's scan
 * (scan.cpp) and the filtered scan (src/filter) search by it.
 *
 * An IndexSearch owns nothing but memory of two contexts and holds no lock and no
 * pin between calls; it is trivially destructible, so errors may jump over it.
 * Everything of one query lies in `context`, reset by reset_search().
 *
 * Rows found may have been removed by VACUUM before the caller looks at them:
 * their heap slots can then hold only rows that an MVCC snapshot taken before
 * cannot see. Callers use MVCC snapshots only.
 */
#pragma once

#include "hnsw/example_query.h"
#include "hnsw/heap_values.h"
#include "hnsw/node_codes.h"
#include "hnsw/options.h"
#include "hnsw/page_graph.h"
#include "hnsw/pending.h"

namespace vecext::pg {

/* A row found, and where its index entry is (for kill_prior_tuple). */
struct FoundRow {
	float distance;
	RowId row;
	uint32 node; /* kNoNode: a pending entry */
	BlockNumber block;
	uint32 entry; /* of the pending page, or position in the node's rows */

	/* Where distances are to be made exact (IndexSearch::rescore). */
	float bound;    /* below which the exact distance hardly is */
	float norm;     /* of the value */
	ValueRef value; /* if the index has it */
};

/* Where rows found get their exact distances from. */
enum class RescoreFrom {
	kNothing, /* they have them, or are not to get any */
	kIndex,   /* the values of nodes, stored apart */
	kTable,
};

/* Rows whose distances are made exact one by one, as the caller asks for rows: the
 * nearest by their bounds first, until no bound of those waiting lies below what
 * is ready. Both are min-heaps. */
struct Rescoring {
	ArenaVector<FoundRow> waiting; /* by bound */
	ArenaVector<FoundRow> ready;   /* by distance, which is exact */
	ArenaVector<uint64> met;       /* iterative scans: rows of the graph that came in */
	uint32 left;                   /* rows of this batch that may still be taken from `waiting` */
	uint64 rescored, returned;
};

/* How far search_first() and what follows it go. */
struct ScanWants {
	uint32 ef; /* of the beam, and rows of a batch */
	IterativeScan iteration;
};

struct IndexSearch {
	MemoryContext context;        /* of one query */
	MemoryContext handle_context; /* of the handle, kept over queries */
	Relation index;
	const IndexHandle *handle;
	bool ignore_killed; /* leave out rows known to be dead to everyone */
	XLogRecPtr begun;   /* before anything was read; invalid: no row may be marked dead */
	bool by_examples;   /* queries are values of vecquery */
	PageGraph graph;
	hnsw::SearchQuery query;
	float *projection;       /* the query in the code space; null when the index has none */
	NodeCoder coder;         /* compact indexes */
	ExampleSearch *examples; /* the query, if it is a vecquery; else null */
	RescoreFrom rescore;

	/* The table and what is read from it, if rescore is kTable (the caller sets heap
	 * and snapshot); and how values of the table are measured, in any case. */
	Relation heap;
	Snapshot snapshot;
	HeapValues *heap_values;
	MemoryContext heap_context; /* of heap_values, kept over queries */
	IndexFormat heap_format;    /* of values as the table has them */
	hnsw::Value heap_query;
	hnsw::GraphDistance heap_distance;

	/* The batches of search_first() and search_more(). */
	ScanWants wants;
	bool exhausted;
	bool pending_complete;
	hnsw::LayerSearch layer;
	ArenaVector<FoundRow> rows; /* sorted; from batch_end on they wait for a later batch */
	uint32 next_row, batch_end;
	Rescoring rescoring;
	ArenaVector<uint64> pending_keys; /* rows returned or waiting from the pending segment, sorted */
	float last_distance;              /* of the row returned last; the caller's to set */
	uint64 tuples_visited;
	PendingScanCounters pending_counters;
};

/* Makes a search of `index` in memory of the current context. */
IndexSearch *create_search(Relation index);
void destroy_search(IndexSearch *search);

/* Forgets query and results. */
void reset_search(IndexSearch *search);

/* Makes sure that search->handle is the index's. */
void hold_handle(IndexSearch *search, const MetaPage &meta);

/* Sets the query for distance_of_datum() alone. */
void prepare_distances(IndexSearch *search, const MetaPage &meta, Datum query, bool is_null);

/* Sets the query from a datum of the indexed type, or from a vecquery if the caller
 * has set by_examples: converts it, rotates it, and readies graph and layer search
 * for a beam of ef. Call with `context` current.
 * For a query that has no distance to anything (NULL, zero norm under cosine) any
 * row is as good as another. */
void prepare_search(IndexSearch *search, const MetaPage &meta, Datum query, bool is_null, uint32 ef);

/* The entry point. Rows may be merged into a graph that was empty, and so without
 * codes, when the search was prepared: their codes are made ready here, so a compact
 * index's graph is entered only after this has given its entry point, or after the
 * search was prepared with a metapage that had one. */
uint32 current_entry_point(IndexSearch *search);

/* Descends from the entry point `top` (as last read) to level 0 and calls
 * try_entries with the records to search from; not at all when the graph is empty.
 * There is one, or with examples one for each that attracts, at most. Where VACUUM
 * or its replay freed a record between two steps down, or try_entries returns false
 * because that happened to all of its records, starts again from the top. */
using TryEntries = bool (*)(void *state, const uint32 *entries, uint32 count);
void search_from_top(IndexSearch *search, uint32 top, TryEntries try_entries, void *state);

/* The first batch: pending rows, and a beam in the graph. */
void search_first(IndexSearch *search, Datum query, bool is_null, const ScanWants &wants);

/* How many standard deviations an estimate by a node's code is trusted to. With 3 recall
 * stays as it is, but rows at nearly equal distances change places. */
constexpr float kErrorDeviations = 4;

/* The distance of a value of the table: as SQL has it if rescore is kTable, else
 * rounded as the index's values are, for distances to be comparable. False when the
 * value has no distance. */
bool distance_of_datum(IndexSearch *search, Datum value, float *distance);

/* Moves on to the next row, searching as ScanWants, hnsw.max_scan_tuples and the
 * memory limit allow. Null at the end. With `context` current. */
const FoundRow *next_found(IndexSearch *search);

/* Notes on its page that a row is dead to everyone: a hint, so under a share lock
 * and without WAL. */
void kill_found_row(IndexSearch *search, const FoundRow &row);

} /* namespace vecext::pg */
