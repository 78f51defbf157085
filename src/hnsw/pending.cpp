/*
 * pending.cpp: appending to the pending segment and searching it.
 */
#include <algorithm>
#include <cmath>
#include <limits>

#include "hnsw/pending.h"

#include "hnsw/value_pages.h"
#include "pg/injection.h"

#include "vecext/hnsw/centre_code.h"

namespace vecext::pg {

namespace {

/* ---- append ---- */

struct PendingCode {
	hnsw::CentreCode code;
	uint64 *words;
};

PendingCode encode_pending(const IndexHandle *handle, const hnsw::Value &value)
{
	const hnsw::CodeSpace &space = handle->space;
	auto *projection = static_cast<float *>(palloc(sizeof(float) * space.padded));
	auto *wide = static_cast<float *>(palloc(sizeof(float) * space.dims));
	PendingCode result;
	result.words = static_cast<uint64 *>(palloc(code_bytes(space.padded, space.bits)));
	space.project(value, projection);
	result.code = hnsw::encode_from_centre(space, kernels(), value, projection, wide, result.words);
	return result;
}

/* The last page of the chain, exclusively locked. */
Buffer lock_tail(Relation index, BlockNumber block)
{
	for (;;) {
		if (block == InvalidBlockNumber)
			return InvalidBuffer;
		Buffer buffer = ReadBuffer(index, block);
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		Page page = BufferGetPage(buffer);
		if (!is_page_of_kind(page, PageKind::kPending)) {
			/* Merged and freed since the metapage was read. */
			UnlockReleaseBuffer(buffer);
			return InvalidBuffer;
		}
		block = page_opaque(page)->next;
		if (block == InvalidBlockNumber)
			return buffer;
		UnlockReleaseBuffer(buffer);
	}
}

/* Adds an empty page behind the tail (or as the first one). Locks metapage, then
 * old tail, then the new page. */
void extend_chain(Relation index, const IndexHandle *handle)
{
	Buffer meta_buffer = ReadBuffer(index, kMetaBlock);
	LockBuffer(meta_buffer, BUFFER_LOCK_EXCLUSIVE);
	const IndexState &state = meta_page(BufferGetPage(meta_buffer))->state;
	uint64 sequence = 1, first_number = state.pending_head_number;
	BlockNumber value_tail = InvalidBlockNumber;
	Buffer tail = InvalidBuffer;
	if (state.pending_tail != InvalidBlockNumber) {
		tail = ReadBuffer(index, state.pending_tail);
		LockBuffer(tail, BUFFER_LOCK_EXCLUSIVE);
		const PendingPageHeader *header = pending_header(BufferGetPage(tail));
		if (header->count < pending_capacity(handle->format) && header->centre_version == state.centre_version) {
			/* Someone else extended the chain meanwhile. */
			UnlockReleaseBuffer(tail);
			UnlockReleaseBuffer(meta_buffer);
			return;
		}
		sequence = header->sequence + 1;
		first_number = header->first_number + header->count;
		value_tail = header->value_tail;
	}
	Buffer fresh = new_buffer(index);
	const BlockNumber fresh_block = BufferGetBlockNumber(fresh);

	PageChange change(index, false);
	IndexState &new_state = meta_page(change.edit(meta_buffer))->state;
	new_state.pending_tail = fresh_block;
	if (BufferIsValid(tail))
		page_opaque(change.edit(tail))->next = fresh_block;
	else
		new_state.pending_head = fresh_block;
	Page page = change.edit(fresh, true);
	init_page(page, PageKind::kPending);
	PendingPageHeader *header = pending_header(page);
	*header = {sequence, first_number, 0, new_state.centre_version, value_tail, 0};
	change.finish();

	UnlockReleaseBuffer(fresh);
	if (BufferIsValid(tail))
		UnlockReleaseBuffer(tail);
	UnlockReleaseBuffer(meta_buffer);
}

bool has_room(Page page, const IndexHandle *handle)
{
	return pending_header(page)->count < pending_capacity(handle->format) &&
		   pending_header(page)->centre_version == handle->centre_version;
}

/* Writes value and entry in one WAL record; both pages stay locked until then. */
uint64 append_to(Relation index, const IndexHandle *handle, Buffer tail, const RowId &row, const IndexedValue &value,
				 const PendingCode &code)
{
	const BlockNumber hint = pending_header(BufferGetPage(tail))->value_tail;
	const ValueWriter writer = begin_value(index, false, row, value.value.data, value.bytes, hint);
	PageChange change(index, false);
	Page page = change.edit(tail);
	const ValueRef ref = put_first_chunk(writer, change.edit(writer.place.buffer, writer.place.fresh));
	PendingPageHeader *header = pending_header(page);
	PendingEntry *entry = pending_entry(page, handle->format, header->count);
	*entry = {row,
			  PendingState::kPending,
			  0,
			  ref.block,
			  ref.item,
			  0,
			  value.value.norm,
			  kNoNode,
			  code.code.error,
			  code.code.factors.add,
			  code.code.factors.scale,
			  0};
	if (handle->has_space())
		memcpy(pending_code(entry), code.words, code_bytes(handle->space.padded, handle->space.bits));
	header->count++;
	header->value_tail = ref.block;
	const uint64 number = header->first_number + header->count;
	change.finish();
	end_value(writer);
	return number;
}

} /* namespace */

uint64 append_pending(Relation index, const IndexHandle *handle, const RowId &row, const IndexedValue &value)
{
	PendingCode code = {};
	if (handle->has_space())
		code = encode_pending(handle, value.value);
	for (;;) {
		const MetaPage meta = read_meta(index);
		if (meta.state.centre_version != handle->centre_version) {
			/* The first merge fixed the centre; encode anew. */
			handle = cached_handle(index, meta);
			return append_pending(index, handle, row, value);
		}
		Buffer tail = lock_tail(index, meta.state.pending_tail);
		if (BufferIsValid(tail) && has_room(BufferGetPage(tail), handle)) {
			const uint64 number = append_to(index, handle, tail, row, value, code);
			UnlockReleaseBuffer(tail);
			return number - meta.state.pending_head_number;
		}
		if (BufferIsValid(tail))
			UnlockReleaseBuffer(tail);
		PAUSE_POINT("pending full");
		extend_chain(index, handle);
		CHECK_FOR_INTERRUPTS();
	}
}

uint64 pending_rows(Relation index, const IndexState &state, const IndexFormat &)
{
	if (state.pending_tail == InvalidBlockNumber)
		return 0;
	Buffer buffer = ReadBuffer(index, state.pending_tail);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	uint64 end = state.pending_head_number;
	if (is_page_of_kind(page, PageKind::kPending))
		end = pending_header(page)->first_number + pending_header(page)->count;
	UnlockReleaseBuffer(buffer);
	return end > state.pending_head_number ? end - state.pending_head_number : 0;
}

namespace {

/* ---- search ---- */

/* How many standard deviations an estimate is trusted to. A miss costs one result
 * out of place, not one lost: the row is found again once merged. */
constexpr float kErrorDeviations = 2.5f;

bool less_distance(float a, float b)
{
	return a < b;
}

/* The smallest `limit` of the numbers it was given. */
class SmallestSet {
public:
	void init(Arena arena, uint32 limit)
	{
		limit_ = limit;
		heap_.init(arena, limit + 1);
	}
	/* What a number must be below to change the set. */
	float bound() const { return heap_.size() < limit_ ? std::numeric_limits<float>::infinity() : heap_[0]; }
	void add(float value)
	{
		if (value >= bound())
			return;
		heap_.push_back(value);
		std::push_heap(heap_.begin(), heap_.end(), less_distance);
		if (heap_.size() <= limit_)
			return;
		std::pop_heap(heap_.begin(), heap_.end(), less_distance);
		heap_.pop_back();
	}

private:
	uint32 limit_ = 0;
	ArenaVector<float> heap_; /* the largest first */
};

struct PendingCandidate {
	float lower_bound;
	float norm;
	RowId row;
	uint32 entry;
	BlockNumber block;
	ValueRef value;
};

/* What becomes of the scored candidates. */
struct PendingSink {
	ArenaVector<PendingResult> *results;
	const PendingFilter *filter;
	SmallestSet best;
	bool only_best; /* others are not wanted */
	bool complete;  /* no value was gone */
};

} /* namespace */

struct PendingScan {
	PageGraph &graph;
	const hnsw::SearchQuery &query;
	float base = 0;            /* distance from the query to the centre */
	float projection_norm = 0; /* |q'| */
	bool ignore_killed = false;
	bool use_codes = false;
	bool only_best = false;
	bool at_once = false; /* rows are scored while the chain is walked */
	bool prune = false;   /* by upper bounds: leave out what cannot be among the `wanted` best */
	uint32 wanted = 0;
	float *estimates = nullptr; /* of one page */
	SmallestSet upper_bounds = {};
	ArenaVector<PendingCandidate> candidates = {};
	ArenaVector<PendingResult> scored = {};
	PendingSink scored_at_once = {};
	PendingScanCounters *counters = nullptr;
};

namespace {

bool is_searched(const PendingScan &scan, const PendingEntry *entry)
{
	return entry->state != PendingState::kMerged && entry->state != PendingState::kDead &&
		   !(entry->killed && scan.ignore_killed);
}

void collect_page(PendingScan &scan, Page page, BlockNumber block)
{
	const IndexFormat &format = scan.graph.handle().format;
	const PendingPageHeader *header = pending_header(page);
	const uint32 count = Min(header->count, pending_capacity(format));
	const bool use_codes = scan.use_codes && header->centre_version == scan.graph.handle().centre_version;
	if (use_codes && count > 0)
		scan_code_rows(scan.query.code, reinterpret_cast<const uint8 *>(pending_entry(page, format, 0)),
					   format.pending_entry_bytes, offsetof(PendingEntry, add), sizeof(PendingEntry), count,
					   scan.estimates);
	for (uint32 i = 0; i < count; i++) {
		const PendingEntry *entry = pending_entry(page, format, i);
		if (!is_searched(scan, entry))
			continue;
		scan.counters->entries++;
		float lower = -std::numeric_limits<float>::infinity();
		if (use_codes) {
			const float estimate = scan.base + scan.estimates[i];
			const float width = kErrorDeviations * entry->error * scan.projection_norm;
			lower = estimate - width;
			if (scan.prune && lower > scan.upper_bounds.bound())
				continue;
			scan.upper_bounds.add(estimate + width);
		}
		scan.candidates.push_back({lower, entry->norm, entry->row, i, block, {entry->value_block, entry->value_item}});
	}
}

/* The page that a walk of the chain expects, to tell it from what has come to its
 * block since the link to it was read. */
struct ExpectedPage {
	BlockNumber block;
	bool head;       /* by its first number, which only one head ever has; else by */
	uint64 expected; /* its sequence number */
};

ExpectedPage expect_head(const IndexState &state)
{
	return {state.pending_head, true, state.pending_head_number};
}

/* Reads a page and moves on to the next; false when it is not the one expected
 * (merged meanwhile). */
bool read_page(PendingScan &scan, ExpectedPage *at)
{
	PAUSE_POINT("pending page");
	const BlockNumber block = at->block;
	Buffer buffer = scan.graph.read(block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	const PendingPageHeader *header = pending_header(page);
	const bool found = is_page_of_kind(page, PageKind::kPending) &&
					   (at->head ? header->first_number : header->sequence) == at->expected;
	if (found) {
		*at = {page_opaque(page)->next, false, header->sequence + 1};
		collect_page(scan, page, block);
	}
	UnlockReleaseBuffer(buffer);
	return found;
}

/* The value of a candidate on a locked page, if it lies there as one chunk. */
const void *value_on(const PendingScan &scan, Page page, const PendingCandidate &candidate)
{
	uint32 room;
	const ValueChunk *chunk = chunk_at(page, candidate.value.item, &room);
	if (chunk == nullptr || chunk->next_block != InvalidBlockNumber || !(chunk->row == candidate.row) ||
		chunk->total_bytes == 0 || chunk->total_bytes > room ||
		scan.graph.handle().value_bytes(chunk + 1) != chunk->total_bytes)
		return nullptr;
	return chunk + 1;
}

enum class Outcome { kScored, kGone };

/* The exact distances of candidates whose values lie on one page, which is locked
 * once; where a value is of several chunks, one by one. A row whose value is gone
 * has been merged. */
void score_page(PendingScan &scan, const PendingCandidate *candidates, uint32 count, float *distances,
				Outcome *outcomes)
{
	PAUSE_POINT("value");
	Buffer buffer = scan.graph.read(candidates[0].value.block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	for (uint32 i = 0; i < count; i++) {
		const void *value = value_on(scan, BufferGetPage(buffer), candidates[i]);
		outcomes[i] = value != nullptr ? Outcome::kScored : Outcome::kGone;
		if (value != nullptr)
			distances[i] = scan.query.exact({value, candidates[i].norm});
	}
	UnlockReleaseBuffer(buffer);
	for (uint32 i = 0; i < count; i++) {
		if (outcomes[i] == Outcome::kScored)
			continue;
		const void *value = scan.graph.read_value(candidates[i].value, &candidates[i].row);
		if (value == nullptr)
			continue;
		outcomes[i] = Outcome::kScored;
		distances[i] = scan.query.exact({value, candidates[i].norm});
	}
	scan.counters->exact_distances += count;
}

bool greater_bound(const PendingCandidate &a, const PendingCandidate &b)
{
	return a.lower_bound > b.lower_bound;
}

bool before_on_pages(const PendingCandidate &a, const PendingCandidate &b)
{
	return a.value.block < b.value.block || (a.value.block == b.value.block && a.value.item < b.value.item);
}

void deliver(PendingSink &sink, const PendingCandidate &candidate, Outcome outcome, float distance)
{
	if (outcome == Outcome::kGone) {
		sink.complete = false;
		return;
	}
	if (sink.only_best && distance > sink.best.bound())
		return;
	if (sink.filter != nullptr && !sink.filter->accepts(sink.filter->state, candidate.row, distance))
		return;
	sink.results->push_back({distance, candidate.row, candidate.block, candidate.entry});
	sink.best.add(distance);
}

/* In order of lower bounds, until no bound is below the `wanted`-th best. */
void score_best(PendingScan &scan, PendingSink &sink)
{
	ArenaVector<PendingCandidate> &heap = scan.candidates;
	std::make_heap(heap.begin(), heap.end(), greater_bound);
	while (!heap.empty()) {
		CHECK_FOR_INTERRUPTS();
		std::pop_heap(heap.begin(), heap.end(), greater_bound);
		const PendingCandidate candidate = heap.back();
		heap.pop_back();
		if (candidate.lower_bound > sink.best.bound())
			break;
		if (sink.filter != nullptr && !sink.filter->considers(sink.filter->state, candidate.row))
			continue;
		float distance = 0;
		Outcome outcome;
		score_page(scan, &candidate, 1, &distance, &outcome);
		deliver(sink, candidate, outcome, distance);
	}
}

/* All of them, page by page of their values. */
void score_all(PendingScan &scan, PendingSink &sink)
{
	constexpr uint32 kAtOnce = 256;
	float distances[kAtOnce];
	Outcome outcomes[kAtOnce];
	ArenaVector<PendingCandidate> &all = scan.candidates;
	if (sink.filter != nullptr) {
		uint32 kept = 0;
		for (const PendingCandidate &candidate : all)
			if (sink.filter->considers(sink.filter->state, candidate.row))
				all[kept++] = candidate;
		all.resize(kept);
	}
	if (!std::is_sorted(all.begin(), all.end(), before_on_pages))
		std::sort(all.begin(), all.end(), before_on_pages);
	for (uint32 first = 0, end; first < all.size(); first = end) {
		CHECK_FOR_INTERRUPTS();
		for (end = first + 1; end < all.size() && end < first + kAtOnce; end++)
			if (all[end].value.block != all[first].value.block)
				break;
		score_page(scan, &all[first], end - first, distances, outcomes);
		for (uint32 i = first; i < end; i++)
			deliver(sink, all[i], outcomes[i - first], distances[i - first]);
	}
}

/* Without codes there is nothing to choose by: all rows are scored, those of each
 * page when it has been read. */
void score_collected(PendingScan &scan)
{
	score_all(scan, scan.scored_at_once);
	scan.candidates.clear();
}

/* Walks the chain. When it was cut under us, goes on from the new head: what was
 * cut off is in the graph, and what was read before is kept. */
void collect_candidates(PendingScan &scan, const IndexState &state)
{
	ExpectedPage at = expect_head(state);
	while (at.block != InvalidBlockNumber) {
		CHECK_FOR_INTERRUPTS();
		if (!read_page(scan, &at))
			at = expect_head(read_meta(scan.graph.index()).state);
		else if (scan.at_once)
			score_collected(scan);
	}
}

} /* namespace */

PendingScan *collect_pending(PageGraph &graph, const IndexState &state, const hnsw::SearchQuery &query,
							 const float *projection, const PendingWants &wants, PendingScanCounters *counters)
{
	const IndexHandle &handle = graph.handle();
	const Arena arena = context_arena(CurrentMemoryContext);
	auto *scan = new (arena.allocate<PendingScan>(1)) PendingScan{graph, query};
	scan->ignore_killed = wants.ignore_killed;
	scan->wanted = wants.best;
	scan->only_best = wants.effort == PendingEffort::kBest;
	scan->counters = counters;
	scan->candidates.init(arena, 256);
	if (state.pending_head == InvalidBlockNumber)
		return scan;
	scan->use_codes = projection != nullptr && wants.effort == PendingEffort::kBest;
	scan->prune = scan->use_codes && !wants.filtered;
	scan->at_once = !scan->use_codes && !wants.filtered && scan->only_best;
	if (scan->at_once) {
		scan->scored.init(arena, 64);
		scan->scored_at_once = {&scan->scored, nullptr, {}, true, true};
		scan->scored_at_once.best.init(arena, wants.best);
	}
	if (scan->use_codes) {
		scan->estimates = arena.allocate<float>(pending_capacity(handle.format));
		scan->upper_bounds.init(arena, wants.best);
		scan->projection_norm = std::sqrt(kernels().norm_squared_f32(projection, handle.space.padded));
		scan->base = hnsw::distance_to_centre(handle.space, kernels(), query.value, projection,
											  arena.allocate<float>(handle.space.dims));
	}
	collect_candidates(*scan, state);
	return scan;
}

bool score_pending(PendingScan *scan, const float *rivals, uint32 rival_count, ArenaVector<PendingResult> *results,
				   const PendingFilter *filter)
{
	PendingSink sink = {results, filter, {}, scan->only_best, true};
	sink.best.init(context_arena(CurrentMemoryContext), scan->wanted);
	for (uint32 i = 0; i < rival_count; i++)
		sink.best.add(rivals[i]);
	for (const PendingResult &scored : scan->scored)
		if (scored.distance <= sink.best.bound())
			results->push_back(scored);
	if (scan->use_codes)
		score_best(*scan, sink);
	else
		score_all(*scan, sink);
	return sink.complete;
}

} /* namespace vecext::pg */
