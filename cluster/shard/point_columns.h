/*
 * point_columns.h: what a read selects of points beside their ids: payload and
 * vectors, in the SQL and in its results.
 */
#pragma once

#include <string>

#include "model/point.h"
#include "postgres/connection.h"
#include "shard/shard_schema.h"

namespace vecext::shard {

class PointColumns {
public:
	/* Throws unknown_vector. */
	PointColumns(const ShardSchema &schema, const model::PayloadSelection &payload,
				 const model::VectorSelection &vectors, postgres::Parameters *parameters);

	/* Columns of the select list, each after a comma. */
	const std::string &sql() const { return sql_; }

	/* `first`: the number of the first of the columns. */
	std::optional<model::Payload> payload(const postgres::Result &result, int row, int first) const;
	std::optional<model::NamedVectors> vectors(const postgres::Result &result, int row, int first) const;

private:
	void add_payload(const model::PayloadSelection &payload, postgres::Parameters *parameters);

	bool has_payload_ = false, has_vectors_ = false;
	std::vector<const VectorColumn *> vectors_;
	std::string sql_;
};

} /* namespace vecext::shard */
