/*
 * merge.cpp: see merge.h.
 */
#include <algorithm>

#include "hnsw/merge.h"

extern "C" {
#include "storage/lmgr.h"
#include "utils/memutils.h"
}

#include "hnsw/node_codes.h"
#include "hnsw/pending.h"
#include "hnsw/value_pages.h"
#include "pg/injection.h"

namespace vecext::pg {

namespace {

/* Rows whose mean becomes the centre, when the first merge starts a graph. */
constexpr uint32 kCentreSample = 10000;

struct Merge {
	Relation index;
	const IndexHandle *handle;
	MemoryContext context;
	MemoryContext row_context; /* reset for each row */
	GraphWriter writer;
	uint64 merged;
	uint64 new_nodes;
	uint64 max_rows;
};

/* The entries of a pending page, copied out. */
struct PendingCopy {
	PendingPageHeader header;
	BlockNumber next;
	uint32 count;
	PendingEntry *entries;
};

bool copy_page(const IndexFormat &format, Relation index, BlockNumber block, PendingCopy *copy)
{
	Buffer buffer = ReadBuffer(index, block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	const bool pending = is_page_of_kind(page, PageKind::kPending);
	if (pending) {
		copy->header = *pending_header(page);
		copy->next = page_opaque(page)->next;
		copy->count = Min(copy->header.count, pending_capacity(format));
		for (uint32 i = 0; i < copy->count; i++)
			copy->entries[i] = *pending_entry(page, format, i);
	}
	UnlockReleaseBuffer(buffer);
	return pending;
}

/* Reads the value of an entry into the row context. */
bool load_value(Merge &merge, const PendingEntry &entry, IndexedValue *value)
{
	const ValueRef ref = {entry.value_block, entry.value_item};
	const uint32 bytes = stored_value_bytes(merge.index, ref);
	if (bytes == 0)
		return false;
	void *data = palloc(bytes);
	uint32 copied;
	if (!copy_value(merge.index, ref, &entry.row, data, bytes, &copied))
		return false;
	*value = {{data, entry.norm}, copied};
	return true;
}

void merge_entry(Merge &merge, BlockNumber block, uint32 i, const PendingEntry &entry)
{
	const PendingSource source = {block, i};
	if (entry.state == PendingState::kWritten) {
		merge.writer.relink(entry.node);
		merge.new_nodes++;
		merge.merged++;
		return;
	}
	MemoryContextReset(merge.row_context);
	MemoryContext old = MemoryContextSwitchTo(merge.row_context);
	IndexedValue value;
	if (!load_value(merge, entry, &value))
		ereport(ERROR,
				(errcode(ERRCODE_INDEX_CORRUPTED),
				 errmsg("value of a pending row is missing in hnsw index \"%s\"", RelationGetRelationName(merge.index)),
				 errdetail("Block %u, entry %u refers to block %u, item %u.", block, i, entry.value_block,
						   entry.value_item),
				 errhint("Please REINDEX it.")));
	const bool made = merge.writer.insert(entry.row, value, {entry.value_block, entry.value_item}, source);
	MemoryContextSwitchTo(old);
	merge.new_nodes += made;
	merge.merged++;
}

bool is_waiting(const PendingEntry &entry)
{
	return entry.state == PendingState::kPending || entry.state == PendingState::kWritten;
}

/* Marks all entries below `count` that are in the graph now as merged: from here
 * on scans find them through the graph only. */
void mark_merged(Merge &merge, BlockNumber block, uint32 count)
{
	Buffer buffer = ReadBuffer(merge.index, block);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(merge.index, false);
	Page page = change.edit(buffer);
	for (uint32 i = 0; i < count; i++) {
		PendingEntry *entry = pending_entry(page, merge.handle->format, i);
		if (entry->state == PendingState::kWritten)
			entry->state = PendingState::kMerged;
	}
	change.finish();
	UnlockReleaseBuffer(buffer);
}

/* Values that were copied into records, or whose rows died or joined another
 * node: nothing refers to them once the page is gone. */
uint32 unreferenced_values(const PendingCopy &copy, ValueRef *refs)
{
	uint32 count = 0;
	for (uint32 i = 0; i < copy.count; i++)
		if (!copy.entries[i].value_taken)
			refs[count++] = {copy.entries[i].value_block, copy.entries[i].value_item};
	return count;
}

/* Takes the head page out of the chain, or empties it when it is the tail. False
 * when rows were appended to it meanwhile. */
bool drop_page(Merge &merge, BlockNumber block, uint32 count)
{
	Buffer meta = ReadBuffer(merge.index, kMetaBlock);
	LockBuffer(meta, BUFFER_LOCK_EXCLUSIVE);
	Buffer buffer = ReadBuffer(merge.index, block);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	Page old = BufferGetPage(buffer);
	const bool is_tail = page_opaque(old)->next == InvalidBlockNumber;
	const bool drained = pending_header(old)->count == count;
	if (drained) {
		PageChange change(merge.index, false);
		IndexState &state = meta_page(change.edit(meta))->state;
		Page page = change.edit(buffer);
		PendingPageHeader *header = pending_header(page);
		state.pending_head_number = header->first_number + header->count;
		if (is_tail) {
			header->sequence++;
			header->first_number += header->count;
			header->count = 0;
			header->centre_version = state.centre_version;
			header->value_tail = InvalidBlockNumber;
		} else {
			state.pending_head = page_opaque(page)->next;
			init_page(page, PageKind::kFree);
		}
		change.finish();
	}
	UnlockReleaseBuffer(buffer);
	UnlockReleaseBuffer(meta);
	if (drained && !is_tail)
		record_free_page(merge.index, block);
	return drained;
}

/* Merges one page. False when there is no more to do. (A page within the chain is
 * empty when the centre was fixed just after it had been appended.) */
bool merge_page(Merge &merge, BlockNumber block, PendingCopy *copy, ValueRef *refs)
{
	const IndexFormat &format = merge.handle->format;
	if (!copy_page(format, merge.index, block, copy) || (copy->count == 0 && copy->next == InvalidBlockNumber))
		return false;
	uint32 waiting = 0, i = 0;
	for (; i < copy->count && merge.merged < merge.max_rows; i++) {
		if (is_waiting(copy->entries[i])) {
			merge_entry(merge, block, i, copy->entries[i]);
			waiting++;
		}
		CHECK_FOR_INTERRUPTS();
	}
	PAUSE_POINT("page done");
	if (waiting > 0)
		mark_merged(merge, block, i);
	PAUSE_POINT("page marked");
	if (i < copy->count)
		return false;
	/* Now the entries tell whose value is whose. */
	const uint32 count = copy->count;
	copy_page(format, merge.index, block, copy);
	copy->count = count;
	const uint32 unreferenced = unreferenced_values(*copy, refs);
	if (drop_page(merge, block, count)) {
		PAUSE_POINT("page dropped");
		free_values(merge.index, refs, unreferenced);
	}
	return true;
}

void add_counts(Relation index, uint64 nodes)
{
	if (nodes == 0)
		return;
	Buffer meta = ReadBuffer(index, kMetaBlock);
	LockBuffer(meta, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(index, false);
	meta_page(change.edit(meta))->state.node_count += nodes;
	change.finish();
	UnlockReleaseBuffer(meta);
}

/* ---- what codes are relative to ---- */

/* Pending values in full precision: a uniform sample of them, their (for cosine
 * normalised) sum. */
struct PendingSample {
	const IndexHandle *handle;
	uint32 capacity;
	float *rows;
	double *sum;
	uint64 summed;
	ReservoirSample choice;
	void *value; /* scratch */
	float *wide;
};

void add_to_sample(PendingSample &sample, const void *value, float norm)
{
	const uint32 dims = sample.handle->format.dims;
	const float *wide = widened(sample.handle->format, value, sample.wide);
	const uint32 place = sample.choice.next();
	if (place < sample.capacity)
		memcpy(sample.rows + Size{place} * dims, wide, sizeof(float) * dims);
	if (sample.summed == kCentreSample)
		return;
	const double scale = sample.handle->metric() == Metric::kCosine ? 1.0 / norm : 1.0;
	for (uint32 d = 0; d < dims; d++)
		sample.sum[d] += wide[d] * scale;
	sample.summed++;
}

void add_page_to_sample(Relation index, const PendingCopy &copy, PendingSample &sample)
{
	const uint32 capacity = sample.handle->value_bytes(nullptr);
	for (uint32 i = 0; i < copy.count; i++) {
		const PendingEntry &entry = copy.entries[i];
		uint32 bytes;
		if (is_waiting(entry) &&
			copy_value(index, {entry.value_block, entry.value_item}, &entry.row, sample.value, capacity, &bytes))
			add_to_sample(sample, sample.value, entry.norm);
	}
}

/* Enough rows for the centre, and for the model if nodes have codes. */
PendingSample sample_pending(Relation index, const MetaPage &meta, const IndexHandle *handle)
{
	const uint32 dims = meta.format.dims;
	const uint32 capacity = handle->compact() ? quantizer_training_rows(quantizer_options(meta.format, meta.codes)) : 0;
	const uint64 enough = Max(capacity, kCentreSample);
	const uint64 rows = Min(pending_rows(index, meta.state, meta.format), capacity);
	PendingSample sample = {
		handle,
		static_cast<uint32>(rows),
		static_cast<float *>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(float) * dims * (rows + 1))),
		static_cast<double *>(palloc0(sizeof(double) * dims)),
		0,
		ReservoirSample(static_cast<uint32>(rows), meta.format.rotation_seed),
		palloc(handle->value_bytes(nullptr)),
		static_cast<float *>(palloc(sizeof(float) * dims))};
	PendingCopy copy;
	copy.entries = static_cast<PendingEntry *>(palloc(sizeof(PendingEntry) * pending_capacity(meta.format)));
	for (BlockNumber block = meta.state.pending_head; block != InvalidBlockNumber && sample.choice.seen() < enough;
		 block = copy.next) {
		if (!copy_page(meta.format, index, block, &copy))
			break;
		add_page_to_sample(index, copy, sample);
		CHECK_FOR_INTERRUPTS();
	}
	return sample;
}

ValueRef write_centre(Relation index, const PendingSample &sample)
{
	const uint32 dims = sample.handle->format.dims;
	auto *centre = static_cast<float *>(palloc(sizeof(float) * dims));
	for (uint32 d = 0; d < dims; d++)
		centre[d] = static_cast<float>(sample.sum[d] / static_cast<double>(sample.summed));
	return write_value(index, false, RowId{0, 0, 0}, centre, sizeof(float) * dims);
}

/* Before the first row enters an empty graph: the mean of the pending rows
 * becomes the centre that codes are relative to, and nodes' codes are learned from
 * them. Cancelled before its end, what it wrote is lost space. */
void fix_codes(Relation index, const MetaPage &meta, const IndexHandle *handle)
{
	const PendingSample sample = sample_pending(index, meta, handle);
	if (sample.summed == 0)
		return;
	ValueRef centre = {InvalidBlockNumber, 0};
	NodeCodeState codes = meta.codes;
	if (handle->has_space())
		centre = write_centre(index, sample);
	if (handle->compact())
		codes.model =
			write_model(index, false, meta.format, codes, sample.rows, sample.choice.filled(), 1, &codes.model_bytes);
	Buffer buffer = ReadBuffer(index, kMetaBlock);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(index, false);
	MetaPage *changed = meta_page(change.edit(buffer));
	changed->state.centre = centre;
	changed->state.centre_version = 1;
	if (handle->compact())
		changed->codes = codes;
	change.finish();
	UnlockReleaseBuffer(buffer);
}

} /* namespace */

uint64 merge_pending_locked(Relation index, uint64 max_rows)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw merge", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	MetaPage meta = read_meta(index);
	/* Rows appended after this belong to the next merge. */
	const uint64 end = meta.state.pending_head_number + pending_rows(index, meta.state, meta.format);
	if (meta.state.pending_head_number == end) {
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(context);
		return 0;
	}
	const bool has_codes = meta.format.pending_bits != 0 || meta.format.compact != 0;
	if (has_codes && meta.state.centre_version == 0 && meta.state.entry_point == kNoNode) {
		fix_codes(index, meta, copy_handle(cached_handle(index, meta), context));
		meta = read_meta(index);
	}
	auto *merge = static_cast<Merge *>(palloc0(sizeof(Merge)));
	merge->index = index;
	merge->handle = copy_handle(cached_handle(index, meta), context);
	merge->context = context;
	merge->row_context = AllocSetContextCreate(context, "hnsw merge row", ALLOCSET_DEFAULT_SIZES);
	merge->max_rows = max_rows;
	merge->writer.init(index, merge->handle, context, false);
	const uint32 capacity = pending_capacity(meta.format);
	PendingCopy copy;
	copy.entries = static_cast<PendingEntry *>(palloc(sizeof(PendingEntry) * capacity));
	auto *refs = static_cast<ValueRef *>(palloc(sizeof(ValueRef) * capacity));
	while (meta.state.pending_head_number < end && merge->merged < max_rows &&
		   merge_page(*merge, meta.state.pending_head, &copy, refs))
		meta = read_meta(index);
	add_counts(index, merge->new_nodes);
	const uint64 merged = merge->merged;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return merged;
}

