/*
 * plan.h: what is to be done for the queries of one call: a forest of stages.
 *
 * A request and each of its prefetches, at every depth, become one stage. A stage
 * without sources asks the shards; one with sources works on the points that these
 * found. Planning checks the requests, turns ids into vectors, pushes the root's
 * filter down and excludes the points that served as examples; what is left to the
 * execution cannot be a caller's mistake, but for payloads and indexes.
 */
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "collection/formula/formula.h"
#include "collection/query/inputs.h"
#include "model/query.h"
#include "shard/read_request.h"

namespace vecext::collection::queries {

/* No query: points by ascending id, score 1. */
struct ScrollStep {};

struct SearchStep {
	const shard::VectorColumn *vector;
	shard::VectorScorer scorer;
};

/* A nearest search for candidates, of which diverse ones are chosen. */
struct MmrStep {
	SearchStep search; /* its scorer is a DenseVector */
	double diversity;
	uint64_t candidates_limit;
};

/* Works on the results of the stage's sources. */
struct FormulaStep {
	std::shared_ptr<const Formula> formula;
};

using Step = std::variant<ScrollStep, model::OrderByQuery, model::SampleQuery, SearchStep, MmrStep, model::FusionQuery,
						  FormulaStep>;

struct Stage {
	Step step;
	std::vector<size_t> sources; /* places in Plan::stages, in the order of the prefetches */
	size_t height = 0;           /* 0 without sources, else one above the highest source */
	std::optional<model::Filter> filter;
	model::SearchParams params;
	std::optional<float> score_threshold;
	uint64_t limit = 0, offset = 0;
	shard::Selection selection; /* nothing but at a root */
	/* Of what a SearchStep finds, only what passes: fewer points than the limit,
	 * though there are more. For callers that put together answers of their own. */
	std::optional<model::Filter> sieve;
};

struct Plan {
	std::vector<Stage> stages; /* sources before those that use them */
	std::vector<size_t> roots; /* of each request */
};

/* Deepest nesting of prefetches. */
inline constexpr size_t kMaxPrefetchDepth = 64;

/* What can be told of a request without any vector: throws bad_request or wrong_input. */
void check_request(const model::QueryRequest &request);

/* Of requests that have been checked. `schema` outlives the plan. Throws what the
 * vectors deserve: unknown_vector, wrong_dimension, not_found, unsupported. */
Plan plan_queries(const std::vector<model::QueryRequest> &requests, const QueryInputs &inputs,
				  const shard::ShardSchema &schema);

} /* namespace vecext::collection::queries */
