/*
 * heap_values.h: exact values of rows from the table, for searches whose index
 * has none, or only rounded ones.
 *
 * A row is looked up as an index scan does: by the address of its HOT chain, in
 * the version that the snapshot sees. All versions of a chain have the same
 * indexed value. No pin is kept between calls.
 */
#pragma once

#include "hnsw/indexed_value.h"

extern "C" {
#include "nodes/execnodes.h"
#include "utils/snapshot.h"
}

namespace vecext::pg {

struct HeapValues {
	Relation heap;
	Snapshot snapshot;
	IndexFetchTableData *fetch;
	TupleTableSlot *slot;
	IndexInfo *index_info;
	EState *estate;
};

/* In the current memory context, which must last until close_heap_values(). */
HeapValues *open_heap_values(Relation heap, Relation index, Snapshot snapshot);
void close_heap_values(HeapValues *values);

/* The indexed value of a row, detoasted, in memory that the next call resets. False
 * when the snapshot sees no version of the row, or its value is NULL. */
bool fetch_heap_value(HeapValues *values, const RowId &row, Datum *datum);

/* Memory for what is made of such a value. */
MemoryContext heap_value_context(HeapValues *values);

} /* namespace vecext::pg */
