/*
 * payload_selectivity.h: estimates of what share of the rows a filter leaves.
 */
#pragma once

#include "filter/payload_query.h"

namespace vecext::pg {

/* Of `payload ~@ operand`; `function` is the operator's, for the check whether the
 * user may see the statistics. */
Selectivity estimate_query(PlannerInfo *root, Node *payload, Node *operand, Oid function, int varRelid);

} /* namespace vecext::pg */
