/*
 * inspect.cpp: see inspect.h.
 */
#include "hnsw/inspect.h"

extern "C" {
#include "access/relation.h"
#include "access/table.h"
#include "catalog/index.h"
#include "catalog/pg_authid_d.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
}

#include "hnsw/access_method.h"

namespace vecext::pg {

namespace {

void check_kind(Relation relation)
{
	if (relation->rd_rel->relkind == RELKIND_PARTITIONED_INDEX)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" is a partitioned index", RelationGetRelationName(relation)),
						errhint("Name the index of a partition instead.")));
	if (relation->rd_rel->relkind != RELKIND_INDEX || relation->rd_indam->ambuild != hnsw_build)
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" is not an hnsw index", RelationGetRelationName(relation))));
	if (RELATION_IS_OTHER_TEMP(relation))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cannot access temporary indexes of other sessions")));
	if (!relation->rd_index->indisvalid)
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
						errmsg("index \"%s\" is not valid", RelationGetRelationName(relation))));
}

void check_permission(Oid index)
{
	if (!object_ownercheck_relation(index) && !has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_INDEX, get_rel_name(index));
}

} /* namespace */

InspectedIndex open_inspected(Oid index_oid, LOCKMODE lock)
{
	InspectedIndex inspected = {};
	inspected.lock = lock;
	check_permission(index_oid); /* before a lock that others would feel */
	/* The table first, as everyone locks; it is looked up again once it is locked. */
	const Oid heap_oid = IndexGetRelation(index_oid, true);
	inspected.heap = OidIsValid(heap_oid) ? table_open(heap_oid, lock) : nullptr;
	inspected.index = relation_open(index_oid, lock);
	check_kind(inspected.index);
	if (inspected.heap == nullptr || heap_oid != IndexGetRelation(index_oid, false))
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("could not open parent table of index \"%s\"",
																 RelationGetRelationName(inspected.index))));

	GetUserIdAndSecContext(&inspected.user, &inspected.security_context);
	SetUserIdAndSecContext(inspected.heap->rd_rel->relowner,
						   inspected.security_context | SECURITY_RESTRICTED_OPERATION);
	inspected.settings_level = NewGUCNestLevel();
	restrict_search_path();
	return inspected;
}

void close_inspected(const InspectedIndex &inspected)
{
	AtEOXact_GUC(false, inspected.settings_level);
	SetUserIdAndSecContext(inspected.user, inspected.security_context);
	relation_close(inspected.index, NoLock);
	table_close(inspected.heap, NoLock);
}

void copy_page(Relation index, BlockNumber block, BufferAccessStrategy strategy, char *copy)
{
	Buffer buffer = ReadBufferExtended(index, MAIN_FORKNUM, block, RBM_NORMAL, strategy);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	memcpy(copy, BufferGetPage(buffer), BLCKSZ);
	UnlockReleaseBuffer(buffer);
}

} /* namespace vecext::pg */
