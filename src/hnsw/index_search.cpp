/*
 * index_search.cpp: see index_search.h.
 *
 * Pending rows are read before the graph, so that none is missed that moves from
 * one to the other meanwhile, and scored after it. An iterative scan goes on from
 * where it stopped each time a batch of ef rows is used up, until the graph is exhausted or
 * hnsw.max_scan_tuples or the memory limit is reached.
 */
#include <algorithm>
#include <cmath>
#include <limits>

#include "hnsw/index_search.h"

extern "C" {
#include "access/xlog.h"
#include "utils/memutils.h"
}

#include "pg/injection.h"

namespace vecext::pg {

namespace {

bool nearer(const FoundRow &a, const FoundRow &b)
{
	return a.distance < b.distance || (a.distance == b.distance && row_key(a.row) < row_key(b.row));
}

/* The query of those that have no distance to anything. */
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

/* Where the exact distance of a node hardly lies below. A value that was rounded
 * before it entered the index can be anywhere near. */
float bound_of(const IndexSearch *search, float distance, const void *code)
{
	if (search->rescore == RescoreFrom::kNothing)
		return distance;
	if (!search->handle->compact())
		return -std::numeric_limits<float>::infinity();
	if (search->examples != nullptr)
		return example_bound(search->examples, code, kErrorDeviations);
	return distance - kErrorDeviations * search->coder.error(code, distance);
}

/* Collects the rows of a node while its record is readable. */
auto collect_rows(IndexSearch *search)
{
	return [search](uint32 id, const NodeHeader &header, float distance, const void *value) {
		search->tuples_visited++;
		if (header.state != NodeState::kLive || header.level != 0)
			return;
		const float bound = bound_of(search, distance, value);
		for (int i = 0; i < header.row_count; i++)
			if (!(search->ignore_killed && row_killed(header, i)))
				search->rows.push_back({distance,
										header.rows[i],
										id,
										InvalidBlockNumber,
										static_cast<uint32>(i),
										bound,
										header.norm,
										{header.value_block, header.value_item}});
	};
}

bool contains_key(const ArenaVector<uint64> &sorted_keys, uint64 key)
{
	return std::binary_search(sorted_keys.begin(), sorted_keys.end(), key);
}

PendingScan *read_pending(IndexSearch *search, const IndexState &state, PendingEffort effort)
{
	const PendingWants wants = {effort, search->wants.ef, false, search->ignore_killed};
	return collect_pending(search->graph, state, search->query, search->projection, wants, &search->pending_counters);
}

/* Adds the pending rows read before, but those that are `known`. False when some
 * went to the graph meanwhile. */
bool add_pending(IndexSearch *search, PendingScan *pending, const ArenaVector<uint64> &known)
{
	const Arena arena = context_arena(CurrentMemoryContext);
	ArenaVector<float> rivals;
	rivals.init(arena, search->rows.size());
	for (const FoundRow &row : search->rows)
		rivals.push_back(row.distance);
	ArenaVector<PendingResult> results;
	results.init(arena, 64);
	const bool complete = score_pending(pending, rivals.begin(), rivals.size(), &results);
	for (const PendingResult &result : results) {
		const uint64 key = row_key(result.row);
		if (contains_key(known, key))
			continue;
		search->rows.push_back({result.distance,
								result.row,
								kNoNode,
								result.block,
								result.entry,
								result.distance,
								0,
								{InvalidBlockNumber, 0}});
		search->pending_keys.push_back(key);
	}
	std::sort(search->pending_keys.begin(), search->pending_keys.end());
	return complete;
}

/* Rows that are both pending and in the graph (merged while we searched) are
 * returned once, as pending ones. */
void drop_duplicates(IndexSearch *search)
{
	if (search->pending_keys.empty())
		return;
	uint32 kept = 0;
	for (const FoundRow &row : search->rows)
		if (row.node == kNoNode || !contains_key(search->pending_keys, row_key(row.row)))
			search->rows[kept++] = row;
	search->rows.resize(kept);
}

void drop_graph_rows(IndexSearch *search)
{
	uint32 kept = 0;
	for (const FoundRow &row : search->rows)
		if (row.node == kNoNode)
			search->rows[kept++] = row;
	search->rows.resize(kept);
}

/* A merge between two pages of the pending chain can make it deliver a row twice. */
void drop_repeated_pending(IndexSearch *search)
{
	uint32 kept = 0;
	for (uint32 i = 0; i < search->rows.size(); i++)
		if (i == 0 || !(search->rows[i].row == search->rows[kept - 1].row))
			search->rows[kept++] = search->rows[i];
	search->rows.resize(kept);
}

/* pgvector's: rows that come too late for strict order are left out. */
void drop_too_near(IndexSearch *search)
{
	uint32 kept = 0;
	for (const FoundRow &row : search->rows)
		if (row.distance >= search->last_distance)
			search->rows[kept++] = row;
	search->rows.resize(kept);
}

/* ---- rescoring ---- */

bool greater_bound(const FoundRow &a, const FoundRow &b)
{
	return a.bound > b.bound || (a.bound == b.bound && row_key(a.row) > row_key(b.row));
}

bool farther(const FoundRow &a, const FoundRow &b)
{
	return nearer(b, a);
}

void push(ArenaVector<FoundRow> &heap, const FoundRow &row, bool (*below)(const FoundRow &, const FoundRow &))
{
	heap.push_back(row);
	std::push_heap(heap.begin(), heap.end(), below);
}

FoundRow pop(ArenaVector<FoundRow> &heap, bool (*below)(const FoundRow &, const FoundRow &))
{
	std::pop_heap(heap.begin(), heap.end(), below);
	const FoundRow row = heap.back();
	heap.pop_back();
	return row;
}

bool has_row(const ArenaVector<FoundRow> &rows, const RowId &row)
{
	for (const FoundRow &other : rows)
		if (other.row == row)
			return true;
	return false;
}

/* Hands what a search found over to be made exact. Pending rows have exact
 * distances, unless the table has more exact ones. */
void begin_rescoring(IndexSearch *search)
{
	Rescoring &rescoring = search->rescoring;
	const bool pending_exact = search->rescore != RescoreFrom::kTable || !search->handle->format.narrowed();
	for (FoundRow &row : search->rows) {
		if (row.node != kNoNode) {
			rescoring.waiting.push_back(row);
			if (search->wants.iteration != IterativeScan::kOff)
				rescoring.met.push_back(row_key(row.row));
		} else if (pending_exact) {
			if (!has_row(rescoring.ready, row.row))
				push(rescoring.ready, row, farther);
		} else if (!has_row(rescoring.waiting, row.row)) {
			row.bound = -std::numeric_limits<float>::infinity();
			rescoring.waiting.push_back(row);
		}
	}
	std::make_heap(rescoring.waiting.begin(), rescoring.waiting.end(), greater_bound);
	search->rows.clear();
	const bool last = search->wants.iteration == IterativeScan::kOff || search->exhausted;
	rescoring.left = last ? PG_UINT32_MAX : search->wants.ef;
}

bool exact_from_table(IndexSearch *search, const FoundRow &row, float *distance)
{
	if (search->heap_values == nullptr) {
		MemoryContext caller = MemoryContextSwitchTo(search->heap_context);
		search->heap_values = open_heap_values(search->heap, search->index, search->snapshot);
		MemoryContextSwitchTo(caller);
	}
	Datum datum;
	if (!fetch_heap_value(search->heap_values, row.row, &datum))
		return false;
	MemoryContext caller = MemoryContextSwitchTo(heap_value_context(search->heap_values));
	const bool measured = distance_of_datum(search, datum, distance);
	MemoryContextSwitchTo(caller);
	return measured;
}

/* False when the row, or its value, is gone. */
bool exact_distance(IndexSearch *search, const FoundRow &row, float *distance)
{
	if (search->rescore == RescoreFrom::kTable)
		return exact_from_table(search, row, distance);
	return search->graph.visit_value(row.value, [&](const void *value) {
		*distance = search->query.exact({value, row.norm});
	});
}

/* Whether the nearest row that is ready can be returned. */
bool ready_to_return(const Rescoring &rescoring)
{
	if (rescoring.ready.empty())
		return false;
	if (rescoring.waiting.empty() || rescoring.left == 0)
		return true;
	const auto wanted = static_cast<double>(rescoring.returned + 1) * hnsw_oversampling;
	return static_cast<double>(rescoring.rescored) >= wanted &&
		   rescoring.ready[0].distance <= rescoring.waiting[0].bound;
}

/* The next row of the batch into *found; false when there is none. One that turns
 * out to be nearer than what was returned comes too late for the order. */
bool next_rescored(IndexSearch *search, FoundRow *found)
{
	Rescoring &rescoring = search->rescoring;
	for (;;) {
		CHECK_FOR_INTERRUPTS();
		if (ready_to_return(rescoring)) {
			*found = pop(rescoring.ready, farther);
			if (search->wants.iteration != IterativeScan::kRelaxed && found->distance < search->last_distance)
				continue;
			rescoring.returned++;
			return true;
		}
		if (rescoring.waiting.empty() || rescoring.left == 0)
			return false;
		FoundRow row = pop(rescoring.waiting, greater_bound);
		rescoring.left--;
		rescoring.rescored++;
		if (exact_distance(search, row, &row.distance))
			push(rescoring.ready, row, farther);
	}
}

/* A search meets more rows than it looks for, those beyond ef_search without
 * having seen all that are nearer. If it may go on they wait for what comes then:
 * given out now, strict order would have to drop the others. */
void finish_batch(IndexSearch *search)
{
	drop_duplicates(search);
	if (search->rescore != RescoreFrom::kNothing) {
		begin_rescoring(search);
		return;
	}
	std::sort(search->rows.begin(), search->rows.end(), nearer);
	drop_repeated_pending(search);
	if (search->wants.iteration == IterativeScan::kStrict)
		drop_too_near(search);
	const bool last = search->wants.iteration == IterativeScan::kOff || search->exhausted;
	search->batch_end = last ? search->rows.size() : Min(search->rows.size(), search->wants.ef);
	search->next_row = 0;
}

void drop_returned(IndexSearch *search)
{
	uint32 kept = 0;
	for (uint32 i = search->next_row; i < search->rows.size(); i++)
		search->rows[kept++] = search->rows[i];
	search->rows.resize(kept);
	search->next_row = 0;
}

/* The best rows by one of several examples are near it. By sums and signs they may be
 * anywhere, many are alike, and estimates tell them less well apart: a search for these
 * looks at twice as many nodes. Entries take room in the beam, which one of them has
 * anyway. */
uint32 beam_width(const IndexSearch *search, uint32 entries)
{
	const bool anywhere =
		search->examples != nullptr && search->examples->query.exact.scorer.kind != ScorerKind::kBestScore;
	return search->wants.ef * (anywhere ? 2 : 1) + entries - 1;
}

bool search_layer_from(void *state, const uint32 *entries, uint32 count)
{
	auto *search = static_cast<IndexSearch *>(state);
	bool arrived = false;
	auto collect = collect_rows(search);
	hnsw::search_layer(search->graph, search->query, search->layer, entries, count, beam_width(search, count),
					   [&](uint32 id, const NodeHeader &header, float distance, const void *value) {
						   arrived = true;
						   collect(id, header, distance, value);
					   });
	return arrived;
}

/* ---- iterative scan ---- */

bool may_continue(IndexSearch *search)
{
	if (search->wants.iteration == IterativeScan::kOff || search->exhausted)
		return false;
	const double memory_limit = static_cast<double>(work_mem) * hnsw_scan_mem_multiplier * 1024.0;
	return search->tuples_visited < static_cast<uint64>(hnsw_max_scan_tuples) &&
		   static_cast<double>(MemoryContextMemAllocated(search->context, true)) < memory_limit;
}

/* All pending rows that the first batch did not have, as pending rows or, since
 * a merge may have been at work, as rows of the graph. */
void complete_pending(IndexSearch *search)
{
	ArenaVector<uint64> known;
	known.init(context_arena(CurrentMemoryContext), search->rows.size() + 1);
	for (const FoundRow &row : search->rows)
		known.push_back(row_key(row.row));
	for (const uint64 key : search->pending_keys)
		known.push_back(key);
	for (const uint64 key : search->rescoring.met)
		known.push_back(key);
	std::sort(known.begin(), known.end());
	add_pending(search, read_pending(search, read_meta(search->index).state, PendingEffort::kAll), known);
	search->pending_complete = true;
}

void search_more(IndexSearch *search)
{
	if (!search->pending_complete)
		complete_pending(search);
	if (search->rescore == RescoreFrom::kNothing)
		drop_returned(search);
	if (!hnsw::continue_layer(search->graph, search->query, search->layer, search->wants.ef, collect_rows(search)))
		search->exhausted = true;
	finish_batch(search);
}

/* ---- rows known to be dead ---- */

/* Whether a page is as the search may have read it. The same row id at the same place
 * does not tell: VACUUM may have removed it and a new row have come to both. */
bool is_unchanged(const IndexSearch *search, Page page)
{
	return search->begun != InvalidXLogRecPtr && PageGetLSN(page) <= search->begun;
}

void kill_node_row(IndexSearch *search, const FoundRow &row)
{
	Buffer buffer = ReadBuffer(search->index, block_of(search->handle->format, row.node));
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	const hnsw::ConstNodeRecord record = search->graph.locate(BufferGetPage(buffer), row.node);
	if (record.bytes != nullptr && is_unchanged(search, BufferGetPage(buffer))) {
		auto &header = const_cast<NodeHeader &>(record.header());
		if (row.entry < header.row_count && header.rows[row.entry] == row.row && !row_killed(header, row.entry)) {
			header.reserved |= 1u << row.entry;
			MarkBufferDirtyHint(buffer, true);
		}
	}
	UnlockReleaseBuffer(buffer);
}

void kill_pending_row(IndexSearch *search, const FoundRow &row)
{
	Buffer buffer = ReadBuffer(search->index, row.block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	if (is_page_of_kind(page, PageKind::kPending) && row.entry < pending_header(page)->count &&
		is_unchanged(search, page)) {
		PendingEntry *entry = pending_entry(page, search->handle->format, row.entry);
		if (entry->row == row.row && !entry->killed) {
			entry->killed = 1;
			MarkBufferDirtyHint(buffer, true);
		}
	}
	UnlockReleaseBuffer(buffer);
}

} /* namespace */

IndexSearch *create_search(Relation index)
{
	auto *search = static_cast<IndexSearch *>(palloc0(sizeof(IndexSearch)));
	search->context = AllocSetContextCreate(CurrentMemoryContext, "hnsw search", ALLOCSET_DEFAULT_SIZES);
	search->handle_context = AllocSetContextCreate(CurrentMemoryContext, "hnsw search handle", ALLOCSET_DEFAULT_SIZES);
	search->heap_context = AllocSetContextCreate(CurrentMemoryContext, "hnsw search table", ALLOCSET_SMALL_SIZES);
	search->index = index;
	return search;
}

void destroy_search(IndexSearch *search)
{
	if (search->heap_values != nullptr)
		close_heap_values(search->heap_values);
	MemoryContextDelete(search->heap_context);
	MemoryContextDelete(search->context);
	MemoryContextDelete(search->handle_context);
	pfree(search);
}

void reset_search(IndexSearch *search)
{
	MemoryContextReset(search->context);
	search->exhausted = search->pending_complete = false;
	search->projection = nullptr;
	search->examples = nullptr;
	search->next_row = search->batch_end = 0;
	search->tuples_visited = 0;
	search->last_distance = -std::numeric_limits<float>::infinity();
	search->rescoring = {};
	search->layer.counters = {};
	search->pending_counters = {};
}

namespace {

RescoreFrom rescore_from(const IndexSearch *search)
{
	const IndexHandle *handle = search->handle;
	const auto rescore = static_cast<Rescore>(hnsw_rescore);
	const bool rounded = handle->format.narrowed() && rescore == Rescore::kOn;
	if (rescore == Rescore::kOff || !(handle->compact() || rounded))
		return RescoreFrom::kNothing;
	return rounded || handle->format.exact_in_heap() ? RescoreFrom::kTable : RescoreFrom::kIndex;
}

/* The query as the table's values are. They are rounded like those in the index
 * where no distance is to be more exact than the index's. */
void prepare_heap_query(IndexSearch *search, Datum query, bool has_distance)
{
	search->heap_format = search->handle->format;
	search->heap_query = search->query.value;
	search->heap_distance = search->query.distance;
	if (search->rescore != RescoreFrom::kTable || !search->heap_format.narrowed() || !has_distance)
		return;
	search->heap_format.exact &= ~kExactNarrowed;
	search->heap_format.element = static_cast<uint8>(ElementType::kFloat32);
	search->heap_query = value_from_datum(search->heap_format, query).value;
	search->heap_distance.init(search->handle->metric(), ElementType::kFloat32, search->heap_format.dims, kernels());
}

void prepare_codes(IndexSearch *search, const MetaPage &meta)
{
	const Quantizer *quantizer = hold_quantizer(search->index, meta, search->context);
	if (search->examples != nullptr) {
		if (quantizer != nullptr)
			prepare_example_codes(search->examples, search->handle, quantizer);
		return;
	}
	search->coder.init(search->handle->format, quantizer, search->context);
	if (quantizer == nullptr)
		return; /* then the graph is empty: see current_entry_point() */
	search->coder.prepare(search->query.value.data);
	search->query.estimator = search->coder.estimator();
}

} /* namespace */

uint32 current_entry_point(IndexSearch *search)
{
	const MetaPage meta = read_meta(search->index);
	if (meta.state.entry_point != kNoNode && search->handle->compact() && !search->query.by_codes())
		prepare_codes(search, meta);
	return meta.state.entry_point;
}

bool distance_of_datum(IndexSearch *search, Datum value, float *distance)
{
	const hnsw::Value exact = value_from_datum(search->heap_format, value).value;
	if (search->examples != nullptr) {
		*distance = search->examples->heap(exact);
		return search->handle->metric() != Metric::kCosine || exact.norm > 0;
	}
	*distance = search->heap_distance(search->heap_query, exact);
	return !std::isnan(*distance);
}

namespace {

/* The query's place in the space of codes. */
void project_query(IndexSearch *search)
{
	const IndexHandle *handle = search->handle;
	if (!handle->has_space())
		return;
	search->query.code.init(context_arena(search->context), handle->space.padded, handle->format.pending_bits);
	search->projection = search->query.code.rotated;
	handle->space.project(search->query.value, search->projection);
	search->query.code.prepare(search->projection);
}

void prepare_vector(IndexSearch *search, Datum query, bool is_null)
{
	const IndexHandle *handle = search->handle;
	search->query.value = is_null ? any_value(handle->format) : value_from_datum(handle->format, query).value;
	const bool has_distance = !is_null && !(handle->metric() == Metric::kCosine && !(search->query.value.norm > 0));
	if (!has_distance)
		search->query.value = any_value(handle->format);
	prepare_heap_query(search, query, has_distance);
}

void prepare_examples(IndexSearch *search, Datum query)
{
	const bool exact_table = search->rescore == RescoreFrom::kTable && search->handle->format.narrowed();
	search->examples = make_example_search(search->handle, query, exact_table);
	search->query.examples = &search->examples->query;
	search->heap_format = search->handle->format;
	if (exact_table) {
		search->heap_format.exact &= ~kExactNarrowed;
		search->heap_format.element = static_cast<uint8>(ElementType::kFloat32);
	}
}

} /* namespace */

void hold_handle(IndexSearch *search, const MetaPage &meta)
{
	if (search->handle != nullptr && search->handle->centre_version == meta.state.centre_version)
		return;
	MemoryContextReset(search->handle_context);
	search->handle = copy_handle(cached_handle(search->index, meta), search->handle_context);
}

void prepare_distances(IndexSearch *search, const MetaPage &meta, Datum query, bool is_null)
{
	hold_handle(search, meta);
	search->query.distance = search->handle->distance();
	search->rescore = rescore_from(search);
	search->query.estimator = {};
	search->query.examples = nullptr;
	search->examples = nullptr;
	if (search->by_examples && !is_null)
		prepare_examples(search, query);
	else
		prepare_vector(search, query, is_null);
}

void prepare_search(IndexSearch *search, const MetaPage &meta, Datum query, bool is_null, uint32 ef)
{
	prepare_distances(search, meta, query, is_null);
	const Arena arena = context_arena(search->context);
	search->graph.init(search->index, search->handle, search->context);
	search->layer.init(arena, ef, search->handle->layouts[0]);
	search->rows.init(arena, 64);
	search->pending_keys.init(arena, 0);
	search->rescoring.waiting.init(arena, 0);
	search->rescoring.ready.init(arena, 0);
	search->rescoring.met.init(arena, 0);
	if (search->examples == nullptr)
		project_query(search);
	if (search->handle->compact())
		prepare_codes(search, meta);
}

namespace {

void add_entry(uint32 entry, uint32 *entries, uint32 *count)
{
	if (entry != kNoNode && std::find(entries, entries + *count, entry) == entries + *count)
		entries[(*count)++] = entry;
}

/* Of the search for the neighbourhood of an example. */
constexpr uint32 kSettleBeam = 8;

/* The ends of all ways down. Scores have more than one valley, and near each
 * example that attracts there may be one. */
uint32 descend_all(IndexSearch *search, uint32 top, uint32 *entries)
{
	uint32 count = 0;
	add_entry(hnsw::descend(search->graph, search->query, search->layer, top, 0), entries, &count);
	if (search->examples == nullptr)
		return count;
	const hnsw::Examples &examples = search->examples->query.exact;
	for (uint32 i = 0; i < examples.count(); i++)
		if (examples.attracts(i)) {
			const hnsw::SearchQuery single = single_query(*search->examples, i);
			const uint32 entry = hnsw::descend(search->graph, single, search->layer, top, 0);
			if (entry != kNoNode)
				add_entry(hnsw::settle(search->graph, single, search->layer, entry, kSettleBeam), entries, &count);
		}
	return count;
}

} /* namespace */

void search_from_top(IndexSearch *search, uint32 top, TryEntries try_entries, void *state)
{
	constexpr int kAttempts = 100;
	uint32 entries[kMaxExamples + 1];
	for (int attempt = 0; attempt < kAttempts; attempt++) {
		if (attempt > 0)
			top = read_meta(search->index).state.entry_point;
		if (top == kNoNode)
			return;
		const uint32 count = descend_all(search, top, entries);
		if (count > 0 && try_entries(state, entries, count))
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INDEX_CORRUPTED),
			 errmsg("no way from the entry point into hnsw index \"%s\"", RelationGetRelationName(search->index)),
			 errhint("Please run hnsw_check() on it, or REINDEX it.")));
}

