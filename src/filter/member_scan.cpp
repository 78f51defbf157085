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

constexpr Size kLine = 64;
/* Of a row; what follows comes by itself, or is not wanted. */
constexpr Size kMostBytes = 1024;

/* Reads memory for the cache's sake. A prefetch instruction would wait for the
 * translation of its address no less, and bring less. */
void touch(const void *memory)
{
	(void)*static_cast<const volatile uint8 *>(memory);
}

/* Sets on fewer pages than this do not earn a map. */
constexpr uint32 kLeastForMap = 64;

/* Where the map says that a page is. */
Buffer expected_buffer(const MemberScan *scan, BlockNumber block)
{
	if (scan->recent == nullptr)
		return InvalidBuffer;
	const RecentBuffers::Entry &entry = scan->recent->at(block);
	return entry.block == block ? entry.buffer : InvalidBuffer;
}

void expect(MemberScan *scan, BlockNumber block, Buffer buffer)
{
	if (scan->recent != nullptr)
		scan->recent->at(block) = {block, buffer};
}

/* Pages that the map does not know: where they are, else they are read ahead. */
void ask_ahead(MemberScan *scan, uint32 position)
{
	constexpr uint32 kAhead = 64;
	const auto &pages = scan->members->pages;
	const uint32 end = std::min(position + kAhead, pages.size());
	for (; scan->asked < end; scan->asked++) {
		const MemberPage &page = pages[scan->asked];
		if (!page.lossy && !BufferIsValid(expected_buffer(scan, page.block)))
			expect(scan, page.block, PrefetchBuffer(scan->heap, MAIN_FORKNUM, page.block).recent_buffer);
	}
}

Buffer &pin_at(MemberScan *scan, uint32 position)
{
	return scan->buffers[position % lengthof(scan->buffers)];
}

/* Positions of pages in the set. */
struct Group {
	uint32 first, end;
};

void touch_descriptors(const MemberScan *scan, Group group)
{
	for (uint32 i = group.first; i < group.end; i++) {
		const Buffer buffer = expected_buffer(scan, scan->members->pages[i].block);
		if (buffer > 0)
			touch(GetBufferDescriptor(buffer - 1));
	}
}

Buffer pin_page(MemberScan *scan, BlockNumber block)
{
	const Buffer expected = expected_buffer(scan, block);
	if (BufferIsValid(expected) && read_recent_buffer(scan->heap, block, expected))
		return expected;
	const Buffer buffer = ReadBuffer(scan->heap, block);
	expect(scan, block, buffer);
	return buffer;
}

void release(Buffer *buffer)
{
	if (BufferIsValid(*buffer))
		ReleaseBuffer(*buffer);
	*buffer = InvalidBuffer;
}

/* In the places of the group before the last. */
void pin_pages(MemberScan *scan, Group group)
{
	for (uint32 i = group.first; i < group.end; i++) {
		const MemberPage &page = scan->members->pages[i];
		release(&pin_at(scan, i));
		if (!page.lossy)
			pin_at(scan, i) = pin_page(scan, page.block);
	}
}

template <class F> void for_each_pinned(MemberScan *scan, Group group, F f)
{
	for (uint32 i = group.first; i < group.end; i++)
		if (BufferIsValid(pin_at(scan, i)))
			f(scan->members->pages[i], static_cast<const char *>(BufferGetPage(pin_at(scan, i))));
}

/* Line pointers are read without a lock: they may change meanwhile, and nothing but
 * the reading of other bytes of the page follows. */
template <class F> void for_each_row(MemberScan *scan, Group group, F f)
{
	for_each_pinned(scan, group, [&](const MemberPage &page, const char *bytes) {
		const auto *items = reinterpret_cast<const ItemIdData *>(bytes + SizeOfPageHeaderData);
		for (uint32 i = 0; i < page.count; i++) {
			const ItemIdData item = items[scan->members->offsets[page.first + i] - 1];
			if (Size{item.lp_off} + item.lp_len <= BLCKSZ)
				f(bytes + item.lp_off, Size{item.lp_len});
		}
	});
}

void touch_rows(MemberScan *scan, Group group)
{
	for_each_pinned(scan, group, [](const MemberPage &, const char *bytes) { touch(bytes); });
	for_each_row(scan, group, [](const char *row, Size) { touch(row); });
	for_each_row(scan, group, [](const char *row, Size bytes) {
		const char *end = row + std::min(bytes, kMostBytes);
		for (const char *line = row - reinterpret_cast<uintptr_t>(row) % kLine + kLine; line < end; line += kLine)
			__builtin_prefetch(line);
	});
}

/* Pins the groups up to the one behind that of `position`. */
void pin_ahead(MemberScan *scan, uint32 position)
{
	const uint32 end = std::min((position / MemberScan::kGroup + 2) * MemberScan::kGroup, scan->members->pages.size());
	while (scan->pinned < end) {
		const Group group = {scan->pinned, std::min(scan->pinned + MemberScan::kGroup, end)};
		ask_ahead(scan, group.first);
		touch_descriptors(scan, group);
		pin_pages(scan, group);
		touch_rows(scan, group);
		scan->pinned = group.end;
	}
}

/* Follows the HOT chains that begin at the page's members. */
int collect_visible(MemberScan *scan, const MemberPage &page, Buffer buffer)
{
	int count = 0;
	for (uint32 i = 0; i < page.count; i++) {
		ItemPointerData tid;
		ItemPointerSet(&tid, page.block, scan->members->offsets[page.first + i]);
		HeapTuple row = &scan->rows[count];
		count += heap_hot_search_buffer(&tid, scan->heap, buffer, scan->snapshot, row, nullptr, true);
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
	scan->recent = members->pages.size() < kLeastForMap ? nullptr : recent_buffers(heap);
	return scan;
}

Buffer loaded_buffer(const MemberScan *scan, uint32 position)
{
	return scan->buffers[position % lengthof(scan->buffers)];
}

int load_member_page(MemberScan *scan, uint32 position)
{
	pin_ahead(scan, position);
	const Buffer buffer = loaded_buffer(scan, position);
	if (!BufferIsValid(buffer))
		return 0;
	heap_page_prune_opt(scan->heap, buffer);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	const int count = collect_visible(scan, scan->members->pages[position], buffer);
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	return count;
}

void end_member_scan(MemberScan *scan)
{
	for (Buffer &buffer : scan->buffers)
		release(&buffer);
	pfree(scan);
}

} /* namespace vecext::pg */
