/*
 * heap_values.cpp: see heap_values.h.
 */
#include "hnsw/heap_values.h"

extern "C" {
#include "access/tableam.h"
#include "catalog/index.h"
#include "executor/executor.h"
}

namespace vecext::pg {

HeapValues *open_heap_values(Relation heap, Relation index, Snapshot snapshot)
{
	auto *values = static_cast<HeapValues *>(palloc0(sizeof(HeapValues)));
	values->heap = heap;
	values->snapshot = snapshot;
	values->fetch = table_index_fetch_begin(heap);
	values->slot = table_slot_create(heap, nullptr);
	values->index_info = BuildIndexInfo(index);
	values->estate = CreateExecutorState();
	return values;
}

void close_heap_values(HeapValues *values)
{
	table_index_fetch_end(values->fetch);
	ExecDropSingleTupleTableSlot(values->slot);
	FreeExecutorState(values->estate);
	pfree(values);
}

MemoryContext heap_value_context(HeapValues *values)
{
	return GetPerTupleMemoryContext(values->estate);
}

bool fetch_heap_value(HeapValues *values, const RowId &row, Datum *datum)
{
	ItemPointerData tid = tid_of(row);
	bool call_again = false, all_dead = false, seen = false;
	ResetPerTupleExprContext(values->estate);
	if (table_index_fetch_tuple(values->fetch, &tid, values->snapshot, values->slot, &call_again, &all_dead)) {
		Datum columns[INDEX_MAX_KEYS];
		bool isnull[INDEX_MAX_KEYS];
		MemoryContext caller = MemoryContextSwitchTo(heap_value_context(values));
		GetPerTupleExprContext(values->estate)->ecxt_scantuple = values->slot;
		FormIndexDatum(values->index_info, values->slot, values->estate, columns, isnull);
		seen = !isnull[0];
		if (seen)
			*datum = PointerGetDatum(PG_DETOAST_DATUM_COPY(columns[0]));
		MemoryContextSwitchTo(caller);
	}
	ExecClearTuple(values->slot);
	table_index_fetch_reset(values->fetch);
	return seen;
}

} /* namespace vecext::pg */
