/*
 * collection_template.h: bodies of Collection's templates, for its own sources.
 */
#pragma once

#include "collection/collection.h"
#include "collection/parallel.h"
#include "model/error.h"
#include "postgres/sql_error.h"

namespace vecext::collection {

template <class Work> void Collection::on_shards(const Work &work)
{
	const auto &all = shards_.all();
	run_parallel(all.size(), all.size(), [&](size_t i) { work(*all[i], i); });
}

template <class Work> auto Collection::with_state(const Work &work)
{
	require_alive();
	const StatePtr before = state();
	try {
		return work(*before);
	} catch (const postgres::SqlError &error) {
		const bool changed =
			error.sqlstate() == postgres::kUndefinedTable || error.sqlstate() == postgres::kUndefinedColumn;
		require_alive();
		if (!changed || state() == before)
			throw;
	}
	return work(*state());
}

} /* namespace vecext::collection */
