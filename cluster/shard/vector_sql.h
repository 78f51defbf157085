/*
 * vector_sql.h: dense vectors as columns: their SQL types, distances and indexes.
 *
 * | datatype         | column, up to 16,000 dimensions | beyond |
 * | float32          | vector(n)                       | vector[] |
 * | float16, turbo4  | halfvec(n)                      | vector[] |
 * | uint8            | halfvec(n), exact to 2048       | vector[] |
 *
 * A vector[] holds pieces of 16,000 dimensions, has no index and is searched
 * exactly. Vectors of a cosine distance are normalized before they are written and
 * compared by inner product, except uint8. Vectors travel as type vector whatever
 * the column is.
 */
#pragma once

#include <optional>
#include <string>

#include "model/vector.h"
#include "postgres/binary.h"
#include "shard/shard_schema.h"
#include "shard/vector_scorer.h"

namespace vecext::shard {

std::string column_type(const model::VectorParams &params);

bool is_wide(const model::VectorParams &params);     /* a vector[] */
size_t pieces_of(const model::VectorParams &params); /* of a vector[] */
inline constexpr size_t kPieceDimensions = 16'000;

/* `vector`, SQL of type vector, as a value of the column. */
std::string to_column(const model::VectorParams &params, const std::string &vector);
/* The column as type vector or vector[]. */
std::string from_column(const model::VectorParams &params, const std::string &column);

/* Whether an expression without columns is computed once for a statement, by a
 * subquery, or stands where an index's operator is recognized by it. */
enum class Evaluated : uint8_t { kInPlace, kOnce };

/* A query as SQL: of the column's type, or a vecquery. Throws unsupported for scorers
 * of several vectors over wide columns. */
std::string scorer_sql(const model::VectorParams &params, const VectorScorer &scorer, Evaluated evaluated,
					   postgres::Parameters *parameters);

/* SQL that grows with dissimilarity, and its operator form that an index knows. */
std::string distance_sql(const model::VectorParams &params, const std::string &column, const std::string &query);

float score_of(const model::VectorParams &params, const VectorScorer &scorer, double distance);
bool higher_is_better(model::Distance distance);
/* Whether the best score is the highest: always, where several vectors make it. */
bool is_descending(const model::VectorParams &params, const VectorScorer &scorer);

/* As stored: normalized, truncated to bytes. */
model::DenseVector as_stored(const model::VectorParams &params, model::DenseVector vector);

/* What CREATE INDEX ... ON table takes; none where m is 0 or no index can hold the
 * column. docs/sidecar-storage.md has the table. */
std::optional<std::string> index_sql(const VectorColumn &vector,
									 const std::optional<model::QuantizationConfig> &quantization);

uint64_t bytes_of(const model::VectorParams &params);

} /* namespace vecext::shard */
