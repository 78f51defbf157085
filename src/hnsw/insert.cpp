/*
 * insert.cpp: aminsert. A row is appended to the pending segment; when that has
 * grown past the index's pending_limit someone is asked to merge it. With
 * pending_limit = 0 the row enters the graph at once.
 */
#include "hnsw/access_method.h"

extern "C" {
#include "access/xact.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
}

#include "hnsw/graph_writer.h"
#include "hnsw/merge.h"
#include "hnsw/merge_worker.h"
#include "hnsw/options.h"
#include "hnsw/pending.h"

namespace vecext::pg {

namespace {

/* Beyond this many times the limit, inserters do the work that the worker does
 * not keep up with: each merges a few rows for the one that it appended. */
constexpr uint64 kHardCapFactor = 16;
constexpr uint64 kRowsPerInserter = 16;

/* Rows that nodes' codes are learned from at least, when rows are inserted one by
 * one into an empty index: until then they wait. */
constexpr uint64 kRowsToLearnFrom = 256;

/* Whether rows have to wait because nodes' codes cannot be made yet. */
bool lacks_codes(const MetaPage &meta)
{
	return meta.format.compact != 0 && meta.state.centre_version == 0;
}

/* A row enters the graph itself: classical insertion. */
void insert_into_graph(Relation index, const RowId &row, const IndexedValue &value)
{
	LockPage(index, kGraphLock, ExclusiveLock);
	/* Rows from a time when the limit was not 0. */
	merge_pending_locked(index, PG_UINT64_MAX);
	const IndexHandle *handle = copy_handle(cached_handle(index, read_meta(index)), CurrentMemoryContext);
	auto *writer = static_cast<GraphWriter *>(palloc0(sizeof(GraphWriter)));
	writer->init(index, handle, CurrentMemoryContext, false);
	writer->insert(row, value, {InvalidBlockNumber, 0}, kNoSource);
	UnlockPage(index, kGraphLock, ExclusiveLock);
}

void wait_for_codes(Relation index, uint64 pending)
{
	if (pending >= kRowsToLearnFrom)
		merge_pending(index, PG_UINT64_MAX, MergeWait::kWait);
}

/* Called with the number of pending rows after each append. */
void request_merge(Relation index, uint64 pending, uint64 limit)
{
	if (pending < limit)
		return;
	if (RelationUsesLocalBuffers(index)) {
		/* No other process can see a temporary table. */
		merge_pending(index, PG_UINT64_MAX, MergeWait::kWait);
		return;
	}
	if (pending >= limit * kHardCapFactor)
		merge_pending(index, kRowsPerInserter, MergeWait::kNoWait);
	/* Ask at the limit, and again now and then should nobody have come. */
	const uint64 step = Max(limit / 4, UINT64CONST(1));
	if ((pending - limit) % step == 0)
		ask_for_merge(index);
}

} /* namespace */

bool hnsw_insert(Relation index, Datum *values, bool *isnull, ItemPointer heap_tid, Relation, IndexUniqueCheck, bool,
				 IndexInfo *)
{
	if (isnull[0]) {
		note_unindexed(index, kUnindexedNull);
		return false;
	}
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw insert", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	const MetaPage meta = read_meta(index);
	const IndexedValue value = value_from_datum(meta.format, values[0]);
	const uint32 unindexed = unindexed_kind(meta.format, value);
	if (unindexed == 0) {
		const RowId row = row_of(*heap_tid);
		const int limit = option_pending_limit(index, meta.format.pending_bits != 0);
		if (limit == 0 && !lacks_codes(meta))
			insert_into_graph(index, row, value);
		else if (limit == 0)
			wait_for_codes(index, append_pending(index, cached_handle(index, meta), row, value));
		else
			request_merge(index, append_pending(index, cached_handle(index, meta), row, value), limit);
	} else {
		note_unindexed(index, unindexed);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return false;
}

} /* namespace vecext::pg */
