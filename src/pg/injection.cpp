/*
 * injection.cpp: see injection.h.
 */
#include "pg/injection.h"

#ifdef VECEXT_INJECTION

#include "pg/compat.h"

extern "C" {
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/guc.h"
}

namespace vecext::pg {

namespace {

/* As pg_advisory_lock(1) does. */
void wait_for_advisory_lock()
{
	LOCKTAG tag;
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, 1, 1);
	LockAcquire(&tag, ExclusiveLock, false, false);
	LockRelease(&tag, ExclusiveLock, false);
}

} /* namespace */

void pause_at(const char *point)
{
	static int met = 0;
	const char *setting = GetConfigOption("vecext_test.pause_at", true, false);
	const size_t length = strlen(point);
	if (setting == nullptr || strncmp(setting, point, length) != 0 ||
		(setting[length] != ':' && setting[length] != '\0'))
		return;
	const int skipped = setting[length] == ':' ? pg_strtoint32(setting + length + 1) : 0;
	if (met++ == skipped)
		wait_for_advisory_lock();
}

} /* namespace vecext::pg */

#endif
