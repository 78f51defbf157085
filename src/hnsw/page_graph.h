/*
 * page_graph.h: the graph on pages, as include/vecext/hnsw/search.h wants one.
 *
 * A visit costs a page access, and the buffer manager, not arithmetic, is what a
 * search pays for: so a backend remembers in which buffer it met a block
 * (RecentBuffers) and goes there directly, ReadRecentBuffer() checking that the
 * block is still in it.
 *
 * Only share locks, one at a time, and no pin is kept between visits.
 */
#pragma once

#include "hnsw/index_handle.h"

#include "pg/injection.h"
#include "vecext/hnsw/search.h"

namespace vecext::pg {

/* Which buffer a block was in, direct-mapped. Shared by all scans of an index in
 * this backend; entries are hints. */
struct RecentBuffers {
	struct Entry {
		BlockNumber block;
		Buffer buffer;
	};
	Entry *entries;
	uint32 mask;

	Entry &at(BlockNumber block) const { return entries[block & mask]; }
};

/* The map of an index in this backend: made, or grown, for its present size. */
RecentBuffers *recent_buffers(Relation index);

class PageGraph {
public:
	/* `scratch` holds a value stored apart in several chunks; value_capacity bytes. */
	void init(Relation index, const IndexHandle *handle, MemoryContext context);

	const NodeLayout &layout() const { return handle_->layouts[0]; }
	const IndexHandle &handle() const { return *handle_; }
	Relation index() const { return index_; }

	template <class F> bool visit(uint32 id, F f)
	{
		Buffer buffer = read(block_of(handle_->format, id));
		if (!BufferIsValid(buffer))
			return false;
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		const hnsw::ConstNodeRecord record = locate(BufferGetPage(buffer), id);
		const bool present = record.bytes != nullptr;
		if (present)
			f(record);
		UnlockReleaseBuffer(buffer);
		return present;
	}

	/* `f` gets the value where it lies on its page, under the page's lock, if it is
	 * there in one piece. */
	template <class F> bool visit_value(const ValueRef &ref, F f)
	{
		if (chunk_bytes_ != 0)
			return visit_chunk(ref, f);
		const void *value = read_value(ref, nullptr);
		if (value == nullptr)
			return false;
		f(value);
		return true;
	}
	template <class F> bool visit_value(const NodeHeader &header, F f)
	{
		return visit_value(ValueRef{header.value_block, header.value_item}, f);
	}

	/* Pins the page of a record. */
	Buffer read(BlockNumber block);

	/* Copies a value stored apart to scratch memory, valid until the next call;
	 * null when it is gone or belongs to another row than `row` (if given). */
	const void *read_value(const ValueRef &ref, const RowId *row);

	void prefetch(uint32 id)
	{
		const BlockNumber block = block_of(handle_->format, id);
		const RecentBuffers::Entry &entry = recent_->at(block);
		if (entry.block == block && entry.buffer > 0)
			prefetch_record(entry.buffer, id);
		else
			PrefetchBuffer(index_, MAIN_FORKNUM, block);
	}
	void prefetch_value(const NodeHeader &header);
	void poll() { CHECK_FOR_INTERRUPTS(); }

	/* The record of `id` on its locked page; bytes is null when there is none. */
	hnsw::ConstNodeRecord locate(const char *page, uint32 id) const;

private:
	/* Pins a page, the faster way if it was where it is before. */
	Buffer pin(BlockNumber block);
	void prefetch_record(Buffer buffer, uint32 id) const;

	template <class F> bool visit_chunk(const ValueRef &ref, F f)
	{
		PAUSE_POINT("value");
		if (ref.block == InvalidBlockNumber)
			return false;
		const Buffer buffer = pin(ref.block);
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		const void *value = chunk_data(BufferGetPage(buffer), ref.item);
		if (value != nullptr)
			f(value);
		UnlockReleaseBuffer(buffer);
		return value != nullptr;
	}
	/* The value at `item` of a locked page; null when there is none of this index. */
	const void *chunk_data(Page page, OffsetNumber item) const;

	Relation index_ = nullptr;
	const IndexHandle *handle_ = nullptr;
	RecentBuffers *recent_ = nullptr;
	MemoryContext context_ = nullptr;
	uint8 *scratch_ = nullptr;
	uint32 scratch_bytes_ = 0;
	uint32 chunk_bytes_ = 0; /* of a value, if each is one chunk; else 0 */
};

} /* namespace vecext::pg */
