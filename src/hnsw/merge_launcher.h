/*
 * merge_launcher.h: background merges when the library is preloaded.
 *
 * With shared_preload_libraries = 'vecext' a launcher runs from server start. An
 * inserter that takes an index past its pending_limit leaves a request in shared
 * memory and wakes it; the launcher keeps one dynamic worker per database that
 * has requests, which serves them one after the other and ends. So the number of
 * workers is bounded by the number of databases, not of indexes.
 *
 * Shared memory (MergeRequests) is guarded by a spinlock held for a few
 * instructions. A full request table loses nothing but time: the index asks again
 * with later inserts.
 */
#pragma once

#include "pg/compat.h"

namespace vecext::pg {

/* In _PG_init: registers the launcher and its shared memory when preloading. */
void define_merge_launcher();

/* Whether a launcher runs that takes requests. */
bool merge_launcher_runs();

/* Leaves a request for the launcher; a repeated one counts once. */
void request_merge_from_launcher(Oid database, Oid index);

/* For a worker: takes a request of its database off the table; InvalidOid when
 * there is none left. */
Oid take_merge_request(Oid database);

} /* namespace vecext::pg */
