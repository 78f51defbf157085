/*
 * payload_index.h: what the planner's support function asks of an index.
 */
#pragma once

#include "filter/compiled_filter.h"
#include "vecext/filter/leaf.h"

namespace vecext::pg {

/* The field of an index by its operator family (payload_*_ops) and the options of its
 * operator class, of which it keeps views; false for an index of another kind. */
bool field_of_index(const char *opfamily, bytea *options, filter::FieldIndex *index);

/* Its path, as written. */
const char *path_of_index(bytea *options);

/* Whether an index with this operator family (by name, payload_*_ops) and these
 * options of its operator class narrows a query down. */
bool narrows_down(const char *opfamily, bytea *options, const filter::Condition &query);

/* The same for a test whatever its value (which is ignored). */
bool serves_test(const char *opfamily, bytea *options, const PayloadTest &test);

} /* namespace vecext::pg */
