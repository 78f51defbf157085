/*
 * member_rows.h: the rows of a TIDBitmap, for walking over them and for asking
 * whether a row is among them, which a TIDBitmap cannot tell.
 *
 * A page that the bitmap holds without its rows (work_mem was too small) counts
 * as holding them all: membership means "maybe", and row counts are upper bounds.
 * The rows still have to pass the filter.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "nodes/tidbitmap.h"
}

#include "vecext/arena.h"
#include "vecext/hnsw/node_layout.h"

namespace vecext::pg {

struct MemberPage {
	BlockNumber block;
	uint32 first; /* of its offsets */
	uint16 count;
	bool lossy; /* every row of the page, no offsets */
};

struct MemberRows {
	ArenaVector<MemberPage> pages; /* by block */
	ArenaVector<uint16> offsets;   /* of each page, ascending */
	uint32 lossy_pages;
	uint32 *page_of; /* position + 1 in pages, by block; null: too sparse for that */
	BlockNumber blocks;

	/* At most this many rows, `page_rows` being the usual number in a page. */
	double count(double page_rows) const { return offsets.size() + lossy_pages * page_rows; }
};

/* In memory of the current context. */
MemberRows *collect_members(TIDBitmap *bitmap);

/* Makes has_member() fast for a set that is asked often. */
void index_members(MemberRows *members);

bool has_member(const MemberRows &members, const hnsw::RowId &row);

} /* namespace vecext::pg */
