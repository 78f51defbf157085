/*
 * bulk_pages.h: pages appended to an index under construction, past shared
 * buffers: what a build writes once and in order would only push others' pages
 * out of these, and be found there again one by one to be logged.
 *
 * Pages are logged (where the relation is) before they are written, 32 to a
 * record. That they reach the disk is the next checkpoint's business, unless one
 * began meanwhile, whose replay would not cover what was logged before it: then
 * finish() waits for the disk itself. Nobody else may extend the index meanwhile.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "access/xlogdefs.h"
}

namespace vecext::pg {

class BulkPages {
public:
	/* Pages that append() takes at a time at most. */
	static constexpr uint32 kPagesAtOnce = 256;

	/* `logged`: this is all the WAL that the pages get. Memory, about 2 MB, from
	 * the current context. */
	void init(Relation index, bool logged);

	/* The i-th page to be filled for the next append(), of kPagesAtOnce. */
	Page page(uint32 i) const { return pages_ + Size{i} * BLCKSZ; }

	/* Writes the first `count` pages as the next blocks of the index. */
	void append(uint32 count);

	void finish();

private:
	void log(BlockNumber first, uint32 count);
	void request_sync();

	Relation index_;
	bool logged_;
	XLogRecPtr redo_; /* when writing began */
	BlockNumber first_, next_;
	char *pages_;
};

} /* namespace vecext::pg */
