/*
 * merge_worker.h: merging the pending segment in the background.
 *
 * The inserter that takes an index past its pending_limit asks for a merge. Where
 * the library is preloaded, the launcher (merge_launcher.h) has it done by the
 * worker of the database; else the inserter starts a dynamic background worker for
 * the index. Workers merge in short transactions until the segment is below half
 * the limit, and end. At most one works on an index (kWorkerLock). None is started
 * in recovery, for temporary tables, or when max_worker_processes leaves no room:
 * then VACUUM, hnsw_merge() or, far beyond the limit, inserters do the work.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "postmaster/bgworker.h"
#include "utils/rel.h"
}

namespace vecext::pg {

/* Asks for a merge; returns at once, whether or not somebody will do it. */
void ask_for_merge(Relation index);

/* Starts a worker that serves the requests of a database; null when there is no
 * room for one. `notify` is told when it starts and ends. */
BackgroundWorkerHandle *start_database_worker(Oid database, pid_t notify);

} /* namespace vecext::pg */
