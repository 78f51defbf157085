/*
 * point_columns.cpp: see point_columns.h.
 */
#include "shard/point_columns.h"

#include <algorithm>

#include "shard/vector_sql.h"

namespace vecext::shard {

using model::PayloadSelection;
using model::VectorSelection;

PointColumns::PointColumns(const ShardSchema &schema, const PayloadSelection &payload, const VectorSelection &vectors,
						   postgres::Parameters *parameters)
{
	add_payload(payload, parameters);
	has_vectors_ = vectors.kind != VectorSelection::kNone;
	for (const std::string &name : vectors.names)
		schema.vector(name);
	for (const VectorColumn &vector : schema.vectors) {
		const bool named = std::find(vectors.names.begin(), vectors.names.end(), vector.name) != vectors.names.end();
		if (vectors.kind != VectorSelection::kAll && !named)
			continue;
		vectors_.push_back(&vector);
		sql_ += ", " + from_column(vector.params, "t." + vector.column);
	}
}

void PointColumns::add_payload(const PayloadSelection &payload, postgres::Parameters *parameters)
{
	has_payload_ = payload.kind != PayloadSelection::kNone;
	if (payload.kind == PayloadSelection::kAll)
		sql_ += ", t.payload::text";
	else if (payload.kind == PayloadSelection::kInclude)
		sql_ += ", payload_include(t.payload, " + parameters->add_texts(payload.paths) + ")::text";
	else if (payload.kind == PayloadSelection::kExclude)
		sql_ += ", payload_exclude(t.payload, " + parameters->add_texts(payload.paths) + ")::text";
}

std::optional<model::Payload> PointColumns::payload(const postgres::Result &result, int row, int first) const
{
	if (!has_payload_)
		return std::nullopt;
	return result.text(row, first);
}

std::optional<model::NamedVectors> PointColumns::vectors(const postgres::Result &result, int row, int first) const
{
	if (!has_vectors_)
		return std::nullopt;
	model::NamedVectors vectors;
	int column = first + (has_payload_ ? 1 : 0);
	for (const VectorColumn *vector : vectors_) {
		if (!result.is_null(row, column)) {
			const std::string_view bytes = result.bytes(row, column);
			vectors.emplace_back(vector->name, is_wide(vector->params) ? postgres::read_vector_pieces(bytes)
																	   : postgres::read_vector(bytes));
		}
		column++;
	}
	return vectors;
}

} /* namespace vecext::shard */
