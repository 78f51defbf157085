/*
 * check_heap.cpp: hnsw_check() of the rows that the index holds against the
 * table.
 *
 * Every row visible to a snapshot taken before the index was read, and not
 * excluded by the predicate or of a kind that indexes leave out (unindexed_kind()),
 * must have been met there, with the same value, and not marked as dead to everyone.
 * Of the rows left out the metapage must
 * know the kind: plans that would return them rely on it. And no row of the index
 * may point to a free line pointer: VACUUM frees those only after it removed the
 * row from the indexes, so such a row would come back as another's.
 */
#include <algorithm>

#include "hnsw/check.h"

extern "C" {
#include "access/htup_details.h"
#include "access/tableam.h"
#include "access/xlog.h"
#include "catalog/index.h"
#include "catalog/pg_am_d.h"
#include "nodes/execnodes.h"
#include "utils/memutils.h"
}

#include "hnsw/indexed_value.h"

namespace vecext::pg {

namespace {

ItemPointerData tid_of_key(uint64 key)
{
	ItemPointerData tid;
	ItemPointerSet(&tid, static_cast<BlockNumber>(key >> 16), static_cast<OffsetNumber>(key & 0xffff));
	return tid;
}

int place_slot(const CheckRun &run, const IndexedRow &row)
{
	return row.source == RowSource::kPending ? row.entry : static_cast<int>(slot_of(run.handle->format, row.place));
}

BlockNumber place_block(const CheckRun &run, const IndexedRow &row)
{
	return row.source == RowSource::kPending ? row.place : block_of(run.handle->format, row.place);
}

bool graph_still_has(CheckRun &run, const IndexedRow &row)
{
	bool found = false;
	run.graph.visit(row.place, [&](hnsw::ConstNodeRecord record) {
		const NodeHeader &header = record.header();
		for (int i = 0; i < header.row_count && header.state == NodeState::kLive; i++)
			found = found || row_key(header.rows[i]) == row.key;
	});
	return found;
}

bool chain_still_has(CheckRun &run, const IndexedRow &row)
{
	alignas(MAXIMUM_ALIGNOF) char page[BLCKSZ];
	copy_page(run.index, row.place, nullptr, page);
	if (!is_page_of_kind(page, PageKind::kPending) || pending_header(page)->count <= row.entry)
		return false;
	const PendingEntry *entry = pending_entry(page, run.handle->format, row.entry);
	return row_key(entry->row) == row.key && entry->state <= PendingState::kWritten;
}

bool index_still_has(CheckRun &run, const IndexedRow &row)
{
	return row.source == RowSource::kGraph ? graph_still_has(run, row) : chain_still_has(run, row);
}

/* ---- from the index to the table ---- */

/* A row belongs to one node. It may be pending as well while its entry says so;
 * a row seen pending first and in the graph later was merged meanwhile. */
void check_duplicates(CheckRun &run)
{
	for (uint32 i = 1; i < run.rows.size(); i++) {
		const IndexedRow &a = run.rows[i - 1], &b = run.rows[i];
		if (a.key != b.key || a.source != b.source)
			continue;
		if (!run.exclusive() && !(index_still_has(run, a) && index_still_has(run, b)))
			continue;
		const ItemPointerData tid = tid_of_key(b.key);
		report(run, Severity::kError, place_block(run, b), place_slot(run, b),
			   "row (%u,%u) is also at block %u slot %d", ItemPointerGetBlockNumber(&tid), tid.ip_posid,
			   place_block(run, a), place_slot(run, a));
	}
}

/* Whether there may be a row at `tid`. */
bool line_pointer_in_use(Relation heap, const ItemPointerData &tid)
{
	const BlockNumber block = ItemPointerGetBlockNumber(&tid);
	if (block >= RelationGetNumberOfBlocks(heap))
		return false;
	Buffer buffer = ReadBuffer(heap, block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	const bool used = !PageIsNew(page) && tid.ip_posid >= FirstOffsetNumber &&
					  tid.ip_posid <= PageGetMaxOffsetNumber(page) && ItemIdIsUsed(PageGetItemId(page, tid.ip_posid));
	UnlockReleaseBuffer(buffer);
	return used;
}

/* Of the rows that the table scan did not see: dead or not yet visible ones are
 * all right, freed ones are not. */
void check_unseen(CheckRun &run, const IndexedRow &row)
{
	const ItemPointerData tid = tid_of_key(row.key);
	/* Free, still in the index after that, and still free: the index is behind. */
	if (line_pointer_in_use(run.heap, tid) || !index_still_has(run, row) || line_pointer_in_use(run.heap, tid))
		return;
	report(run, Severity::kError, place_block(run, row), place_slot(run, row),
		   "row (%u,%u) does not exist in the table", ItemPointerGetBlockNumber(&tid), tid.ip_posid);
}

/* ---- from the table to the index ---- */

struct HeapCheck {
	CheckRun &run;
	MemoryContext row_context;
	uint32 unindexed; /* kUnindexed bits that the metapage has, or that were reported */
};

/* Writers set the bit before their row is visible, and nobody clears it. */
void check_unindexed(HeapCheck *check, ItemPointer tid, uint32 kind)
{
	if (check->unindexed & kind)
		return;
	check->unindexed |= kind;
	const char *rows = kind == kUnindexedNull   ? "without a value"
					   : kind == kUnindexedHuge ? "too long for it"
												: "of zero norm";
	report(check->run, Severity::kError, kMetaBlock, -1, "the index does not know of rows %s, as is (%u,%u)", rows,
		   ItemPointerGetBlockNumber(tid), tid->ip_posid);
}

bool by_key(const IndexedRow &a, const IndexedRow &b)
{
	return a.key < b.key || (a.key == b.key && a.source < b.source);
}

IndexedRow *first_with_key(CheckRun &run, uint64 key)
{
	return std::lower_bound(run.rows.begin(), run.rows.end(), key,
							[](const IndexedRow &row, uint64 wanted) { return row.key < wanted; });
}

/* Whether the index has the value that the table has: the value itself, or in its
 * place the code of it. */
bool has_value(CheckRun &run, const IndexedRow &row, const IndexedValue &value)
{
	if (row.value_hash == 0)
		return true;
	if (row.source == RowSource::kPending || !run.coder.ready() || !run.handle->format.exact_in_heap())
		return row.value_hash == hash_value(value.value.data, value.bytes);
	run.coder.encode(value.value.data, run.node_code);
	return row.value_hash == hash_value(run.node_code, run.handle->format.value_bytes);
}

void check_heap_row(CheckRun &run, ItemPointer tid, const IndexedValue &value)
{
	const uint64 key = row_key(row_of(*tid));
	IndexedRow *row = first_with_key(run, key);
	if (row == run.rows.end() || row->key != key)
		report(run, Severity::kError, InvalidBlockNumber, -1, "row (%u,%u) of the table is not in the index",
			   ItemPointerGetBlockNumber(tid), tid->ip_posid);
	for (; row != run.rows.end() && row->key == key; row++) {
		row->seen = true;
		if (!has_value(run, *row, value))
			report(run, Severity::kError, place_block(run, *row), place_slot(run, *row),
				   "row (%u,%u) has another value in the table", ItemPointerGetBlockNumber(tid), tid->ip_posid);
		/* Marks on a standby are the primary's, and say nothing of what is visible here. */
		if (row->killed && !RecoveryInProgress())
			report(run, Severity::kError, place_block(run, *row), place_slot(run, *row),
				   "row (%u,%u) is marked as dead but visible in the table", ItemPointerGetBlockNumber(tid),
				   tid->ip_posid);
	}
}

void heap_row_callback(Relation, ItemPointer tid, Datum *values, bool *isnull, bool, void *state)
{
	auto *check = static_cast<HeapCheck *>(state);
	if (isnull[0]) {
		check_unindexed(check, tid, kUnindexedNull);
		return;
	}
	MemoryContext old = MemoryContextSwitchTo(check->row_context);
	const IndexedValue value = value_from_datum(check->run.handle->format, values[0]);
	const uint32 unindexed = unindexed_kind(check->run.handle->format, value);
	if (unindexed == 0)
		check_heap_row(check->run, tid, value);
	else
		check_unindexed(check, tid, unindexed);
	MemoryContextSwitchTo(old);
	MemoryContextReset(check->row_context);
}

void scan_heap(CheckRun &run, Snapshot snapshot)
{
	HeapCheck check = {run, AllocSetContextCreate(CurrentMemoryContext, "hnsw check row", ALLOCSET_DEFAULT_SIZES),
					   read_meta(run.index).state.unindexed};
	IndexInfo *index_info = BuildIndexInfo(run.index);
	index_info->ii_Concurrent = true; /* the scan is by an MVCC snapshot */
	TableScanDesc scan = table_beginscan_strat(run.heap, snapshot, 0, nullptr, true, true);
	table_index_build_scan(run.heap, run.index, index_info, true, false, heap_row_callback, &check, scan);
	MemoryContextDelete(check.row_context);
}

} /* namespace */

void check_rows(CheckRun &run, Snapshot snapshot)
{
	if (run.heap->rd_rel->relam != HEAP_TABLE_AM_OID)
		return; /* other table access methods give TIDs a meaning of their own */
	std::sort(run.rows.begin(), run.rows.end(), by_key);
	check_duplicates(run);
	scan_heap(run, snapshot);
	for (uint32 i = 0; i < run.rows.size(); i++) {
		CHECK_FOR_INTERRUPTS();
		if (!run.rows[i].seen)
			check_unseen(run, run.rows[i]);
	}
}

} /* namespace vecext::pg */
