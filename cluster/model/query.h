/*
 * query.h: reads of points: one Query form for every kind of search, scroll,
 * count and facet. The older endpoints are decoded into the same form.
 */
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/filter.h"
#include "model/formula.h"
#include "model/point.h"

namespace vecext::model {

struct ReadConsistency {
	enum Kind : uint8_t { kFactor, kMajority, kQuorum, kAll };

	Kind kind = kFactor;
	uint64_t factor = 1;
};

/* How long the caller waits, and whether it still does. */
struct CallerPatience {
	std::chrono::steady_clock::time_point until = std::chrono::steady_clock::time_point::max();
	const std::atomic<bool> *gone = nullptr; /* set by another thread; outlives the call */
};

struct ReadParams {
	std::optional<ReadConsistency> consistency;
	std::optional<uint64_t> timeout_seconds; /* the node's search_timeout_sec when unset */
	CallerPatience patience;
};

struct QuantizationSearchParams {
	bool ignore = false;
	std::optional<bool> rescore;
	std::optional<double> oversampling; /* at least 1 */
};

struct AcornParams {
	bool enable = false;
	std::optional<double> max_selectivity;
};

struct IdfParams {
	std::optional<Filter> corpus; /* unset: global */
};

struct SearchParams {
	std::optional<uint64_t> hnsw_ef;
	bool exact = false;
	bool indexed_only = false;
	std::optional<QuantizationSearchParams> quantization;
	std::optional<AcornParams> acorn;
	std::optional<IdfParams> idf;
};

enum class OrderDirection : uint8_t { kAscending, kDescending };

struct OrderBy {
	std::string key;
	OrderDirection direction = OrderDirection::kAscending;
	/* A number, or a datetime as sent. */
	std::optional<std::variant<int64_t, double, std::string>> start_from;
};

/* A stored point's vector, or one that is given. */
using VectorInput = std::variant<PointId, Vector>;

struct Mmr {
	std::optional<double> diversity;
	std::optional<uint64_t> candidates_limit;
};

struct NearestQuery {
	VectorInput vector;
	std::optional<Mmr> mmr;
};

struct RecommendQuery {
	enum Strategy : uint8_t { kAverageVector, kBestScore, kSumScores };

	std::vector<VectorInput> positive, negative;
	Strategy strategy = kAverageVector;
};

struct ContextPair {
	VectorInput positive, negative;
};

struct DiscoverQuery {
	VectorInput target;
	std::vector<ContextPair> context;
};

struct ContextQuery {
	std::vector<ContextPair> context;
};

struct OrderByQuery {
	OrderBy order_by;
};

struct FusionQuery {
	enum Kind : uint8_t { kRrf, kDbsf };

	Kind kind = kRrf;
	uint64_t k = 2;              /* of kRrf */
	std::vector<double> weights; /* of kRrf; empty: all 1 */
};

struct SampleQuery {};

struct RelevanceFeedbackQuery {
	struct Item {
		VectorInput example;
		double score;
	};
	VectorInput target;
	std::vector<Item> feedback;
	double a = 0, b = 0, c = 0; /* strategy naive */
};

using Query = std::variant<NearestQuery, RecommendQuery, DiscoverQuery, ContextQuery, OrderByQuery, FusionQuery,
						   SampleQuery, FormulaQuery, RelevanceFeedbackQuery>;

struct LookupLocation {
	std::string collection;
	std::optional<std::string> vector;
	std::optional<ShardKeySelector> shard_key;
};

struct Prefetch {
	std::vector<Prefetch> prefetch;
	std::optional<Query> query;
	std::string using_vector;
	std::optional<Filter> filter;
	std::optional<SearchParams> params;
	std::optional<double> score_threshold;
	uint64_t limit = 10;
	std::optional<LookupLocation> lookup_from;
};

struct QueryRequest {
	std::vector<Prefetch> prefetch;
	std::optional<Query> query; /* none, and no prefetch: a scroll with score 1 */
	std::string using_vector;
	std::optional<Filter> filter;
	std::optional<SearchParams> params;
	std::optional<double> score_threshold;
	uint64_t limit = 10, offset = 0;
	PayloadSelection with_payload;
	VectorSelection with_vectors;
	std::optional<LookupLocation> lookup_from;
	std::optional<ShardKeySelector> shard_key;
};

struct WithLookup {
	std::string collection;
	PayloadSelection with_payload{PayloadSelection::kAll, {}};
	VectorSelection with_vectors;
};

struct QueryGroupsRequest {
	QueryRequest query; /* its limit is the number of groups */
	std::string group_by;
	uint64_t group_size = 3;
	std::optional<WithLookup> with_lookup;
};

using GroupId = std::variant<std::string, int64_t, uint64_t>;

struct PointGroup {
	GroupId id;
	std::vector<ScoredPoint> hits;
	std::optional<Record> lookup;
};

struct RetrieveRequest {
	std::vector<PointId> ids;
	PayloadSelection with_payload;
	VectorSelection with_vectors;
	std::optional<ShardKeySelector> shard_key;
};

struct ScrollRequest {
	std::optional<PointId> offset;
	uint64_t limit = 10;
	std::optional<Filter> filter;
	PayloadSelection with_payload{PayloadSelection::kAll, {}};
	VectorSelection with_vectors;
	std::optional<OrderBy> order_by;
	std::optional<ShardKeySelector> shard_key;
};

struct ScrollResult {
	std::vector<Record> points;
	std::optional<PointId> next_page_offset;
};

struct CountRequest {
	std::optional<Filter> filter;
	bool exact = true;
	std::optional<ShardKeySelector> shard_key;
};

struct FacetRequest {
	std::string key;
	uint64_t limit = 10;
	std::optional<Filter> filter;
	bool exact = false;
	std::optional<ShardKeySelector> shard_key;
};

struct FacetHit {
	std::variant<std::string, int64_t, bool> value;
	uint64_t count;
};

struct MatrixRequest {
	std::optional<Filter> filter;
	uint64_t sample = 10, limit = 3;
	std::string using_vector;
	std::optional<ShardKeySelector> shard_key;
};

struct MatrixRow {
	PointId id;
	std::vector<std::pair<PointId, float>> nearest;
};

} /* namespace vecext::model */
