/*
 * scorer.h: queries by vectors as what a shard scores by.
 */
#pragma once

#include "collection/query/inputs.h"
#include "shard/shard_schema.h"
#include "shard/vector_scorer.h"

namespace vecext::collection::queries {

/* Where the vectors of a query come from, and which vector they are compared with. */
struct Examples {
	const QueryInputs &inputs;
	const std::optional<model::LookupLocation> &lookup_from;
	const shard::VectorColumn &vector;
};

/* Of a nearest, recommend, discover, context or feedback query. Throws
 * wrong_dimension, not_found, wrong_input. */
shard::VectorScorer scorer_of(const model::Query &query, const Examples &examples);

/* The target of recommend's average_vector: the mean of the positive examples, moved
 * away from that of the negative ones. Throws wrong_input without positive ones. */
model::DenseVector average_target(const std::vector<model::DenseVector> &positive,
								  const std::vector<model::DenseVector> &negative);

} /* namespace vecext::collection::queries */
