/*
 * merge_worker.h: merging the pending segment in the background.
 *
 * The inserter that takes an index past its pending_limit starts a dynamic
 * background worker, which merges in short transactions until the segment is
 * below the limit again, and ends. At most one works on an index (kWorkerLock).
 * None is started in recovery, for temporary tables, or when max_worker_processes
 * leaves no room: then VACUUM, hnsw_merge() or, far beyond the limit, inserters
 * do the work.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "utils/rel.h"
}

namespace vecext::pg {

/* Asks for a worker; returns at once, whether or not one could be started. */
void start_merge_worker(Relation index);

} /* namespace vecext::pg */
