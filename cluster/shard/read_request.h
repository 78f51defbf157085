/*
 * read_request.h: reads of one shard. Names and bounds have been checked, ids of
 * queries have become vectors; a shard knows nothing of other shards.
 */
#pragma once

#include <optional>
#include <vector>

#include "model/query.h"
#include "shard/shard_schema.h"
#include "shard/vector_scorer.h"

namespace vecext::shard {

struct Selection {
	model::PayloadSelection payload;
	model::VectorSelection vectors;
};

struct ScrollPage {
	std::optional<model::PointId> from; /* inclusive */
	uint64_t limit = 0;
	const model::Filter *filter = nullptr; /* may be null */
	Selection selection;
};

/* Points in the order of a payload field, once for each value. */
struct OrderedPage {
	model::OrderBy order_by;
	uint64_t limit = 0;
	const model::Filter *filter = nullptr;
	Selection selection;
};

struct VectorSearch {
	const VectorColumn *vector = nullptr;
	VectorScorer scorer;
	const model::Filter *filter = nullptr;
	uint64_t limit = 0, offset = 0;
	uint64_t ef = 0;
	std::optional<bool> rescore;        /* of an index's codes */
	std::optional<double> oversampling; /* of the same */
	bool exact = false;
	Selection selection;
	const model::Filter *sieve = nullptr; /* of the points found, only those that pass; may be null */
};

struct Sample {
	uint64_t limit = 0;
	const model::Filter *filter = nullptr;
	Selection selection;
};

/* What a formula needs to know of points. */
struct FactsRead {
	std::vector<model::PointId> ids;
	std::vector<std::string> payload_paths; /* none: no payload */
	std::vector<const model::Condition *> conditions;
};

struct PointFacts {
	model::PointId id;
	std::optional<model::Payload> payload;
	std::vector<bool> conditions; /* whether each holds */
};

struct FacetCount {
	std::string key;
	std::string type; /* of payload_facet() */
	uint64_t limit = 0;
	const model::Filter *filter = nullptr;
};

} /* namespace vecext::shard */
