/*
 * scan.cpp: an index scan: ORDER BY column <op> query.
 *
 * The first call of a (re)scan searches (index_search.h); rows come out in the
 * order of their exact distances. No lock and no pin is kept between calls.
 */
#include "hnsw/access_method.h"

extern "C" {
#include "access/relscan.h"
#include "pgstat.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

#include "hnsw/index_search.h"

namespace vecext::pg {

namespace {

struct HnswScan {
	IndexSearch *search;
	bool searched;
	bool has_prior;
	FoundRow prior;
};

HnswScan *state_of(IndexScanDesc scan)
{
	return static_cast<HnswScan *>(scan->opaque);
}

void begin_search(IndexScanDesc scan, IndexSearch *search)
{
	if (!IsMVCCSnapshot(scan->xs_snapshot))
		elog(ERROR, "non-MVCC snapshots are not supported with hnsw");
	pgstat_count_index_scan(scan->indexRelation);
	count_index_search(scan);
	search->ignore_killed = scan->ignore_killed_tuples;
	search->heap = scan->heapRelation;
	search->snapshot = scan->xs_snapshot;
	const ScanKey key = scan->orderByData;
	search->by_examples = key->sk_strategy == kExamplesStrategy;
	const ScanWants wants = {static_cast<uint32>(hnsw_ef_search), scan_iteration(scan->indexRelation)};
	search_first(search, key->sk_argument, (key->sk_flags & SK_ISNULL) != 0, wants);
}

} /* namespace */

IndexScanDesc hnsw_begin_scan(Relation index, int nkeys, int norderbys)
{
	IndexScanDesc scan = RelationGetIndexScan(index, nkeys, norderbys);
	auto *state = static_cast<HnswScan *>(palloc0(sizeof(HnswScan)));
	state->search = create_search(index);
	scan->opaque = state;
	return scan;
}

void hnsw_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys)
{
	HnswScan *state = state_of(scan);
	if (keys != nullptr && scan->numberOfKeys > 0)
		memmove(scan->keyData, keys, scan->numberOfKeys * sizeof(ScanKeyData));
	if (orderbys != nullptr && scan->numberOfOrderBys > 0)
		memmove(scan->orderByData, orderbys, scan->numberOfOrderBys * sizeof(ScanKeyData));
	reset_search(state->search);
	state->searched = state->has_prior = false;
}

bool hnsw_get_tuple(IndexScanDesc scan, ScanDirection direction)
{
	HnswScan *state = state_of(scan);
	Assert(ScanDirectionIsForward(direction));
	if (scan->orderByData == nullptr || scan->numberOfOrderBys == 0)
		elog(ERROR, "cannot scan hnsw index without order");
	if (state->searched && scan->kill_prior_tuple && state->has_prior)
		kill_found_row(state->search, state->prior);
	MemoryContext caller = MemoryContextSwitchTo(state->search->context);
	if (!state->searched)
		begin_search(scan, state->search);
	state->searched = true;
	const FoundRow *row = next_found(state->search);
	MemoryContextSwitchTo(caller);
	state->has_prior = row != nullptr;
	if (row == nullptr)
		return false;
	state->prior = *row;
	state->search->last_distance = row->distance;
	scan->xs_heaptid = tid_of(row->row);
	scan->xs_recheck = false;
	scan->xs_recheckorderby = false;
	return true;
}

void hnsw_end_scan(IndexScanDesc scan)
{
	HnswScan *state = state_of(scan);
	destroy_search(state->search);
	pfree(state);
	scan->opaque = nullptr;
}

} /* namespace vecext::pg */
