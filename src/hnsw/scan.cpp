/*
 * scan.cpp: an index scan: ORDER BY column <op> query.
 *
 * The first call of a (re)scan searches: the pending segment, then the graph with
 * a beam of hnsw.ef_search. Rows come out in the order of their exact distances.
 * With hnsw.iterative_scan (see scan_iteration() for ivfflat) the search goes on
 * from where it stopped each time the executor has used up a batch of
 * hnsw.ef_search rows, until the graph is exhausted or hnsw.max_scan_tuples or
 * the memory limit is reached.
 *
 * No lock and no pin is kept between calls. Rows found may have been removed by
 * VACUUM before the executor looks: their heap slots can then hold only rows that
 * an MVCC snapshot taken before cannot see, which is why other snapshots are
 * refused.
 */
#include <algorithm>
#include <limits>

#include "hnsw/access_method.h"

extern "C" {
#include "access/relscan.h"
#include "pgstat.h"
#include "storage/predicate.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

#include "hnsw/options.h"
#include "hnsw/pending.h"

namespace vecext::pg {

namespace {

/* A row to be returned, and where its index entry is (for kill_prior_tuple). */
struct ScanRow {
	float distance;
	RowId row;
	uint32 node;  /* kNoNode: a pending entry */
	BlockNumber block;
	uint32 entry; /* of the pending page, or position in the node's rows */
};

struct HnswScan {
	MemoryContext context; /* reset at each rescan */
	const IndexHandle *handle;
	MemoryContext handle_context;
	IterativeScan iteration;
	bool searched;
	bool exhausted;
	PageGraph graph;
	hnsw::SearchQuery query;
	float *projection;
	hnsw::LayerSearch search;
	ArenaVector<ScanRow> rows; /* sorted; from batch_end on they wait for a later batch */
	uint32 next_row, batch_end;
	ArenaVector<uint64> pending_keys; /* rows returned or waiting from the pending segment, sorted */
	bool pending_complete;
	float last_distance;
	uint64 tuples_visited;
	bool has_prior;
	ScanRow prior;
	PendingScanCounters pending_counters;
};

HnswScan *state_of(IndexScanDesc scan)
{
	return static_cast<HnswScan *>(scan->opaque);
}

bool nearer(const ScanRow &a, const ScanRow &b)
{
	return a.distance < b.distance || (a.distance == b.distance && row_key(a.row) < row_key(b.row));
}

bool row_killed(const NodeHeader &header, int i)
{
	return header.reserved >> i & 1;
}

/* ---- search ---- */

/* Every distance to NULL is NULL, every cosine distance to a zero vector NaN: one
 * row is as good as another, so any query will do. */
hnsw::Value any_value(const IndexFormat &format)
{
	const auto element = static_cast<ElementType>(format.element);
	if (element == ElementType::kSparse) {
		auto *sparse = static_cast<int32 *>(palloc0(3 * sizeof(int32)));
		const float one = 1;
		sparse[0] = 1;
		memcpy(&sparse[2], &one, sizeof one);
		return {sparse, 1};
	}
	const Size bytes = hnsw::value_size(element, format.dims, nullptr);
	auto *value = static_cast<char *>(palloc0(bytes));
	const float one = 1;
	const uint16 half_one = 0x3c00;
	if (element == ElementType::kFloat32)
		memcpy(value, &one, sizeof one);
	else if (element == ElementType::kFloat16)
		memcpy(value, &half_one, sizeof half_one);
	return {value, 1};
}

void prepare_query(IndexScanDesc scan, HnswScan *state, const MetaPage &meta)
{
	if (state->handle == nullptr || state->handle->centre_version != meta.state.centre_version) {
		MemoryContextReset(state->handle_context);
		state->handle = copy_handle(cached_handle(scan->indexRelation, meta), state->handle_context);
	}
	const IndexHandle *handle = state->handle;
	const Arena arena = context_arena(CurrentMemoryContext);
	state->query.distance = handle->distance();
	state->graph.init(scan->indexRelation, handle, CurrentMemoryContext);
	state->search.init(arena, hnsw_ef_search, handle->layouts[0]);
	state->iteration = scan_iteration(scan->indexRelation);
	state->search.keep_discarded = state->iteration != IterativeScan::kOff;
	state->rows.init(arena, 64);
	state->pending_keys.init(arena, 0);
	const ScanKey key = scan->orderByData;
	if (key->sk_flags & SK_ISNULL)
		state->query.value = any_value(handle->format);
	else
		state->query.value = value_from_datum(handle->format, key->sk_argument).value;
	if (handle->metric() == Metric::kCosine && !(state->query.value.norm > 0))
		state->query.value = any_value(handle->format);
	if (!handle->coded())
		return;
	state->query.code.init(arena, handle->space.padded, handle->format.code_bits);
	state->projection = state->query.code.rotated;
	handle->space.project(state->query.value, state->projection);
	state->query.code.prepare(state->projection);
}

void add_result(HnswScan *state, const ScanRow &row)
{
	state->rows.push_back(row);
}

/* Collects the rows of a node while its record is readable. */
auto collect_into(HnswScan *state, bool ignore_killed)
{
	return [state, ignore_killed](uint32 id, const NodeHeader &header, float distance, const void *) {
		state->tuples_visited++;
		if (header.state != NodeState::kLive || header.level != 0)
			return;
		for (int i = 0; i < header.row_count; i++)
			if (!(ignore_killed && row_killed(header, i)))
				add_result(state, {distance, header.rows[i], id, InvalidBlockNumber, static_cast<uint32>(i)});
	};
}

bool contains_key(const ArenaVector<uint64> &sorted_keys, uint64 key)
{
	return std::binary_search(sorted_keys.begin(), sorted_keys.end(), key);
}

/* Adds what the pending segment has, without the rows that are `known`. */
void search_pending(IndexScanDesc scan, HnswScan *state, const IndexState &index_state, PendingEffort effort,
					const ArenaVector<uint64> &known)
{
	ArenaVector<PendingResult> results;
	results.init(context_arena(CurrentMemoryContext), 64);
	scan_pending(state->graph, index_state, state->query, state->projection, effort, hnsw_ef_search,
				 scan->ignore_killed_tuples, &results, &state->pending_counters);
	for (const PendingResult &result : results) {
		const uint64 key = row_key(result.row);
		if (contains_key(known, key))
			continue;
		add_result(state, {result.distance, result.row, kNoNode, result.block, result.entry});
		state->pending_keys.push_back(key);
	}
	std::sort(state->pending_keys.begin(), state->pending_keys.end());
}

/* Rows that are both pending and in the graph (merged while we searched) are
 * returned once, as pending ones. */
void drop_duplicates(HnswScan *state)
{
	if (state->pending_keys.empty())
		return;
	uint32 kept = 0;
	for (const ScanRow &row : state->rows)
		if (row.node == kNoNode || !contains_key(state->pending_keys, row_key(row.row)))
			state->rows[kept++] = row;
	state->rows.resize(kept);
}

/* A merge between two pages of the pending chain can make it deliver a row twice. */
void drop_repeated_pending(HnswScan *state)
{
	uint32 kept = 0;
	for (uint32 i = 0; i < state->rows.size(); i++)
		if (i == 0 || !(state->rows[i].row == state->rows[kept - 1].row))
			state->rows[kept++] = state->rows[i];
	state->rows.resize(kept);
}

/* pgvector's: rows that come too late for strict order are left out. */
void drop_too_near(HnswScan *state)
{
	uint32 kept = 0;
	for (const ScanRow &row : state->rows)
		if (row.distance >= state->last_distance)
			state->rows[kept++] = row;
	state->rows.resize(kept);
}

/* A search meets more rows than it looks for, those beyond ef_search without
 * having seen all that are nearer. If the scan may go on they wait for what comes
 * then: given out now, strict order would have to drop the others. */
void finish_batch(HnswScan *state)
{
	drop_duplicates(state);
	std::sort(state->rows.begin(), state->rows.end(), nearer);
	drop_repeated_pending(state);
	if (state->iteration == IterativeScan::kStrict)
		drop_too_near(state);
	const bool last = state->iteration == IterativeScan::kOff || state->exhausted;
	state->batch_end = last ? state->rows.size() : Min(state->rows.size(), static_cast<uint32>(hnsw_ef_search));
	state->next_row = 0;
}

void drop_returned(HnswScan *state)
{
	uint32 kept = 0;
	for (uint32 i = state->next_row; i < state->rows.size(); i++)
		state->rows[kept++] = state->rows[i];
	state->rows.resize(kept);
	state->next_row = 0;
}

/* Where VACUUM or a replayed VACUUM freed a record between two steps down, the way
 * is lost: then from the top again. */
void search_graph(IndexScanDesc scan, HnswScan *state, uint32 top)
{
	constexpr int kAttempts = 100;
	for (int attempt = 0; attempt < kAttempts; attempt++) {
		if (attempt > 0)
			top = read_meta(scan->indexRelation).state.entry_point;
		if (top == kNoNode)
			return;
		const uint32 entry = hnsw::descend(state->graph, state->query, state->search, top, 0);
		if (entry == kNoNode)
			continue;
		bool arrived = false;
		auto collect = collect_into(state, scan->ignore_killed_tuples);
		hnsw::search_layer(state->graph, state->query, state->search, &entry, 1, hnsw_ef_search,
						   [&](uint32 id, const NodeHeader &header, float distance, const void *value) {
							   arrived = true;
							   collect(id, header, distance, value);
						   });
		if (arrived)
			return;
	}
	ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
					errmsg("no way from the entry point into hnsw index \"%s\"",
						   RelationGetRelationName(scan->indexRelation)),
					errhint("Please run hnsw_check() on it, or REINDEX it.")));
}

void search_first(IndexScanDesc scan, HnswScan *state)
{
	const MetaPage meta = read_meta(scan->indexRelation);
	prepare_query(scan, state, meta);
	search_pending(scan, state, meta.state, PendingEffort::kBest, {});
	/* Pending rows may have moved into the graph since the metapage was read, even
	 * into an empty one. */
	const bool stale = state->pending_counters.entries > 0 || meta.state.entry_point == kNoNode;
	search_graph(scan, state, stale ? read_meta(scan->indexRelation).state.entry_point : meta.state.entry_point);
	finish_batch(state);
}

/* ---- iterative scan ---- */

bool may_continue(HnswScan *state)
{
	if (state->iteration == IterativeScan::kOff || state->exhausted)
		return false;
	const double memory_limit = static_cast<double>(work_mem) * hnsw_scan_mem_multiplier * 1024.0;
	return state->tuples_visited < static_cast<uint64>(hnsw_max_scan_tuples) &&
		   static_cast<double>(MemoryContextMemAllocated(state->context, true)) < memory_limit;
}

/* All pending rows that the first batch did not have, as pending rows or, since
 * a merge may have been at work, as rows of the graph. */
void complete_pending(IndexScanDesc scan, HnswScan *state)
{
	ArenaVector<uint64> known;
	known.init(context_arena(CurrentMemoryContext), state->rows.size() + 1);
	for (const ScanRow &row : state->rows)
		known.push_back(row_key(row.row));
	std::sort(known.begin(), known.end());
	search_pending(scan, state, read_meta(scan->indexRelation).state, PendingEffort::kAll, known);
	state->pending_complete = true;
}

void search_more(IndexScanDesc scan, HnswScan *state)
{
	if (!state->pending_complete)
		complete_pending(scan, state);
	drop_returned(state);
	if (!hnsw::continue_layer(state->graph, state->query, state->search, hnsw_ef_search,
							  collect_into(state, scan->ignore_killed_tuples)))
		state->exhausted = true;
	finish_batch(state);
}

/* The next row, searching as needed; false at the end. */
bool next_row(IndexScanDesc scan, HnswScan *state)
{
	if (!state->searched) {
		search_first(scan, state);
		state->searched = true;
	}
	while (state->next_row >= state->batch_end) {
		if (may_continue(state))
			search_more(scan, state);
		else if (state->batch_end < state->rows.size())
			state->batch_end = state->rows.size();
		else
			return false;
	}
	return true;
}

/* ---- kill_prior_tuple ---- */

/* Notes on its page that a row is dead to everyone: a hint, so under a share lock
 * and without WAL. The slot may serve another row by now: compared first. */
void kill_node_row(HnswScan *state, Relation index, const ScanRow &prior)
{
	Buffer buffer = ReadBuffer(index, block_of(state->handle->format, prior.node));
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	const hnsw::ConstNodeRecord record = state->graph.locate(BufferGetPage(buffer), prior.node);
	if (record.bytes != nullptr) {
		auto &header = const_cast<NodeHeader &>(record.header());
		if (prior.entry < header.row_count && header.rows[prior.entry] == prior.row &&
			!row_killed(header, prior.entry)) {
			header.reserved |= 1u << prior.entry;
			MarkBufferDirtyHint(buffer, true);
		}
	}
	UnlockReleaseBuffer(buffer);
}

void kill_pending_row(HnswScan *state, Relation index, const ScanRow &prior)
{
	Buffer buffer = ReadBuffer(index, prior.block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	if (is_page_of_kind(page, PageKind::kPending) && prior.entry < pending_header(page)->count) {
		PendingEntry *entry = pending_entry(page, state->handle->format, prior.entry);
		if (entry->row == prior.row && !entry->killed) {
			entry->killed = 1;
			MarkBufferDirtyHint(buffer, true);
		}
	}
	UnlockReleaseBuffer(buffer);
}

void kill_prior(IndexScanDesc scan, HnswScan *state)
{
	if (state->prior.node == kNoNode)
		kill_pending_row(state, scan->indexRelation, state->prior);
	else
		kill_node_row(state, scan->indexRelation, state->prior);
}

} /* namespace */

IndexScanDesc hnsw_begin_scan(Relation index, int nkeys, int norderbys)
{
	IndexScanDesc scan = RelationGetIndexScan(index, nkeys, norderbys);
	auto *state = static_cast<HnswScan *>(palloc0(sizeof(HnswScan)));
	state->context = AllocSetContextCreate(CurrentMemoryContext, "hnsw scan", ALLOCSET_DEFAULT_SIZES);
	state->handle_context = AllocSetContextCreate(CurrentMemoryContext, "hnsw scan handle", ALLOCSET_DEFAULT_SIZES);
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
	MemoryContextReset(state->context);
	state->searched = state->exhausted = state->pending_complete = state->has_prior = false;
	state->projection = nullptr;
	state->next_row = state->batch_end = 0;
	state->tuples_visited = 0;
	state->last_distance = -std::numeric_limits<float>::infinity();
	state->search.counters = {};
	state->pending_counters = {};
}

bool hnsw_get_tuple(IndexScanDesc scan, ScanDirection direction)
{
	HnswScan *state = state_of(scan);
	Assert(ScanDirectionIsForward(direction));
	if (scan->orderByData == nullptr || scan->numberOfOrderBys == 0)
		elog(ERROR, "cannot scan hnsw index without order");
	if (!state->searched) {
		if (!IsMVCCSnapshot(scan->xs_snapshot))
			elog(ERROR, "non-MVCC snapshots are not supported with hnsw");
		pgstat_count_index_scan(scan->indexRelation);
		count_index_search(scan);
	} else if (scan->kill_prior_tuple && state->has_prior) {
		kill_prior(scan, state);
	}
	MemoryContext caller = MemoryContextSwitchTo(state->context);
	const bool found = next_row(scan, state);
	MemoryContextSwitchTo(caller);
	state->has_prior = found;
	if (!found)
		return false;
	state->prior = state->rows[state->next_row++];
	state->last_distance = state->prior.distance;
	scan->xs_heaptid = tid_of(state->prior.row);
	scan->xs_recheck = false;
	scan->xs_recheckorderby = false;
	return true;
}

void hnsw_end_scan(IndexScanDesc scan)
{
	HnswScan *state = state_of(scan);
	MemoryContextDelete(state->context);
	MemoryContextDelete(state->handle_context);
	pfree(state);
	scan->opaque = nullptr;
}

} /* namespace vecext::pg */
