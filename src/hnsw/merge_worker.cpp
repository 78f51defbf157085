/*
 * merge_worker.cpp: the background worker, and hnsw_merge(), the same by hand.
 */
#include "hnsw/merge_worker.h"

extern "C" {
#include "access/genam.h"
#include "access/parallel.h"
#include "access/relation.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/defrem.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

PGDLLEXPORT void vecext_merge_worker_main(Datum argument);
}

#include "hnsw/access_method.h"
#include "hnsw/merge.h"
#include "hnsw/merge_launcher.h"
#include "hnsw/options.h"
#include "hnsw/pending.h"

namespace vecext::pg {

namespace {

/* Rows merged in one transaction: locks on the index are held no longer. */
constexpr uint64 kRowsPerTransaction = 2000;

/* What a worker is told, in bgw_extra. */
struct WorkerOrder {
	Oid database;
	Oid index; /* InvalidOid: what the launcher's requests say */
};
static_assert(sizeof(WorkerOrder) <= BGW_EXTRALEN);

bool is_hnsw_index(Relation index)
{
	return index->rd_rel->relkind == RELKIND_INDEX && index->rd_indam != nullptr &&
		   index->rd_indam->aminsert == hnsw_insert;
}

/* Opens an index to merge, without waiting behind DDL; null when it is gone or
 * busy. */
Relation open_for_merge(Oid relid)
{
	if (!ConditionalLockRelationOid(relid, RowExclusiveLock))
		return nullptr;
	Relation index = try_relation_open(relid, NoLock);
	if (index == nullptr) {
		UnlockRelationOid(relid, RowExclusiveLock);
		return nullptr;
	}
	if (is_hnsw_index(index) && index->rd_index->indisready && index->rd_index->indislive)
		return index;
	relation_close(index, RowExclusiveLock);
	return nullptr;
}

/* One transaction of work. False when the worker should end. */
bool merge_some(Oid relid)
{
	bool more = false;
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	/* No snapshot: nothing here looks at rows, and one would hold back VACUUM. */
	Relation index = open_for_merge(relid);
	if (index != nullptr) {
		if (ConditionalLockPage(index, kWorkerLock, ExclusiveLock)) {
			pgstat_report_activity(STATE_RUNNING, "merging pending rows of an hnsw index");
			merge_pending(index, kRowsPerTransaction, MergeWait::kWait);
			const MetaPage meta = read_meta(index);
			const int limit = option_pending_limit(index, meta.format.pending_bits != 0);
			more = pending_rows(index, meta.state, meta.format) >= static_cast<uint64>(Max(limit / 2, 1));
			UnlockPage(index, kWorkerLock, ExclusiveLock);
		}
		relation_close(index, RowExclusiveLock);
	}
	CommitTransactionCommand();
	pgstat_report_activity(STATE_IDLE, nullptr);
	return more;
}

} /* namespace */

namespace {

bool start_worker(const WorkerOrder &order, pid_t notify, BackgroundWorkerHandle **handle)
{
	BackgroundWorker worker = {};
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = BGW_NEVER_RESTART;
	worker.bgw_notify_pid = notify;
	snprintf(worker.bgw_library_name, sizeof worker.bgw_library_name, "vecext");
	snprintf(worker.bgw_function_name, sizeof worker.bgw_function_name, "vecext_merge_worker_main");
	snprintf(worker.bgw_name, BGW_MAXLEN, "vecext merge worker for database %u", order.database);
	snprintf(worker.bgw_type, BGW_MAXLEN, "vecext merge worker");
	memcpy(worker.bgw_extra, &order, sizeof order);
	return RegisterDynamicBackgroundWorker(&worker, handle);
}

} /* namespace */

BackgroundWorkerHandle *start_database_worker(Oid database, pid_t notify)
{
	BackgroundWorkerHandle *handle = nullptr;
	return start_worker({database, InvalidOid}, notify, &handle) ? handle : nullptr;
}

void ask_for_merge(Relation index)
{
	if (RecoveryInProgress() || RelationUsesLocalBuffers(index) || IsParallelWorker())
		return;
	/* A worker at work needs no second one. */
	if (!ConditionalLockPage(index, kWorkerLock, ExclusiveLock))
		return;
	UnlockPage(index, kWorkerLock, ExclusiveLock);
	if (merge_launcher_runs())
		request_merge_from_launcher(MyDatabaseId, RelationGetRelid(index));
	else
		start_worker({MyDatabaseId, RelationGetRelid(index)}, 0, nullptr);
}

} /* namespace vecext::pg */

void vecext_merge_worker_main(Datum)
{
	using namespace vecext::pg;
	WorkerOrder order;
	memcpy(&order, MyBgworkerEntry->bgw_extra, sizeof order);
	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SIG_IGN);
	BackgroundWorkerUnblockSignals();
	BackgroundWorkerInitializeConnectionByOid(order.database, InvalidOid, 0);
	/* A crash repeats a merge that was not flushed: nothing is lost by not waiting. */
	SetConfigOption("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION);
	Oid index = order.index != InvalidOid ? order.index : take_merge_request(order.database);
	while (index != InvalidOid) {
		while (merge_some(index))
			CHECK_FOR_INTERRUPTS();
		index = take_merge_request(order.database);
	}
	proc_exit(0);
}

/* hnsw_merge(regclass) returns bigint: moves all pending rows of an index into
 * its graph, returns how many. */
VECEXT_FUNCTION(hnsw_merge)
{
	using namespace vecext::pg;
	const Oid relid = PG_GETARG_OID(0);
	if (RecoveryInProgress())
		ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("recovery is in progress"),
						errhint("Pending rows cannot be merged on a standby.")));
	Relation index = try_relation_open(relid, RowExclusiveLock);
	if (index == nullptr)
		ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("there is no relation with OID %u", relid)));
	if (!is_hnsw_index(index))
		ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
						errmsg("\"%s\" is not an hnsw index", RelationGetRelationName(index))));
	if (!object_ownercheck_relation(relid))
		aclcheck_error(ACLCHECK_NOT_OWNER, OBJECT_INDEX, RelationGetRelationName(index));
	if (RELATION_IS_OTHER_TEMP(index))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("cannot access temporary indexes of other sessions")));
	uint64 total = 0, merged;
	do {
		merged = merge_pending(index, kRowsPerTransaction, MergeWait::kWait);
		total += merged;
		CHECK_FOR_INTERRUPTS();
	} while (merged == kRowsPerTransaction);
	relation_close(index, RowExclusiveLock);
	PG_RETURN_INT64(total);
}
