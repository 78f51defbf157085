/*
 * value_pages.h: values stored apart from a record: those of pending rows, those
 * too large for a record, and the centre of the codes.
 *
 * A value is a chain of chunks (pages.h, ValueChunk), one chunk for all that fit
 * a page. Chunks are items behind line pointers, so a page keeps its other
 * values in place when one is freed. The later chunks of a long value are
 * written before the first one; a crash between leaves chunks that nothing refers
 * to: space lost until REINDEX, which hnsw_check() reports as a warning.
 *
 * A reader may come with a reference to a value that was freed meanwhile, and
 * even replaced by another: read functions return false when nothing of the
 * expected size (and, if given, row) is there.
 */
#pragma once

#include "hnsw/pages.h"

namespace vecext::pg {

/* A value page with room, exclusively locked, and whether it must be
 * initialised as one first. */
struct ValuePlace {
	Buffer buffer;
	bool fresh;
};

/* Writes all chunks of a value but the first, and finds a page for the first:
 * `hint` is tried before the free space map. The caller finishes by
 * put_first_chunk() within its own PageChange and then unlocks the buffer. */
struct ValueWriter {
	Relation index;
	bool building;
	RowId row;
	const uint8 *data;
	uint32 bytes;
	ValueRef next;      /* the second chunk */
	uint32 first_bytes; /* of data in the first chunk */
	ValuePlace place;
};
ValueWriter begin_value(Relation index, bool building, const RowId &row, const void *data, uint32 bytes,
						BlockNumber hint);
/* `page` is place.buffer's image. Returns where the value begins. */
ValueRef put_first_chunk(const ValueWriter &writer, Page page);
/* Unlocks and records the page's remaining room. */
void end_value(const ValueWriter &writer);

/* begin, put and end in one change of its own. */
ValueRef write_value(Relation index, bool building, const RowId &row, const void *data, uint32 bytes);

/* Total size of a value, 0 when nothing begins there. */
uint32 stored_value_bytes(Relation index, const ValueRef &ref);

/* Copies a value of at most `capacity` bytes to `out`; sets *bytes. */
bool copy_value(Relation index, const ValueRef &ref, const RowId *row, void *out, uint32 capacity, uint32 *bytes);

/* Frees all chunks of a value. */
void free_value(Relation index, const ValueRef &ref);

/* The chunk at `item` of a locked page, or null. Sets *bytes to its data size. */
const ValueChunk *chunk_at(Page page, OffsetNumber item, uint32 *bytes);

} /* namespace vecext::pg */
