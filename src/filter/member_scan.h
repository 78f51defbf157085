/*
 * member_scan.h: the visible rows of a set (member_rows.h), read from a heap page
 * by page, as a bitmap heap scan does: one pin and one lock for all rows of a page.
 *
 * A set of 10,000 rows in a million lies on nearly as many pages, and waiting for
 * memory, and for its addresses to be translated, is most of the work. So pages are
 * found through the backend's map of buffers (RecentBuffers) and pinned a few at a
 * time, and the same step is done for all of these before the next: descriptors,
 * line pointers, rows, so that the waits of a step are one. The rest of the rows is
 * fetched while those of the group before are looked at. Pages that are not in shared
 * buffers are asked for earlier.
 *
 * For the heap access method only. An error may jump over a MemberScan: pins
 * belong to the resource owner.
 */
#pragma once

#include "filter/member_rows.h"

#include "hnsw/page_graph.h"

extern "C" {
#include "access/heapam.h"
}

namespace vecext::pg {

struct MemberScan {
	/* Pages of a group. Two groups are pinned, the one that is read and the next:
	 * of pins a backend counts eight cheaply. */
	static constexpr uint32 kGroup = 4;

	Relation heap;
	Snapshot snapshot;
	const MemberRows *members;
	RecentBuffers *recent;      /* null: without a map */
	uint32 asked;               /* pages of the set, by position, up to which there was a look for them */
	uint32 pinned;              /* the same of pins */
	Buffer buffers[2 * kGroup]; /* pins, by position modulo the size; invalid for lossy pages */
	HeapTupleData rows[MaxHeapTuplesPerPage];
};

/* Whether the rows of this table can be read so. */
bool can_scan_members(Relation heap);

/* Made in memory of the current context. */
MemberScan *begin_member_scan(Relation heap, Snapshot snapshot, const MemberRows *members);

/* Puts the visible rows of the set's page `position` into scan->rows, where they
 * stay until the next call, and returns their number. Called for 0, 1, ... in turn;
 * a lossy page gives none. */
int load_member_page(MemberScan *scan, uint32 position);

/* The buffer of the page loaded last. */
Buffer loaded_buffer(const MemberScan *scan, uint32 position);

void end_member_scan(MemberScan *scan);

} /* namespace vecext::pg */
