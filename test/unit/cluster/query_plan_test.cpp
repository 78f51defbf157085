/*
 * query_plan_test.cpp: queries before and after the shards are asked: their checks,
 * the stages they become, the vectors they score by, fusion and diversity.
 */
#include <gtest/gtest.h>

#include <cmath>

#include "collection/query/filters.h"
#include "collection/query/fusion.h"
#include "collection/query/mmr.h"
#include "collection/query/plan.h"
#include "collection/query/scorer.h"
#include "model/error.h"
#include "shard/vector_sql.h"

namespace vecext {
namespace {

using collection::queries::chosen_by_mmr;
using collection::queries::fused;
using collection::queries::Plan;
using collection::queries::PointVectors;
using collection::queries::QueryInputs;
using collection::queries::ScoredList;
using model::DenseVector;
using model::PointId;
using model::QueryRequest;

template <class Work> std::string error_of(Work &&work)
{
	try {
		work();
	} catch (const model::Error &error) {
		return error.what();
	}
	return "";
}

model::VectorInput vector(DenseVector values)
{
	return model::Vector(std::move(values));
}

model::VectorInput id(uint64_t number)
{
	return PointId(number);
}

model::Query nearest(model::VectorInput input)
{
	return model::NearestQuery{std::move(input), {}};
}

model::Prefetch prefetch(std::optional<model::Query> query)
{
	model::Prefetch level;
	level.query = std::move(query);
	return level;
}

QueryRequest request(std::optional<model::Query> query, std::vector<model::Prefetch> prefetches = {})
{
	QueryRequest level;
	level.query = std::move(query);
	level.prefetch = std::move(prefetches);
	return level;
}

model::Condition equals(const std::string &key)
{
	model::FieldCondition condition;
	condition.key = key;
	condition.match = model::MatchValue{true};
	return condition;
}

model::Filter must(const std::string &key)
{
	return {{equals(key)}, {}, {}, {}};
}

shard::ShardSchema schema_of(model::Distance distance = model::Distance::kDot)
{
	shard::ShardSchema schema;
	shard::VectorColumn vector;
	vector.column = "v1";
	vector.params.size = 2;
	vector.params.distance = distance;
	schema.vectors = {vector};
	return schema;
}

/* Point n has the vector (n, 0); points from 100 on have none; from 200 on they are
 * missing. Collection "here" is the searched one. */
struct Lookups {
	std::vector<std::string> reads;

