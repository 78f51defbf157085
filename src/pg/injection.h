/*
 * injection.h: points at which a test can stop a session, to see what others do
 * meanwhile and what a crash leaves there.
 *
 * They exist in libraries built with INJECTION=yes only (extension.mk; for
 * test/server/hnsw_pauses.test.sh), elsewhere PAUSE_POINT() is nothing. A session
 * chooses one point, by a setting that nothing else knows:
 *
 *     SET vecext_test.pause_at = 'visit:3'
 *
 * and when it comes to that point for the fourth time it waits, once, until it could
 * take the advisory lock 1 of its database. A session waits there without any
 * buffer lock, so points are where none is held.
 */
#pragma once

#ifdef VECEXT_INJECTION
#define PAUSE_POINT(name) ::vecext::pg::pause_at(name)
#else
#define PAUSE_POINT(name) static_cast<void>(0)
#endif

namespace vecext::pg {

void pause_at(const char *point);

} /* namespace vecext::pg */
