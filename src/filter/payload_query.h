/*
 * payload_query.h: what the planner knows of the right operand of `payload ~@
 * query`: all of a constant; of payload_test_query(path, test, value, schema) with
 * an open value the field and the test; of anything else nothing.
 */
#pragma once

#include "filter/compiled_filter.h"

namespace vecext::pg {

struct KnownQuery {
	const filter::Condition *condition; /* of a constant, else null */
	PayloadTest test;                   /* without value; of a call */
	Node *value;                        /* of a call */
};

/* False when nothing is known. */
bool read_query(Node *operand, KnownQuery *query);

/* payload_test_query() of the arguments of payload_test(), a constant where it can
 * be; null when the statement leaves path, test or schema open. `function` is
 * payload_test(), `root` may be null. */
Node *query_of_call(PlannerInfo *root, List *arguments, Oid function);

/* Whether a column of an index narrows the query down, whatever a value is. */
bool serves_query(const IndexOptInfo *index, int column, const KnownQuery &query);

} /* namespace vecext::pg */
