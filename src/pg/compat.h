/*
 * compat.h: PostgreSQL's headers for C++, and every difference between the
 * versions that we compile for (15 to 18).
 *
 * All files outside src/core include this one first and no other place looks at
 * PG_VERSION_NUM. C++ standard headers come before PostgreSQL's, whose macros
 * (Min, gettext, ...) would otherwise leak into them.
 */
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif
}

#if PG_VERSION_NUM < 150000
#error "vecext needs PostgreSQL 15 or newer"
#endif

/* Before 16, PostgreSQL leaves ELF symbol visibility alone. We build with
 * -fvisibility=hidden and export what PostgreSQL looks up by name. */
#if PG_VERSION_NUM < 160000
#undef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

/* An SQL-callable function: declared, exported and defined with C linkage. */
#define VECEXT_FUNCTION(name)  \
	extern "C" {               \
	PG_FUNCTION_INFO_V1(name); \
	}                          \
	extern "C" PGDLLEXPORT Datum name(PG_FUNCTION_ARGS)

extern "C" {
#include "access/genam.h"
#include "access/relscan.h"
#include "access/stratnum.h"
#include "access/xloginsert.h"
#include "catalog/pg_class.h"
#include "commands/explain.h"
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif
#include "commands/vacuum.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/tidbitmap.h"
#include "optimizer/paths.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/rel.h"
}

namespace vecext::pg {

/* Extends a relation by one page and returns its buffer, exclusively locked. */
inline Buffer extend_index(Relation index, ForkNumber fork = MAIN_FORKNUM)
{
#if PG_VERSION_NUM >= 160000
	return ExtendBufferedRel(BMR_REL(index), fork, NULL, EB_LOCK_FIRST);
#else
	const bool need_lock = !RELATION_IS_LOCAL(index);
	if (need_lock)
		LockRelationForExtension(index, ExclusiveLock);
	/* Locked before anyone can see it, and take it for a page left over. */
	Buffer buffer = ReadBufferExtended(index, fork, P_NEW, RBM_ZERO_AND_LOCK, NULL);
	if (need_lock)
		UnlockRelationForExtension(index, ExclusiveLock);
	return buffer;
#endif
}

/* The file of a relation: changes when it is rewritten. */
#if PG_VERSION_NUM >= 160000
inline RelFileNumber relation_file_number(Relation relation)
{
	return relation->rd_locator.relNumber;
}
#else
using RelFileNumber = Oid;
inline RelFileNumber relation_file_number(Relation relation)
{
	return relation->rd_node.relNode;
}
#endif

/* VACUUM's cost-based delay, which also looks for interrupts. */
inline void vacuum_delay()
{
#if PG_VERSION_NUM >= 180000
	vacuum_delay_point(false);
#else
	vacuum_delay_point();
#endif
}

/* expression_tree_walker() and _mutator(), whose callbacks had no parameters before
 * 16. */
using NodeTest = bool (*)(Node *, void *);
using NodeChange = Node *(*)(Node *, void *);
inline bool walk_expression(Node *node, NodeTest test, void *context)
{
#if PG_VERSION_NUM >= 160000
	return expression_tree_walker(node, test, context);
#else
	return expression_tree_walker(node, reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(test)), context);
#endif
}
inline Node *change_expression(Node *node, NodeChange change, void *context)
{
#if PG_VERSION_NUM >= 160000
	return expression_tree_mutator(node, change, context);
#else
	return expression_tree_mutator(node, reinterpret_cast<Node *(*)()>(reinterpret_cast<void (*)()>(change)), context);
#endif
}

/* Whether the current user owns a relation. */
inline bool object_ownercheck_relation(Oid relid)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, relid, GetUserId());
#else
	return pg_class_ownercheck(relid, GetUserId());
#endif
}

/* Logs images of consecutive new pages of a relation in one record, at most 32. */
inline void log_new_pages(Relation relation, int count, BlockNumber *blocks, char **pages)
{
#if PG_VERSION_NUM >= 160000
	log_newpages(&relation->rd_locator, MAIN_FORKNUM, count, blocks, pages, true);
#else
	log_newpages(&relation->rd_node, MAIN_FORKNUM, count, blocks, pages, true);
#endif
}

