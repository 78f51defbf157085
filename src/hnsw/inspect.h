/*
 * inspect.h: opening an index for the functions that look into it (hnsw_check,
 * hnsw_stats, hnsw_prewarm, hnsw_recall).
 *
 * They may be called by the owner of the index and by members of
 * pg_read_all_stats. Expressions and predicates of an index run as the table's
 * owner and restricted, as in VACUUM, so that a superuser who inspects someone's
 * index does not run that person's code as superuser.
 */
#pragma once

#include "hnsw/index_handle.h"

namespace vecext::pg {

struct InspectedIndex {
	Relation heap;
	Relation index;
	LOCKMODE lock;
	/* To be restored by close_inspected(). */
	Oid user;
	int security_context;
	int settings_level;
};

/* Locks table and index and checks kind, ownership and validity. */
InspectedIndex open_inspected(Oid index, LOCKMODE lock);

/* Restores the user and closes; the locks stay until the transaction ends. */
void close_inspected(const InspectedIndex &inspected);

/* Reads a page into `copy` (BLCKSZ bytes, aligned) under a share lock. */
void copy_page(Relation index, BlockNumber block, BufferAccessStrategy strategy, char *copy);

} /* namespace vecext::pg */
