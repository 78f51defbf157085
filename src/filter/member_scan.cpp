/*
 * member_scan.cpp: see member_scan.h.
 */
#include <algorithm>

#include "filter/member_scan.h"

extern "C" {
#include "access/tableam.h"
#include "storage/buf_internals.h"
}

namespace vecext::pg {

namespace {

Buffer &pin_of(MemberScan *scan, uint32 position)
{
	return scan->pins[position % lengthof(scan->pins)];
}

/* Brings what pinning and a look at the line pointers touch into the cache, or the
 * page into shared buffers. */
void ask_for(MemberScan *scan, BlockNumber block)
{
	constexpr Size kLine = 64;
	RecentBuffers::Entry &entry = scan->recent->at(block);
	if (entry.block != block || !BufferIsValid(entry.buffer))
		entry = {block, PrefetchBuffer(scan->heap, MAIN_FORKNUM, block).recent_buffer};
	if (entry.buffer <= 0)
		return;
	const char *page = BufferGetPage(entry.buffer);
	__builtin_prefetch(GetBufferDescriptor(entry.buffer - 1), 1);
	__builtin_prefetch(page);
	__builtin_prefetch(page + kLine);
}

Buffer pin_page(MemberScan *scan, BlockNumber block)
{
	RecentBuffers::Entry &entry = scan->recent->at(block);
	if (entry.block == block && BufferIsValid(entry.buffer) && read_recent_buffer(scan->heap, block, entry.buffer))
		return entry.buffer;
	const Buffer buffer = ReadBuffer(scan->heap, block);
	entry = {block, buffer};
	return buffer;
}

/* Brings the rows of a pinned page into the cache. Its line pointers are read
 * without a lock: they may change meanwhile, and nothing but this hint follows. */
void prefetch_rows(const MemberScan *scan, const MemberPage &page, Buffer buffer)
{
	constexpr Size kLine = 64, kMostBytes = 1024;
	const auto *bytes = static_cast<const char *>(BufferGetPage(buffer));
	for (uint32 i = 0; i < page.count; i++) {
		const auto *item = reinterpret_cast<const ItemIdData *>(bytes + SizeOfPageHeaderData) +
						   (scan->members->offsets[page.first + i] - 1);
		const char *row = bytes + item->lp_off;
		for (Size at = 0; at < std::min<Size>(item->lp_len, kMostBytes); at += kLine)
			__builtin_prefetch(row + at);
	}
}

void look_ahead(MemberScan *scan, uint32 position)
{
	const auto &pages = scan->members->pages;
	const uint32 ask = std::min(position + MemberScan::kAskedAhead + 1, pages.size());
	for (; scan->asked < ask; scan->asked++)
		if (!pages[scan->asked].lossy)
			ask_for(scan, pages[scan->asked].block);
	const uint32 pin = std::min(position + MemberScan::kPinnedAhead + 1, pages.size());
	for (; scan->pinned < pin; scan->pinned++) {
		const MemberPage &page = pages[scan->pinned];
		Buffer &buffer = pin_of(scan, scan->pinned);
		buffer = page.lossy ? InvalidBuffer : pin_page(scan, page.block);
		if (BufferIsValid(buffer))
			prefetch_rows(scan, page, buffer);
	}
}

void release(Buffer *buffer)
{
	if (BufferIsValid(*buffer))
		ReleaseBuffer(*buffer);
	*buffer = InvalidBuffer;
}

/* Follows the HOT chains that begin at the page's members. */
int collect_visible(MemberScan *scan, const MemberPage &page)
{
	int count = 0;
	for (uint32 i = 0; i < page.count; i++) {
		ItemPointerData tid;
		ItemPointerSet(&tid, page.block, scan->members->offsets[page.first + i]);
		HeapTuple row = &scan->rows[count];
		count += heap_hot_search_buffer(&tid, scan->heap, scan->current, scan->snapshot, row, nullptr, true);
		row->t_self = tid;
	}
	return count;
}

} /* namespace */

bool can_scan_members(Relation heap)
{
	return heap->rd_tableam == GetHeapamTableAmRoutine();
}

MemberScan *begin_member_scan(Relation heap, Snapshot snapshot, const MemberRows *members)
{
	auto *scan = static_cast<MemberScan *>(palloc0(sizeof(MemberScan)));
	scan->heap = heap;
	scan->snapshot = snapshot;
	scan->members = members;
	scan->recent = recent_buffers(heap);
	return scan;
}

int load_member_page(MemberScan *scan, uint32 position)
{
	release(&scan->current);
	look_ahead(scan, position);
	std::swap(scan->current, pin_of(scan, position));
	if (!BufferIsValid(scan->current))
		return 0;
	heap_page_prune_opt(scan->heap, scan->current);
	LockBuffer(scan->current, BUFFER_LOCK_SHARE);
	const int count = collect_visible(scan, scan->members->pages[position]);
	LockBuffer(scan->current, BUFFER_LOCK_UNLOCK);
	return count;
}

void end_member_scan(MemberScan *scan)
{
	release(&scan->current);
	for (Buffer &buffer : scan->pins)
		release(&buffer);
	pfree(scan);
}

} /* namespace vecext::pg */