/* Pins `buffer` if `block` is still in it. */
inline bool read_recent_buffer(Relation relation, BlockNumber block, Buffer buffer)
{
#if PG_VERSION_NUM >= 160000
	return ReadRecentBuffer(relation->rd_locator, MAIN_FORKNUM, block, buffer);
#else
	return ReadRecentBuffer(relation->rd_node, MAIN_FORKNUM, block, buffer);
#endif
}

/* Tells the planner to take a path only if there is no other. Before 18 only its
 * cost can say so. */
inline void disable_index_path([[maybe_unused]] IndexPath *path)
{
#if PG_VERSION_NUM >= 180000
	path->path.disabled_nodes = 2;
#endif
}

/* Keeps names in functions that we call on behalf of a table's owner from being
 * found in the caller's schemas. Before 17 that is left to the functions. */
inline void restrict_search_path()
{
#if PG_VERSION_NUM >= 170000
	RestrictSearchPath();
#endif
}

inline IndexScanDesc begin_index_scan(Relation heap, Relation index, Snapshot snapshot, int nkeys, int norderbys)
{
#if PG_VERSION_NUM >= 180000
	return index_beginscan(heap, index, snapshot, nullptr, nkeys, norderbys);
#else
	return index_beginscan(heap, index, snapshot, nkeys, norderbys);
#endif
}

/* Counts a search for EXPLAIN. */
inline void count_index_search([[maybe_unused]] IndexScanDesc scan)
{
#if PG_VERSION_NUM >= 180000
	if (scan->instrument)
		scan->instrument->nsearches++;
#endif
}

/* Calls f(block, offsets, count) for each page of a bitmap, in the order of
 * blocks; count is -1 when the bitmap does not know which rows of the page. */
template <class F> void for_each_bitmap_page(TIDBitmap *bitmap, F f)
{
#if PG_VERSION_NUM >= 180000
	TBMPrivateIterator *iterator = tbm_begin_private_iterate(bitmap);
	TBMIterateResult page;
	OffsetNumber offsets[TBM_MAX_TUPLES_PER_PAGE];
	while (tbm_private_iterate(iterator, &page))
		f(page.blockno, offsets, page.lossy ? -1 : tbm_extract_page_tuple(&page, offsets, TBM_MAX_TUPLES_PER_PAGE));
	tbm_end_private_iterate(iterator);
#else
	TBMIterator *iterator = tbm_begin_iterate(bitmap);
	while (const TBMIterateResult *page = tbm_iterate(iterator))
		f(page->blockno, page->offsets, page->ntuples);
	tbm_end_iterate(iterator);
#endif
}

/* Calls f(expression) for the members of an equivalence class that belong to
 * `rel` alone, until it returns true. */
template <class F> bool find_class_member(const EquivalenceClass *members, const RelOptInfo *rel, F f)
{
#if PG_VERSION_NUM >= 180000
	EquivalenceMemberIterator iterator;
	setup_eclass_member_iterator(&iterator, const_cast<EquivalenceClass *>(members), rel->relids);
	while (const EquivalenceMember *member = eclass_member_iterator_next(&iterator))
		if (bms_equal(member->em_relids, rel->relids) && f(member->em_expr))
			return true;
#else
	ListCell *cell;
	foreach (cell, members->ec_members) {
		const auto *member = static_cast<const EquivalenceMember *>(lfirst(cell));
		if (bms_equal(member->em_relids, rel->relids) && f(member->em_expr))
			return true;
	}
#endif
	return false;
}

/* Whether a pathkey sorts upwards. */
inline bool sorts_ascending(const PathKey *key)
{
#if PG_VERSION_NUM >= 180000
	return key->pk_cmptype == COMPARE_LT;
#else
	return key->pk_strategy == BTLessStrategyNumber;
#endif
}

} /* namespace vecext::pg */
