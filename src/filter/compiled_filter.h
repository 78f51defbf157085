/*
 * compiled_filter.h: filters from jsonb, compiled into a memory context.
 *
 * Filters and field schemas go through their text form, which is read once per
 * query. Strings of the result are views into that text, in the same context.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "utils/jsonb.h"
}

#include "vecext/filter/leaf.h"

namespace vecext::pg {

/* Raises an error unless the database is in UTF-8. */
void require_utf8();

/* The tree of a jsonb, in `context`. */
const filter::JsonValue *json_of(const Jsonb *jsonb, MemoryContext context);

/* `schema` may be null. Raises what compile_filter() and read_field_schema()
 * report. */
const filter::Condition *compile_filter(const Jsonb *filter, const Jsonb *schema, MemoryContext context);

/* The right operand of `payload ~@ query`: a filter, or a list of a filter and a
 * field schema. */
const filter::Condition *compile_query(const Jsonb *query, MemoryContext context);

/* One condition (vecext/filter/leaf.h); `schema` may be null. */
struct PayloadTest {
	const text *path;
	const text *test;
	const Jsonb *value;
	const Jsonb *schema;
};

/* Raises what compile_leaf() and read_field_schema() report. */
const filter::Condition *compile_test(const PayloadTest &test, MemoryContext context);

/* The test as a query. Raises what compile_test() does. */
Jsonb *query_of_test(const PayloadTest &test);

} /* namespace vecext::pg */
