/*
 * strict_mode_test.cpp: limits of strict mode on searches, at every level of a
 * prefetch tree, and the texts that tell of them.
 */
#include <gtest/gtest.h>

#include "collection/strict_mode.h"
#include "model/error.h"

namespace vecext::collection {
namespace {

using model::QueryRequest;

model::Query nearest()
{
	return model::NearestQuery{model::VectorInput(model::Vector(model::DenseVector{1, 2})), {}};
}

model::Filter must_equal(const std::string &key, int conditions = 1)
{
	model::FieldCondition condition;
	condition.key = key;
	condition.match = model::MatchValue{true};
	return {std::vector<model::Condition>(static_cast<size_t>(conditions), condition), {}, {}, {}};
}

class StrictModeTest : public testing::Test {
protected:
	StrictModeTest()
	{
		config_.strict_mode.emplace().enabled = true;
		shard::VectorColumn column;
		column.column = "v1";
		column.params.size = 2;
		schema_.vectors.push_back(column);
	}

	model::StrictModeConfig &limits() { return *config_.strict_mode; }

	std::string refusal(const QueryRequest &request)
	{
		return told([&](const StrictMode &strict) { strict.check_search(request); });
	}

	std::string refusal(const model::QueryGroupsRequest &request)
	{
		return told([&](const StrictMode &strict) { strict.check_groups(request); });
	}

	/* What is said of a level that `change` makes bad: at the root, in a prefetch, in
	 * a prefetch of one. All the same, or the test fails. */
	template <class Change> std::string refusal_at_every_level(const Change &change)
	{
		std::string first;
		for (int depth = 0; depth < 3; depth++) {
			QueryRequest request;
			request.query = nearest();
			std::vector<model::Prefetch> *prefetches = &request.prefetch;
			if (depth == 0)
				change(request);
			for (int level = 1; level <= depth; level++) {
				model::Prefetch &prefetch = prefetches->emplace_back();
				prefetch.query = nearest();
				if (level == depth)
					change(prefetch);
				prefetches = &prefetch.prefetch;
			}
			const std::string text = refusal(request);
			EXPECT_NE(text, "") << depth;
			first = depth == 0 ? text : first;
			EXPECT_EQ(text, first) << depth;
		}
		return first;
	}

	model::CollectionConfig config_;
	shard::ShardSchema schema_;

private:
	template <class Check> std::string told(const Check &check)
	{
		try {
			check(StrictMode(config_, schema_));
		} catch (const model::Error &error) {
			return error.what();
		}
		return "";
	}
};

TEST_F(StrictModeTest, BoundsLimitsOfPrefetches)
{
	limits().max_query_limit = 20;
	EXPECT_EQ(
		refusal_at_every_level([](auto &level) { level.limit = 21; }),
		"Bad request: Limit exceeded 21 > 20 for \"limit\". Help: Reduce the \"limit\" parameter to or below 20.");
	QueryRequest request;
	request.query = model::FusionQuery();
	request.limit = 20;
	request.prefetch.resize(3);
	for (model::Prefetch &prefetch : request.prefetch) {
		prefetch.query = nearest();
		prefetch.limit = 20; /* one by one: they do not add up */
	}
	EXPECT_EQ(refusal(request), "");
}

TEST_F(StrictModeTest, BoundsFiltersOfPrefetches)
{
	limits().filter_max_conditions = 2;
	EXPECT_EQ(refusal_at_every_level([](auto &level) { level.filter = must_equal("a", 3); }).substr(0, 58),
			  "Bad request: Limit exceeded 3 > 2 for \"filter limit\". Help");
	limits().filter_max_conditions.reset();
	limits().unindexed_filtering_retrieve = false;
	EXPECT_EQ(refusal_at_every_level([](auto &level) { level.filter = must_equal("a"); }).substr(0, 86),
			  "Bad request: Index required but not found for \"a\" of one of the following types: [bool");
	limits().unindexed_filtering_retrieve.reset();
	limits().condition_max_size = 2;
	EXPECT_EQ(refusal_at_every_level([](auto &level) {
				  level.filter.emplace().must.push_back(model::HasIdCondition{{uint64_t(1), uint64_t(2), uint64_t(3)}});
			  }).substr(0, 55),
			  "Bad request: Limit exceeded 3 > 2 for \"condition limit\"");
}

TEST_F(StrictModeTest, BoundsParametersOfPrefetches)
{
	limits().search_max_hnsw_ef = 100;
	EXPECT_EQ(refusal_at_every_level([](auto &level) { level.params.emplace().hnsw_ef = 101; }).substr(0, 52),
			  "Bad request: Limit exceeded 101 > 100 for \"hnsw_ef\".");
	limits().search_max_oversampling = 1.5;
	EXPECT_EQ(refusal_at_every_level([](auto &level) {
				  level.params.emplace().quantization.emplace().oversampling = 2;
			  }).substr(0, 57),
			  "Bad request: Limit exceeded 2.0 > 1.5 for \"oversampling\".");
	limits().search_allow_exact = false;
	EXPECT_EQ(refusal_at_every_level([](auto &level) { level.params.emplace().exact = true; }),
			  "Bad request: Exact search disabled. Help: Set \"exact\"=false.");
}

TEST_F(StrictModeTest, RefusesLeavesWithoutAnIndex)
{
	limits().search_allow_exact = false;
	schema_.vectors[0].hnsw.m = 0;
	QueryRequest request;
	request.query = model::FusionQuery(); /* compares no vectors itself */
	request.prefetch.resize(1);
	request.prefetch[0].query = model::SampleQuery();
	EXPECT_EQ(refusal(request), "");
	request.prefetch[0].query = nearest();
	EXPECT_NE(refusal(request).find("global vector indexing is disabled"), std::string::npos) << refusal(request);
	schema_.vectors[0].hnsw.payload_m = 16;
	EXPECT_EQ(refusal(request), "");
}

TEST_F(StrictModeTest, CountsGroupsTimesTheirSize)
{
	limits().max_query_limit = 20;
	model::QueryGroupsRequest request;
	request.query.query = nearest();
	request.query.limit = 10;
	request.group_size = 2;
	request.group_by = "g";
	EXPECT_EQ(refusal(request), "");
	request.group_size = 3;
	EXPECT_EQ(refusal(request).substr(0, 50), "Bad request: Limit exceeded 30 > 20 for \"limit\". H");
	request.group_size = 1;
	limits().unindexed_filtering_retrieve = false;
	EXPECT_EQ(
		refusal(request).substr(0, 104),
		"Bad request: Index required but not found for \"g\" of one of the following types: [keyword, integer, uuid");
}

TEST_F(StrictModeTest, IsOffUntilItIsEnabled)
{
	limits().enabled = false;
	limits().max_query_limit = 1;
	QueryRequest request;
	request.query = nearest();
	EXPECT_EQ(refusal(request), "");
	limits().enabled.reset();
	EXPECT_EQ(refusal(request), "");
}

} /* namespace */
} /* namespace vecext::collection */
