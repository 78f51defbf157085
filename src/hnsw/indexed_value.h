/*
<<<<<<< HEAD
 * indexed_value.h: from an SQL datum to a value as the graph stores it
 * (include/vecext/hnsw/distance.h).
=======
 * indexed_value.h: from an SQL datum to a value as the graph stores it.
>>>>>>> amglue
 */
#pragma once

#include "hnsw/index_handle.h"

namespace vecext::pg {

struct IndexedValue {
	hnsw::Value value;
	uint32 bytes;
};

<<<<<<< HEAD
/* Converts a datum of the index's column type. The value points into the
 * detoasted datum or into memory of the current context. Raises an error on wrong
 * dimensions, or too many non-zero elements. */
IndexedValue value_from_datum(const IndexFormat &format, Datum datum);

/* Values of zero norm have no cosine distance: they are not indexed, as in
 * pgvector. */
bool is_indexable(const IndexFormat &format, const IndexedValue &value);
=======
/* Converts a datum of the index's column. The value points into the detoasted
 * datum, or into memory of the current context. False for values that are not
 * indexed: of zero norm under cosine distance. Raises an error on wrong
 * dimensions, or too many non-zero elements. */
bool indexed_value(const IndexFormat &format, Datum datum, IndexedValue *result);

/* The same for a query, which may be of zero norm. */
IndexedValue query_value(const IndexFormat &format, Datum datum);

/* A query to which all values are equally far (a NULL was given). */
IndexedValue null_query(const IndexFormat &format);
>>>>>>> amglue

} /* namespace vecext::pg */
