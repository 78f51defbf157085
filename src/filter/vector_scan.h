/*
 * vector_scan.h: the executor node "Vector Search": the rows of a table that pass
 * the plan's quals, in the order of their distances to a query, as many as are
 * asked for; or those of them within a range.
 *
 * The plan node:
 *   plan.qual       the quals; the node evaluates them itself, before it knows
 *                   whether a row is among the nearest
 *   custom_plans    empty, or a plan that makes a bitmap of rows that may pass
 *   custom_exprs    the query; the distance (for EXPLAIN); the bound of the range, if
 *                   there is one; LIMIT and OFFSET where they are known only when
 *                   the plan is run
 *   custom_private  see VectorScanPlan
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "nodes/extensible.h"
#include "nodes/plannodes.h"
}

#include "filter/filtered_search.h"

namespace vecext::pg {

struct VectorScanPlan {
	Oid index;
	bool ordered;  /* else the order of the rows is nobody's concern */
	bool examples; /* the query is a vecquery */
	bool unread;   /* the distance is a column that only the order made; any value will do */
	FilterEstimates estimates;
	SearchSpec spec;
};

/* To and from custom_private. */
List *encode_plan(const VectorScanPlan &plan);
VectorScanPlan decode_plan(const List *custom_private);

extern const CustomScanMethods vector_scan_methods;

/* Makes the node known to readers of serialized plans. Once, from _PG_init. */
void register_vector_scan();

} /* namespace vecext::pg */