void search_first(IndexSearch *search, Datum query, bool is_null, const ScanWants &wants)
{
	/* Pages of a relation without WAL do not tell when they changed. */
	const bool pages_tell = RelationNeedsWAL(search->index) && !RecoveryInProgress();
	search->begun = pages_tell ? GetXLogInsertRecPtr() : InvalidXLogRecPtr;
	search->wants = wants;
	const MetaPage meta = read_meta(search->index);
	prepare_search(search, meta, query, is_null, wants.ef);
	search->layer.keep_discarded = search->wants.iteration != IterativeScan::kOff;
	PendingScan *pending = read_pending(search, meta.state, PendingEffort::kBest);
	PAUSE_POINT("pending read");
	/* Pending rows may have moved into the graph since the metapage was read, even
	 * into an empty one. */
	const bool stale = search->pending_counters.entries > 0 || meta.state.entry_point == kNoNode;
	search_from_top(search, stale ? current_entry_point(search) : meta.state.entry_point, search_layer_from, search);
	/* The graph's rows first: next to them few pending ones need to be looked at. */
	if (!add_pending(search, pending, {})) {
		drop_graph_rows(search);
		search_from_top(search, current_entry_point(search), search_layer_from, search);
	}
	finish_batch(search);
}

namespace {

const FoundRow *next_found_exact(IndexSearch *search)
{
	search->rows.resize(1);
	while (!next_rescored(search, &search->rows[0])) {
		if (may_continue(search)) {
			search->rows.clear();
			search_more(search);
			search->rows.resize(1);
		} else if (search->rescoring.left == 0) {
			search->rescoring.left = PG_UINT32_MAX;
		} else {
			return nullptr;
		}
	}
	return &search->rows[0];
}

} /* namespace */

const FoundRow *next_found(IndexSearch *search)
{
	if (search->rescore != RescoreFrom::kNothing)
		return next_found_exact(search);
	while (search->next_row >= search->batch_end) {
		if (may_continue(search))
			search_more(search);
		else if (search->batch_end < search->rows.size())
			search->batch_end = search->rows.size();
		else
			return nullptr;
	}
	return &search->rows[search->next_row++];
}

void kill_found_row(IndexSearch *search, const FoundRow &row)
{
	if (row.node == kNoNode)
		kill_pending_row(search, row);
	else
		kill_node_row(search, row);
}

} /* namespace vecext::pg */
