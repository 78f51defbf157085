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

struct PendingCandidate {
	float lower_bound;
	float norm;
	RowId row;
	uint32 entry;
	BlockNumber block;
	ValueRef value;
};

struct PendingSearch {
	PageGraph &graph;
	const hnsw::SearchQuery &query;
	float base;            /* distance from the query to the centre */
	float projection_norm; /* |q'| */
	bool ignore_killed;
	float *estimates; /* of one page */
	ArenaVector<PendingCandidate> candidates;
	PendingScanCounters *counters;
};

void collect_page(PendingSearch &search, Page page, BlockNumber block, bool use_codes)
{
	const IndexFormat &format = search.graph.handle().format;
	const PendingPageHeader *header = pending_header(page);
	const uint32 count = Min(header->count, pending_capacity(format));
	use_codes = use_codes && header->centre_version == search.graph.handle().centre_version;
	if (use_codes && count > 0)
		scan_code_rows(search.query.code, reinterpret_cast<const uint8 *>(pending_entry(page, format, 0)),
					   format.pending_entry_bytes, offsetof(PendingEntry, add), sizeof(PendingEntry), count,
					   search.estimates);
	for (uint32 i = 0; i < count; i++) {
		const PendingEntry *entry = pending_entry(page, format, i);
		if (entry->state == PendingState::kMerged || entry->state == PendingState::kDead ||
			(entry->killed && search.ignore_killed))
			continue;
		const float bound =
			use_codes ? search.base + search.estimates[i] - kErrorDeviations * entry->error * search.projection_norm
					  : -std::numeric_limits<float>::infinity();
		search.candidates.push_back(
			{bound, entry->norm, entry->row, i, block, {entry->value_block, entry->value_item}});
		search.counters->entries++;
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
bool read_page(PendingSearch &search, ExpectedPage *at, bool use_codes)
{
	PAUSE_POINT("pending page");
	const BlockNumber block = at->block;
	Buffer buffer = ReadBuffer(search.graph.index(), block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	const PendingPageHeader *header = pending_header(page);
	const bool found = is_page_of_kind(page, PageKind::kPending) &&
					   (at->head ? header->first_number : header->sequence) == at->expected;
	if (found) {
		*at = {page_opaque(page)->next, false, header->sequence + 1};
		collect_page(search, page, block, use_codes);
	}
	UnlockReleaseBuffer(buffer);
	return found;
}

/* Walks the chain. When it was cut under us, goes on from the new head: what was
 * cut off is in the graph, and what was read before is kept. */
void collect_candidates(PendingSearch &search, const IndexState &state, bool use_codes)
{
	ExpectedPage at = expect_head(state);
	while (at.block != InvalidBlockNumber) {
		CHECK_FOR_INTERRUPTS();
		if (!read_page(search, &at, use_codes))
			at = expect_head(read_meta(search.graph.index()).state);
	}
}

bool exact_distance(PendingSearch &search, const PendingCandidate &candidate, float *distance)
{
	const void *value = search.graph.read_value(candidate.value, &candidate.row);
	if (value == nullptr)
		return false; /* merged meanwhile: the graph has it */
	*distance = search.query.distance(search.query.value, {value, candidate.norm});
	search.counters->exact_distances++;
	return true;
}

bool greater_bound(const PendingCandidate &a, const PendingCandidate &b)
{
	return a.lower_bound > b.lower_bound;
}

bool less_distance(float a, float b)
{
	return a < b;
}

} /* namespace */

void scan_pending(PageGraph &graph, const IndexState &state, const hnsw::SearchQuery &query, const float *projection,
				  PendingEffort effort, uint32 wanted, bool ignore_killed, ArenaVector<PendingResult> *results,
				  PendingScanCounters *counters, const PendingFilter *filter)
{
	if (state.pending_head == InvalidBlockNumber)
		return;
	const IndexHandle &handle = graph.handle();
	const Arena arena = context_arena(CurrentMemoryContext);
	PendingSearch search = {graph, query, 0, 0, ignore_killed, nullptr, {}, counters};
	search.candidates.init(arena, 256);
	const bool use_codes = handle.has_space() && effort == PendingEffort::kBest;
	if (use_codes) {
		search.estimates = arena.allocate<float>(pending_capacity(handle.format));
		search.projection_norm = std::sqrt(kernels().norm_squared_f32(projection, handle.space.padded));
		search.base = hnsw::distance_to_centre(handle.space, kernels(), query.value, projection,
											   arena.allocate<float>(handle.space.dims));
	}
	collect_candidates(search, state, use_codes);

	/* In order of lower bounds, until no bound is below the `wanted`-th best. */
	ArenaVector<PendingCandidate> &heap = search.candidates;
	std::make_heap(heap.begin(), heap.end(), greater_bound);
	ArenaVector<float> best; /* max-heap of the `wanted` best exact distances */
	best.init(arena, std::min(wanted, 1024u) + 1);
	while (!heap.empty()) {
		CHECK_FOR_INTERRUPTS();
		std::pop_heap(heap.begin(), heap.end(), greater_bound);
		const PendingCandidate candidate = heap.back();
		heap.pop_back();
		if (use_codes && best.size() >= wanted && candidate.lower_bound > best[0])
			break;
		if (filter != nullptr && !filter->considers(filter->state, candidate.row))
			continue;
		float distance;
		if (!exact_distance(search, candidate, &distance))
			continue;
		if (filter != nullptr && !filter->accepts(filter->state, candidate.row, distance))
			continue;
		results->push_back({distance, candidate.row, candidate.block, candidate.entry});
		best.push_back(distance);
		std::push_heap(best.begin(), best.end(), less_distance);
		if (best.size() > wanted) {
			std::pop_heap(best.begin(), best.end(), less_distance);
			best.pop_back();
		}
	}
}

} /* namespace vecext::pg */
