/*
 * member_scan.h: the visible rows of a set (member_rows.h), read from a heap page
 * by page, as a bitmap heap scan does: one pin and one lock for all rows of a page.
 *
 * A set of 10,000 rows in a million lies on nearly as many pages, and waiting for
 * memory is then most of the work. So pages are found through the backend's map of
 * buffers (RecentBuffers), pinned some ahead of their turn, and their rows brought
 * into the cache meanwhile. Pages that are not in shared buffers are asked for as
 * early.
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
	/* Pages ahead: asked for, then pinned. Of pins a backend counts eight cheaply. */
	static constexpr uint32 kAskedAhead = 10, kPinnedAhead = 4;

	Relation heap;
	Snapshot snapshot;
	const MemberRows *members;
	RecentBuffers *recent;
	uint32 asked, pinned;          /* pages, by their position in the set, up to which this is done */
	Buffer pins[kPinnedAhead + 1]; /* of page i at i modulo the size; invalid for lossy pages */
	Buffer current;                /* of `rows`; invalid: none */
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

void end_member_scan(MemberScan *scan);

} /* namespace vecext::pg */
