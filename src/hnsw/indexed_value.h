/*
 * indexed_value.h: from an SQL datum to a value as the graph stores it
 * (include/vecext/hnsw/distance.h).
 */
#pragma once

#include "hnsw/index_handle.h"

namespace vecext::pg {

struct IndexedValue {
	hnsw::Value value;
	uint32 bytes;
};

/* Converts a datum of the index's column type. The value points into the
 * detoasted datum or into memory of the current context. Raises an error on wrong
 * dimensions, or too many non-zero elements. */
IndexedValue value_from_datum(const IndexFormat &format, Datum datum);

/* Squared norm up to which values are indexed: sums and products of two such
 * values stay finite in float, so that distances in a graph are numbers. */
constexpr float kMostNormSquared = 0x1p125f;

/* The kUnindexed bit of a value that an index leaves out, 0 of others. Values of
 * zero norm have no cosine distance: they are not indexed, as in pgvector. */
uint32 unindexed_kind(const IndexFormat &format, const IndexedValue &value);

/* The squared norm of a value of floats; of others, which are bounded, 0. */
float float_norm_squared(const IndexFormat &format, const hnsw::Value &value);

} /* namespace vecext::pg */