	collection::queries::PointLookup lookup()
	{
		return {[this](const std::string *name, const std::string &vector, const std::vector<PointId> &ids) {
					reads.push_back((name ? *name : "") + "/" + vector + "/" + std::to_string(ids.size()));
					PointVectors vectors;
					for (const PointId &id : ids) {
						const uint64_t number = std::get<uint64_t>(id);
						if (number >= 200)
							throw model::point_not_found(model::to_string(id));
						if (number < 100)
							vectors[id] = {static_cast<float>(number), 0};
					}
					return vectors;
				},
				[](const std::string &name) { return name == "here"; }};
	}
};

Plan plan_of(const std::vector<QueryRequest> &requests, const shard::ShardSchema &schema)
{
	Lookups lookups;
	for (const QueryRequest &request : requests)
		collection::queries::check_request(request);
	return collection::queries::plan_queries(requests, QueryInputs(requests, lookups.lookup()), schema);
}

std::string error_of_request(const QueryRequest &request)
{
	return error_of([&] { plan_of({request}, schema_of()); });
}

TEST(QueryPlan, ChecksEachLevel)
{
	const model::Query rrf = model::FusionQuery{};
	const std::string no_query =
		"Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.";
	EXPECT_EQ(error_of_request(request({}, {prefetch(nearest(vector({1, 2})))})), no_query);
	model::Prefetch nested = prefetch({});
	nested.prefetch = {prefetch({})};
	EXPECT_EQ(error_of_request(request(rrf, {nested})), no_query);
	EXPECT_EQ(error_of_request(request(rrf)), "Wrong input: Validation failed: cannot apply Fusion without prefetches");
	EXPECT_EQ(error_of_request(request(model::FormulaQuery{})),
			  "Wrong input: Validation failed: cannot apply Formula without prefetches");

	QueryRequest fusion = request(rrf, {prefetch({})});
	EXPECT_EQ(error_of_request(fusion), "");
	fusion.using_vector = "v";
	EXPECT_EQ(error_of_request(fusion), "Bad request: Fusion queries cannot be combined with the 'using' field.");
	model::FusionQuery weighted;
	weighted.weights = {1, 2, 3};
	EXPECT_EQ(error_of_request(request(weighted, {prefetch({})})),
			  "Wrong input: The number of weights (3) must match the number of prefetches (1)");

	QueryRequest threshold = request({});
	threshold.score_threshold = 0;
	EXPECT_EQ(error_of_request(threshold), "Bad request: A query is needed to use the score_threshold. Can't have "
										   "score_threshold without defining a query.");
	threshold.query = model::OrderByQuery{};
	EXPECT_EQ(error_of_request(threshold), "Bad request: Can't use score_threshold with an order_by query.");
	threshold.query = nearest(vector({1, 2}));
	EXPECT_EQ(error_of_request(threshold), "");
}

TEST(QueryPlan, NestsUpTo64Prefetches)
{
	model::Prefetch level = prefetch(nearest(vector({1, 2})));
	for (int depth = 1; depth < 64; depth++) {
		model::Prefetch above = prefetch(nearest(vector({1, 2})));
		above.prefetch = {std::move(level)};
		level = std::move(above);
	}
	const QueryRequest deepest = request(nearest(vector({1, 2})), {level});
	const shard::ShardSchema schema = schema_of();
	const Plan plan = plan_of({deepest}, schema);
	EXPECT_EQ(plan.stages.size(), 65u);
	EXPECT_EQ(plan.stages.at(plan.roots.at(0)).height, 64u);
	model::Prefetch above = prefetch(nearest(vector({1, 2})));
	above.prefetch = {level};
	EXPECT_EQ(error_of_request(request(nearest(vector({1, 2})), {above})),
			  "Wrong input: Validation failed: prefetches depth 65 exceeds max depth 64");
}

TEST(QueryPlan, StagesFollowTheirSources)
{
	model::Prefetch middle = prefetch(nearest(vector({1, 2})));
	middle.prefetch = {prefetch({}), prefetch(nearest(vector({3, 4})))};
	const shard::ShardSchema schema = schema_of();
	QueryRequest paged = request(model::FusionQuery{}, {prefetch(model::SampleQuery{}), middle});
	paged.offset = 7;
	paged.with_payload.kind = model::PayloadSelection::kAll;
	QueryRequest sample = request(model::SampleQuery{});
	sample.offset = 7;
	const Plan plan = plan_of({paged, sample}, schema);
	ASSERT_EQ(plan.stages.size(), 6u);
	EXPECT_EQ(plan.roots, (std::vector<size_t>{4, 5}));
	EXPECT_EQ(plan.stages[4].sources, (std::vector<size_t>{0, 3}));
	EXPECT_EQ(plan.stages[3].sources, (std::vector<size_t>{1, 2}));
	EXPECT_EQ(plan.stages[4].height, 2u);
	EXPECT_EQ(plan.stages[4].offset, 7u);
	EXPECT_EQ(plan.stages[4].selection.payload.kind, model::PayloadSelection::kAll);
	EXPECT_EQ(plan.stages[3].selection.payload.kind, model::PayloadSelection::kNone);
	EXPECT_EQ(plan.stages[5].offset, 0u) << "a sample has no pages";
}

TEST(QueryPlan, PushesFiltersDownAndExcludesExamples)
{
	model::RecommendQuery recommend;
	recommend.positive = {id(3), id(1)};
	recommend.negative = {id(101)};
	model::Prefetch inner = prefetch(recommend), elsewhere = prefetch(nearest(id(9)));
	inner.filter = must("inner");
	elsewhere.lookup_from = model::LookupLocation{"other", {}, {}};
	QueryRequest root = request(nearest(id(2)), {inner, elsewhere});
	root.filter = must("root");
	const shard::ShardSchema schema = schema_of();
	const Plan plan = plan_of({root}, schema);
	const model::Filter &of_inner = *plan.stages.at(0).filter, &of_root = *plan.stages.at(2).filter;
	EXPECT_EQ(of_root.must.size(), 1u);
	EXPECT_EQ(of_inner.must.size(), 2u);
	for (const auto &stage : plan.stages) {
		ASSERT_EQ(stage.filter->must_not.size(), 1u);
		EXPECT_EQ(std::get<model::HasIdCondition>(stage.filter->must_not[0]).ids,
				  (std::vector<PointId>{uint64_t(1), uint64_t(2), uint64_t(3), uint64_t(101)}));
	}
}

TEST(QueryPlan, MergesFiltersClauseByClause)
{
	using collection::queries::merged;
	model::Filter above{{equals("a")}, {equals("b")}, {equals("c")}, model::MinShould{{equals("d")}, 1}};
	model::Filter own{{equals("e")}, {equals("f")}, {}, model::MinShould{{equals("g"), equals("h")}, 2}};
	const auto both = merged(above, own);
	EXPECT_EQ(both->must.size(), 2u);
	EXPECT_EQ(both->should.size(), 2u);
	EXPECT_EQ(both->must_not.size(), 1u);
	EXPECT_EQ(both->min_should->conditions.size(), 3u);
	EXPECT_EQ(both->min_should->min_count, 2u);
	EXPECT_FALSE(merged({}, {}).has_value());
	EXPECT_EQ(merged({}, own)->must.size(), 1u);
}

TEST(QueryInputs, AreReadOnceForEachPlace)
{
	QueryRequest first = request(nearest(id(1)), {prefetch(nearest(id(2)))}), second = request(nearest(id(1)));
	second.lookup_from = model::LookupLocation{"other", "w", {}};
	QueryRequest third = request(nearest(id(5)));
	third.lookup_from = model::LookupLocation{"here", {}, {}};
	Lookups lookups;
	const std::vector<QueryRequest> requests = {first, second, third};
	const QueryInputs inputs(requests, lookups.lookup());
	EXPECT_EQ(lookups.reads, (std::vector<std::string>{"//3", "other/w/1"}));
	EXPECT_EQ(inputs.referenced_ids(first), (std::vector<PointId>{uint64_t(1), uint64_t(2)}));
	EXPECT_TRUE(inputs.referenced_ids(second).empty());
	EXPECT_EQ(inputs.referenced_ids(third).size(), 1u);
	EXPECT_EQ(error_of_request(request(nearest(id(200)))), "Not found: No point with id 200 found");
	EXPECT_EQ(error_of_request(request(nearest(id(100)))), "Not found: Vector with name \"\" for point");
	EXPECT_EQ(error_of_request(request(nearest(model::Vector(model::SparseVector{})))),
			  "Wrong input: Searching sparse vectors is not supported by this version of vecext");
}

shard::VectorScorer scorer_of(const model::Query &query, model::Distance distance)
{
	const shard::ShardSchema schema = schema_of(distance);
	Lookups lookups;
	const std::vector<QueryRequest> requests = {request(query)};
	const QueryInputs inputs(requests, lookups.lookup());
	return collection::queries::scorer_of(query, {inputs, requests[0].lookup_from, schema.vectors[0]});
}

TEST(QueryScorer, AveragesExamples)
{
	model::RecommendQuery query;
	query.positive = {vector({1, 2}), vector({3, 4}), id(100)};
	EXPECT_EQ(std::get<DenseVector>(scorer_of(query, model::Distance::kDot)), (DenseVector{2, 3}));
	query.negative = {vector({1, 1}), vector({1, 3})};
	EXPECT_EQ(std::get<DenseVector>(scorer_of(query, model::Distance::kDot)), (DenseVector{3, 4}));
	EXPECT_EQ(std::get<DenseVector>(scorer_of(query, model::Distance::kCosine)), (DenseVector{0.6f, 0.8f}));
	query.positive = {id(100)};
	EXPECT_EQ(error_of_request(request(query)),
			  "Wrong input: Validation failed: Positive vectors should not be empty with `average` strategy");
	query.positive = {vector({1, 2, 3})};
	EXPECT_EQ(error_of_request(request(query)), "Wrong input: Vector dimension error: expected dim: 2, got 3");
}

TEST(QueryScorer, KeepsExamplesInStoredForm)
{
	model::RecommendQuery query;
	query.strategy = model::RecommendQuery::kBestScore;
	query.negative = {vector({3, 4}), id(100)};
	const auto best = std::get<shard::BestScore>(scorer_of(query, model::Distance::kCosine));
	EXPECT_TRUE(best.positive.empty());
	EXPECT_EQ(best.negative, (std::vector<DenseVector>{{0.6f, 0.8f}}));
	query.negative = {id(100)};
	EXPECT_EQ(error_of_request(request(query)),
			  "Bad request: At least one positive or negative vector ID required with this strategy");
	const model::DiscoverQuery discover{vector({1, 0}), {{id(3), vector({0, 2})}}};
	const auto pairs = std::get<shard::Discovery>(scorer_of(discover, model::Distance::kDot));
	EXPECT_EQ(pairs.positive, (std::vector<DenseVector>{{3, 0}}));
	EXPECT_EQ(pairs.negative, (std::vector<DenseVector>{{0, 2}}));
}

TEST(QueryScorer, BecomesSql)
{
	const model::VectorParams params = schema_of().vectors[0].params;
	postgres::Parameters parameters({1, 2});
	const auto sql = [&](const shard::VectorScorer &scorer, shard::Evaluated evaluated) {
		return shard::scorer_sql(params, scorer, evaluated, &parameters);
	};
	EXPECT_EQ(sql(DenseVector{1, 2}, shard::Evaluated::kOnce), "$1::vector");
	EXPECT_EQ(sql(shard::BestScore{{{1, 2}}, {}}, shard::Evaluated::kInPlace),
			  "vecquery_best_score($2::vector[], $3::vector[])");
	EXPECT_EQ(sql(shard::Feedback{{1, 2}, {{3, 4}}, {0.5}, 1, 2, 3}, shard::Evaluated::kOnce),
			  "(SELECT vecquery_feedback($4::vector, $5::vector[], $6::float8[], $7::float8, $8::float8, $9::float8))");
	EXPECT_EQ(shard::score_of(params, shard::SumScores{}, -1.5), 1.5f);
	model::VectorParams wide = params;
	wide.size = 20000;
	EXPECT_NE(error_of([&] {
				  shard::scorer_sql(wide, shard::SumScores{}, shard::Evaluated::kOnce, &parameters);
			  }).find("not supported"),
			  std::string::npos);
}

/* ---- lists ---- */

ScoredList list(std::initializer_list<std::pair<uint64_t, float>> points)
{
	ScoredList list;
	for (const auto &[number, score] : points) {
		list.emplace_back().id = number;
		list.back().score = score;
	}
	return list;
}

std::vector<uint64_t> numbers(const ScoredList &points)
{
	std::vector<uint64_t> numbers;
	for (const auto &point : points)
		numbers.push_back(std::get<uint64_t>(point.id));
	return numbers;
}

TEST(QueryFusion, AddsReciprocalRanks)
{
	const std::vector<ScoredList> lists = {list({{1, 9}, {2, 8}, {3, 7}}), list({{3, 1}, {4, 0}})};
	ScoredList points = fused({}, lists);
	EXPECT_EQ(numbers(points), (std::vector<uint64_t>{3, 1, 4, 2})) << "equal scores by descending id";
	EXPECT_FLOAT_EQ(points[0].score, 1.0f / 4 + 1.0f / 2);
	EXPECT_FLOAT_EQ(points[1].score, 0.5f);
	model::FusionQuery query;
	query.k = 60;
	query.weights = {2, 0};
	points = fused(query, lists);
	EXPECT_EQ(numbers(points), (std::vector<uint64_t>{1, 2, 3, 4}));
	EXPECT_FLOAT_EQ(points[0].score, 1.0f / (0.5f + 59));
	EXPECT_EQ(points[3].score, 0);
	EXPECT_TRUE(fused(query, {{}, {}}).empty());
}

TEST(QueryFusion, MapsDistributions)
{
	model::FusionQuery query;
	query.kind = model::FusionQuery::kDbsf;
	const ScoredList points = fused(query, {list({{1, 1}, {2, 3}}), list({{1, 5}}), list({{2, 4}, {3, 4}}), {}});
	ASSERT_EQ(numbers(points), (std::vector<uint64_t>{2, 1, 3}));
	const float deviation = std::sqrt(2.0f);
	EXPECT_FLOAT_EQ(points[0].score, 0.5f + 1 / (6 * deviation) + 0.5f);
	EXPECT_FLOAT_EQ(points[1].score, 0.5f - 1 / (6 * deviation) + 0.5f);
	EXPECT_FLOAT_EQ(points[2].score, 0.5f);
}

TEST(QueryMmr, PrefersWhatIsUnlikeTheChosen)
{
	const shard::ShardSchema schema = schema_of(model::Distance::kEuclid);
	const auto chosen = [&](float diversity, uint64_t n) {
		ScoredList candidates = list({{1, 1}, {2, 1.1f}, {3, 3}});
		const DenseVector vectors[] = {{1, 0}, {1.1f, 0}, {-3, 0}};
		for (size_t i = 0; i < 3; i++)
			candidates[i].vectors = model::NamedVectors{{"", vectors[i]}};
		return chosen_by_mmr({{&schema.vectors[0], DenseVector{0, 0}}, diversity, 3}, candidates, n,
							 postgres::kNoDeadline);
	};
	EXPECT_EQ(numbers(chosen(0, 3)), (std::vector<uint64_t>{1, 2, 3}));
	EXPECT_EQ(numbers(chosen(1, 3)), (std::vector<uint64_t>{1, 3, 2}));
	EXPECT_EQ(numbers(chosen(1, 2)), (std::vector<uint64_t>{1, 3}));
	EXPECT_EQ(chosen(0.5f, 1).at(0).score, 1);
	EXPECT_FALSE(chosen(0.5f, 1).at(0).vectors.has_value());
	EXPECT_TRUE(
		chosen_by_mmr({{&schema.vectors[0], DenseVector{0, 0}}, 0.5f, 3}, {}, 5, postgres::kNoDeadline).empty());
}

TEST(QueryMmr, EndsWithTheDeadline)
{
	const shard::ShardSchema schema = schema_of();
	ScoredList candidates(100);
	for (auto &candidate : candidates)
		candidate.vectors = model::NamedVectors{{"", DenseVector{1, 0}}};
	const collection::queries::MmrStep step{{&schema.vectors[0], DenseVector{1, 0}}, 0.5, 100};
	EXPECT_EQ(chosen_by_mmr(step, candidates, 100, postgres::kNoDeadline).size(), 100u);
	const auto past = std::chrono::steady_clock::now() - std::chrono::seconds(1);
	EXPECT_EQ(error_of([&] { chosen_by_mmr(step, candidates, 100, past); }),
			  "Timeout: choosing diverse points took too long");
}

} /* namespace */
} /* namespace vecext */
