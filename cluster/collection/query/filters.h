/*
 * filters.h: filters of queries put together.
 */
#pragma once

#include <optional>
#include <vector>

#include "model/filter.h"

namespace vecext::collection::queries {

/* The filter of a prefetch with that of the level above. Clause by clause, as Qdrant
 * does it: both lists of `must` and of `must_not` hold, `should` needs one of either,
 * `min_should` the larger of the two counts among both lists. */
std::optional<model::Filter> merged(const std::optional<model::Filter> &above, const std::optional<model::Filter> &own);

/* None of the ids; no ids: the filter as it is. */
std::optional<model::Filter> without_ids(std::optional<model::Filter> filter, std::vector<model::PointId> ids);

/* Only these ids. */
model::Filter only_ids(const std::optional<model::Filter> &filter, std::vector<model::PointId> ids);

} /* namespace vecext::collection::queries */
