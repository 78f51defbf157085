/*
 * payload_facet.h: the result that the ways of counting values share.
 */
#pragma once

#include "pg/compat.h"

#include "vecext/filter/facet.h"

namespace vecext::pg {

/* [{"value": ..., "count": ...}, ...] of the most frequent values, as jsonb. */
Datum facet_jsonb(const filter::FacetCounts &counts, uint32_t limit);

} /* namespace vecext::pg */
