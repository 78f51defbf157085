/*
 * merge_launcher.cpp: see merge_launcher.h.
 */
#include "hnsw/merge_launcher.h"

extern "C" {
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "tcop/tcopprot.h"
#include "utils/wait_event.h"

PGDLLEXPORT void vecext_merge_launcher_main(Datum argument);
}

#include "hnsw/merge_worker.h"

namespace vecext::pg {

namespace {

constexpr int kMaxRequests = 1024;
constexpr int kMaxDatabases = 64;
/* The launcher looks for itself now and then, should a wake-up be lost. */
constexpr long kNapMilliseconds = 10000;

struct MergeRequest {
	Oid database, index;
};

struct MergeRequests {
	slock_t mutex;
	PGPROC *launcher; /* null while none runs */
	int count;
	MergeRequest requests[kMaxRequests];
};

MergeRequests *shared;
shmem_request_hook_type previous_request_hook;
shmem_startup_hook_type previous_startup_hook;

void request_memory()
{
	if (previous_request_hook)
		previous_request_hook();
	RequestAddinShmemSpace(MAXALIGN(sizeof(MergeRequests)));
}

void attach_memory()
{
	if (previous_startup_hook)
		previous_startup_hook();
	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	bool found;
	shared = static_cast<MergeRequests *>(ShmemInitStruct("vecext merge requests", sizeof(MergeRequests), &found));
	if (!found) {
		memset(static_cast<void *>(shared), 0, sizeof *shared);
		SpinLockInit(&shared->mutex);
	}
	LWLockRelease(AddinShmemInitLock);
}

void forget_launcher(int, Datum)
{
	SpinLockAcquire(&shared->mutex);
	shared->launcher = nullptr;
	SpinLockRelease(&shared->mutex);
}

/* A worker of the launcher's, by database. */
struct RunningWorker {
	Oid database;
	BackgroundWorkerHandle *handle;
};

/* Forgets workers that ended. */
void reap(RunningWorker *workers, int *count)
{
	int running = 0;
	for (int i = 0; i < *count; i++) {
		pid_t pid;
		const BgwHandleStatus status = GetBackgroundWorkerPid(workers[i].handle, &pid);
		if (status == BGWH_STOPPED)
			pfree(workers[i].handle);
		else
			workers[running++] = workers[i];
	}
	*count = running;
}

/* A database with requests and without a worker. */
Oid database_to_serve(const RunningWorker *workers, int count)
{
	Oid found = InvalidOid;
	SpinLockAcquire(&shared->mutex);
	for (int i = 0; i < shared->count && found == InvalidOid; i++) {
		bool served = false;
		for (int w = 0; w < count; w++)
			served = served || workers[w].database == shared->requests[i].database;
		if (!served)
			found = shared->requests[i].database;
	}
	SpinLockRelease(&shared->mutex);
	return found;
}

void serve(RunningWorker *workers, int *count)
{
	reap(workers, count);
	while (*count < kMaxDatabases) {
		const Oid database = database_to_serve(workers, *count);
		if (database == InvalidOid)
			return;
		BackgroundWorkerHandle *handle = start_database_worker(database, MyProcPid);
		if (handle == nullptr)
			return; /* no worker slot is free: the next nap tries again */
		workers[(*count)++] = {database, handle};
	}
}

} /* namespace */

void define_merge_launcher()
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	previous_request_hook = shmem_request_hook;
	shmem_request_hook = request_memory;
	previous_startup_hook = shmem_startup_hook;
	shmem_startup_hook = attach_memory;

	BackgroundWorker worker = {};
	worker.bgw_flags = BGWORKER_SHMEM_ACCESS;
	worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker.bgw_restart_time = 5;
	snprintf(worker.bgw_library_name, sizeof worker.bgw_library_name, "vecext");
	snprintf(worker.bgw_function_name, sizeof worker.bgw_function_name, "vecext_merge_launcher_main");
	snprintf(worker.bgw_name, BGW_MAXLEN, "vecext merge launcher");
	snprintf(worker.bgw_type, BGW_MAXLEN, "vecext merge launcher");
	RegisterBackgroundWorker(&worker);
}

bool merge_launcher_runs()
{
	if (shared == nullptr)
		return false;
	SpinLockAcquire(&shared->mutex);
	const bool runs = shared->launcher != nullptr;
	SpinLockRelease(&shared->mutex);
	return runs;
}

void request_merge_from_launcher(Oid database, Oid index)
{
	SpinLockAcquire(&shared->mutex);
	bool known = false;
	for (int i = 0; i < shared->count && !known; i++)
		known = shared->requests[i].database == database && shared->requests[i].index == index;
	if (!known && shared->count < kMaxRequests)
		shared->requests[shared->count++] = {database, index};
	PGPROC *launcher = shared->launcher;
	SpinLockRelease(&shared->mutex);
	if (launcher != nullptr)
		SetLatch(&launcher->procLatch);
}

Oid take_merge_request(Oid database)
{
	if (shared == nullptr)
		return InvalidOid;
	Oid index = InvalidOid;
	SpinLockAcquire(&shared->mutex);
	for (int i = 0; i < shared->count && index == InvalidOid; i++)
		if (shared->requests[i].database == database) {
			index = shared->requests[i].index;
			shared->requests[i] = shared->requests[--shared->count];
		}
	SpinLockRelease(&shared->mutex);
	return index;
}

} /* namespace vecext::pg */

void vecext_merge_launcher_main(Datum)
{
	using namespace vecext::pg;
	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();
	on_shmem_exit(forget_launcher, 0);
	SpinLockAcquire(&shared->mutex);
	shared->launcher = MyProc;
	SpinLockRelease(&shared->mutex);
	RunningWorker workers[kMaxDatabases];
	int count = 0;
	for (;;) {
		serve(workers, &count);
		(void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, kNapMilliseconds, PG_WAIT_EXTENSION);
		ResetLatch(MyLatch);
		CHECK_FOR_INTERRUPTS();
	}
}
