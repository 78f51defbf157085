/*
 * filter_sql.h: filters as SQL conditions on a shard's table, named t.
 *
 * The text depends on the structure of the filter and its paths only, values are
 * parameters (docs/filters.md, "Rendering a filter as SQL"), so that one prepared
 * statement serves all filters of a shape.
 */
#pragma once

#include <string>

#include "model/filter.h"
#include "postgres/binary.h"
#include "shard/shard_schema.h"

namespace vecext::shard {

/* "true" for a filter without conditions. */
std::string filter_sql(const model::Filter &filter, const ShardSchema &schema, postgres::Parameters *parameters);

/* The filter of a nested condition, as the JSON of a request. */
std::string filter_json(const model::Filter &filter);

} /* namespace vecext::shard */
