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

/* Values of zero norm have no cosine distance: they are not indexed, as in
 * pgvector. */
bool is_indexable(const IndexFormat &format, const IndexedValue &value);

} /* namespace vecext::pg */
