/*
 * payload_catalog.h: our operators and operator families by name, for the
 * planner's support functions. They are looked up in the schema of the function
 * that a query calls, so that search_path does not matter.
 */
#pragma once

#include "pg/compat.h"

namespace vecext::pg {

inline constexpr const char *kSatisfies = "~@";
inline constexpr const char *kIndexed = "@~@"; /* of the operator families */

/* The operator on jsonb and jsonb in the schema of `function`, or InvalidOid. */
Oid operator_named(const char *name, Oid function);

/* A function in the schema of `function`, or InvalidOid. */
Oid function_named(const char *name, const Oid *arguments, int n_arguments, Oid function);

const char *opfamily_name(Oid opfamily);

} /* namespace vecext::pg */