uint64 merge_pending(Relation index, uint64 max_rows, MergeWait wait)
{
	if (wait == MergeWait::kWait)
		LockPage(index, kGraphLock, ExclusiveLock);
	else if (!ConditionalLockPage(index, kGraphLock, ExclusiveLock))
		return 0;
	const uint64 merged = merge_pending_locked(index, max_rows);
	UnlockPage(index, kGraphLock, ExclusiveLock);
	return merged;
}

/* ---- freeing values ---- */

namespace {

/* Frees `count` values, all on `block`. */
void free_values_on(Relation index, BlockNumber block, const ValueRef *refs, uint32 count)
{
	Buffer buffer = ReadBuffer(index, block);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(index, false);
	Page page = change.edit(buffer);
	for (uint32 i = 0; i < count; i++) {
		uint32 bytes;
		if (chunk_at(page, refs[i].item, &bytes) != nullptr)
			ItemIdSetUnused(PageGetItemId(page, refs[i].item));
	}
	bool empty = true;
	for (OffsetNumber item = FirstOffsetNumber; item <= PageGetMaxOffsetNumber(page); item++)
		empty = empty && !ItemIdIsUsed(PageGetItemId(page, item));
	/* Compacting would move, and so log, what stays: the room comes back when the
	 * page is empty. */
	if (empty)
		init_page(page, PageKind::kFree);
	change.finish();
	UnlockReleaseBuffer(buffer);
	if (empty)
		record_free_page(index, block);
}

} /* namespace */

void free_values(Relation index, ValueRef *refs, uint32 count)
{
	std::sort(refs, refs + count, [](const ValueRef &a, const ValueRef &b) { return a.block < b.block; });
	for (uint32 first = 0, i = 0; i < count; first = i) {
		while (i < count && refs[i].block == refs[first].block)
			i++;
		if (refs[first].block != InvalidBlockNumber)
			free_values_on(index, refs[first].block, refs + first, i - first);
	}
}

} /* namespace vecext::pg */
