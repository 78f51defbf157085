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
#define VECEXT_FUNCTION(name)                                                                      \
	extern "C" {                                                                                   \
	PG_FUNCTION_INFO_V1(name);                                                                     \
	}                                                                                              \
	extern "C" PGDLLEXPORT Datum name(PG_FUNCTION_ARGS)
