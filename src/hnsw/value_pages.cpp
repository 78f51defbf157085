/*
 * value_pages.cpp: see value_pages.h.
 */
#include "hnsw/value_pages.h"

extern "C" {
#include "storage/freespace.h"
}

namespace vecext::pg {

namespace {

Size item_bytes(uint32 data_bytes)
{
	return MAXALIGN(sizeof(ValueChunk) + data_bytes);
}

/* Room that a chunk takes, with a line pointer that may have to be added. */
Size room_needed(uint32 data_bytes)
{
	return item_bytes(data_bytes) + sizeof(ItemIdData);
}

enum class Attempt { kLocked, kNoRoom, kBusy };

/* Locks `block` if it is a value page with room, or a page to be made one. Does
 * not wait for the lock: the caller may hold that of a pending page, and a stale
 * hint or the free space map can lead to that very page, or to one that the
 * writer of the graph just fills and that waits for the pending page. */
Attempt lock_with_room(Relation index, BlockNumber block, Size needed, ValuePlace *place)
{
	Buffer buffer = ReadBuffer(index, block);
	if (!ConditionalLockBuffer(buffer)) {
		ReleaseBuffer(buffer);
		return Attempt::kBusy;
	}
	Page page = BufferGetPage(buffer);
	const bool fresh = PageIsNew(page) || is_page_of_kind(page, PageKind::kFree);
	if (fresh || (is_page_of_kind(page, PageKind::kValue) && PageGetExactFreeSpace(page) >= needed)) {
		*place = {buffer, fresh};
		return Attempt::kLocked;
	}
	/* Correct the map, so that it does not offer the page again. */
	const Size room = is_page_of_kind(page, PageKind::kValue) ? PageGetExactFreeSpace(page) : 0;
	UnlockReleaseBuffer(buffer);
	RecordPageWithFreeSpace(index, block, room);
	return Attempt::kNoRoom;
}

/* From the free space map; false when it has none, or one that is busy. */
bool lock_mapped_place(Relation index, Size needed, ValuePlace *place)
{
	for (;;) {
		const BlockNumber block = mapped_page(index, needed);
		if (block == InvalidBlockNumber)
			return false;
		const Attempt attempt = lock_with_room(index, block, needed, place);
		if (attempt != Attempt::kNoRoom)
			return attempt == Attempt::kLocked;
	}
}

/* The page that took the last value is tried before the free space map: that
 * learns of new pages only when VACUUM carries its leaves upwards. */
ValuePlace find_place(Relation index, BlockNumber hint, Size needed)
{
	ValuePlace place;
	if (hint == InvalidBlockNumber)
		hint = RelationGetTargetBlock(index);
	if (hint != InvalidBlockNumber && lock_with_room(index, hint, needed, &place) == Attempt::kLocked)
		return place;
	if (!lock_mapped_place(index, needed, &place))
		place = {extend_index(index), true};
	RelationSetTargetBlock(index, BufferGetBlockNumber(place.buffer));
	return place;
}

ValueRef add_chunk(Relation index, Page page, BlockNumber block, const ValueChunk &head, const uint8 *data,
				   uint32 bytes)
{
	union {
		ValueChunk head;
		char bytes[BLCKSZ];
		uint64 align;
	} item;
	const Size size = item_bytes(bytes);
	memset(item.bytes + size - MAXIMUM_ALIGNOF, 0, MAXIMUM_ALIGNOF);
	item.head = head;
	memcpy(item.bytes + sizeof(ValueChunk), data, bytes);
	const OffsetNumber offset = PageAddItem(page, item.bytes, size, InvalidOffsetNumber, false, false);
	if (offset == InvalidOffsetNumber)
		elog(ERROR, "failed to add a value of %u bytes to block %u of index \"%s\"", bytes, block,
			 RelationGetRelationName(index));
	return {block, offset};
}

/* The exact data size of a chunk cannot be read from its item, which is padded:
 * it follows from the total. */
uint32 chunk_bytes_of(uint32 remaining)
{
	return Min(remaining, static_cast<uint32>(kMaxChunkBytes));
}

ValueRef write_later_chunk(Relation index, bool building, const RowId &row, const uint8 *data, uint32 bytes,
						   const ValueRef &next)
{
	const ValuePlace place = find_place(index, InvalidBlockNumber, room_needed(bytes));
	PageChange change(index, building);
	Page page = change.edit(place.buffer, place.fresh);
	if (place.fresh)
		init_page(page, PageKind::kValue);
	const ValueChunk head = {next.block, next.item, row, 0};
	const ValueRef ref = add_chunk(index, page, BufferGetBlockNumber(place.buffer), head, data, bytes);
	change.finish();
	const Size room = PageGetExactFreeSpace(BufferGetPage(place.buffer));
	UnlockReleaseBuffer(place.buffer);
	RecordPageWithFreeSpace(index, ref.block, room);
	return ref;
}

} /* namespace */

ValueWriter begin_value(Relation index, bool building, const RowId &row, const void *data, uint32 bytes,
						BlockNumber hint)
{
	ValueWriter writer = {index, building, row, static_cast<const uint8 *>(data), bytes, {InvalidBlockNumber, 0},
						  0,     {}};
	writer.first_bytes = chunk_bytes_of(bytes);
	uint32 end = bytes;
	while (end > writer.first_bytes) {
		const uint32 later = end - writer.first_bytes;
		const uint32 size = later % kMaxChunkBytes ? later % kMaxChunkBytes : static_cast<uint32>(kMaxChunkBytes);
		writer.next = write_later_chunk(index, building, row, writer.data + end - size, size, writer.next);
		end -= size;
	}
	writer.place = find_place(index, hint, room_needed(writer.first_bytes));
	return writer;
}

ValueRef put_first_chunk(const ValueWriter &writer, Page page)
{
	if (writer.place.fresh)
		init_page(page, PageKind::kValue);
	const ValueChunk head = {writer.next.block, writer.next.item, writer.row, writer.bytes};
	return add_chunk(writer.index, page, BufferGetBlockNumber(writer.place.buffer), head, writer.data,
					 writer.first_bytes);
}

void end_value(const ValueWriter &writer)
{
	const BlockNumber block = BufferGetBlockNumber(writer.place.buffer);
	const Size room = PageGetExactFreeSpace(BufferGetPage(writer.place.buffer));
	UnlockReleaseBuffer(writer.place.buffer);
	/* The page stays the hint of whoever appends; the map learns of it when it is
	 * new, and when it is nearly full. */
	if (writer.place.fresh || room < room_needed(writer.first_bytes))
		RecordPageWithFreeSpace(writer.index, block, room);
}

ValueRef write_value(Relation index, bool building, const RowId &row, const void *data, uint32 bytes)
{
	const ValueWriter writer = begin_value(index, building, row, data, bytes, InvalidBlockNumber);
	PageChange change(index, building);
	const ValueRef ref = put_first_chunk(writer, change.edit(writer.place.buffer, writer.place.fresh));
	change.finish();
	end_value(writer);
	return ref;
}

const ValueChunk *chunk_at(Page page, OffsetNumber item, uint32 *bytes)
{
	if (!is_page_of_kind(page, PageKind::kValue) || item < FirstOffsetNumber || item > PageGetMaxOffsetNumber(page))
		return nullptr;
	ItemId id = PageGetItemId(page, item);
	if (!ItemIdHasStorage(id) || ItemIdGetLength(id) < sizeof(ValueChunk))
		return nullptr;
	*bytes = ItemIdGetLength(id) - sizeof(ValueChunk);
	return reinterpret_cast<const ValueChunk *>(PageGetItem(page, id));
}

namespace {

/* Calls f(chunk, data bytes in its item) under a share lock; false when nothing
 * is there. */
template <class F> bool visit_chunk(Relation index, const ValueRef &ref, F f)
{
	if (ref.block == InvalidBlockNumber)
		return false;
	Buffer buffer = ReadBuffer(index, ref.block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	uint32 bytes;
	const ValueChunk *chunk = chunk_at(BufferGetPage(buffer), ref.item, &bytes);
	const bool found = chunk != nullptr && f(*chunk, bytes);
	UnlockReleaseBuffer(buffer);
	return found;
}

} /* namespace */

uint32 stored_value_bytes(Relation index, const ValueRef &ref)
{
	uint32 total = 0;
	visit_chunk(index, ref, [&](const ValueChunk &chunk, uint32) {
		total = chunk.total_bytes;
		return true;
	});
	return total;
}

bool copy_value(Relation index, const ValueRef &ref, const RowId *row, void *out, uint32 capacity, uint32 *bytes)
{
	uint32 copied = 0, total = 0;
	ValueRef at = ref;
	do {
		const bool found = visit_chunk(index, at, [&](const ValueChunk &chunk, uint32 room) {
			if (copied == 0)
				total = chunk.total_bytes;
			if ((copied == 0) != (chunk.total_bytes != 0) || total > capacity || (row && !(chunk.row == *row)))
				return false;
			const uint32 size = chunk_bytes_of(total - copied);
			if (size > room)
				return false;
			memcpy(static_cast<uint8 *>(out) + copied, &chunk + 1, size);
			copied += size;
			at = {chunk.next_block, chunk.next_item};
			return true;
		});
		if (!found)
			return false;
		CHECK_FOR_INTERRUPTS();
	} while (copied < total);
	*bytes = total;
	return true;
}

void free_value(Relation index, const ValueRef &ref)
{
	ValueRef at = ref;
	while (at.block != InvalidBlockNumber) {
		Buffer buffer = ReadBuffer(index, at.block);
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		uint32 bytes;
		const ValueChunk *chunk = chunk_at(BufferGetPage(buffer), at.item, &bytes);
		if (chunk == nullptr) {
			UnlockReleaseBuffer(buffer);
			return;
		}
		const ValueRef next = {chunk->next_block, chunk->next_item};
		PageChange change(index, false);
		Page page = change.edit(buffer);
		PageIndexTupleDeleteNoCompact(page, at.item);
		PageSetHasFreeLinePointers(page);
		const bool empty = PageGetMaxOffsetNumber(page) == 0;
		if (empty)
			init_page(page, PageKind::kFree);
		change.finish();
		const Size room = PageGetExactFreeSpace(BufferGetPage(buffer));
		UnlockReleaseBuffer(buffer);
		if (empty)
			record_free_page(index, at.block);
		else
			RecordPageWithFreeSpace(index, at.block, room);
		at = next;
		CHECK_FOR_INTERRUPTS();
	}
}

} /* namespace vecext::pg */
