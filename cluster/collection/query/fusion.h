/*
 * fusion.h: several lists of scored points as one.
 */
#pragma once

#include "collection/query/execute.h"

namespace vecext::collection::queries {

/* Highest score first, equal scores by descending id. Of a point in several lists
 * the first mention's version stands. */
ScoredList fused(const model::FusionQuery &fusion, const std::vector<ScoredList> &lists);

} /* namespace vecext::collection::queries */
