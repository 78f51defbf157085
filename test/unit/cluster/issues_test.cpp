/*
 * issues_test.cpp: fields of filters that no index serves, and the list of issues.
 */
#include "collection/issues.h"

#include <gtest/gtest.h>

#include "api/rest/decode.h"

namespace vecext::collection {
namespace {

using model::PayloadFieldType;

model::Filter filter_of(const std::string &json)
{
	const std::string text = "{\"filter\":" + json + "}";
	api::rest::Body body(text);
	return *api::rest::decode_count(body.root()).filter;
}

shard::ShardSchema schema_with(const std::string &path, PayloadFieldType type)
{
	shard::ShardSchema schema;
	schema.payload_indexes[path].schema.type = type;
	return schema;
}

UnindexedTypes unindexed(const std::string &json, const shard::ShardSchema &schema = {})
{
	UnindexedTypes fields;
	collect_unindexed(filter_of(json), schema, &fields);
	return fields;
}

TEST(Unindexed, NamesTheTypesThatWouldServe)
{
	const UnindexedTypes fields = unindexed(R"({"must": [{"key": "city", "match": {"value": "Rome"}},
		{"key": "n", "range": {"gt": 1}}, {"key": "at", "range": {"gt": "2024-01-01"}},
		{"key": "ok", "match": {"value": true}}, {"key": "text", "match": {"text": "a b"}},
		{"key": "place", "geo_radius": {"center": {"lon": 1, "lat": 2}, "radius": 3}}]})");
	EXPECT_EQ(fields.at("city"), (std::vector{PayloadFieldType::kKeyword, PayloadFieldType::kUuid}));
	EXPECT_EQ(fields.at("n"), (std::vector{PayloadFieldType::kInteger, PayloadFieldType::kFloat}));
	EXPECT_EQ(fields.at("at"), std::vector{PayloadFieldType::kDatetime});
	EXPECT_EQ(fields.at("ok"), std::vector{PayloadFieldType::kBool});
	EXPECT_EQ(fields.at("text"), std::vector{PayloadFieldType::kText});
	EXPECT_EQ(fields.at("place"), std::vector{PayloadFieldType::kGeo});
	EXPECT_EQ(fields.size(), 6u);
}

TEST(Unindexed, LeavesOutWhatAnIndexServes)
{
	const std::string filter = R"({"must": [{"key": "n", "range": {"gt": 1}}]})";
	EXPECT_TRUE(unindexed(filter, schema_with("n", PayloadFieldType::kFloat)).empty());
	EXPECT_EQ(unindexed(filter, schema_with("n", PayloadFieldType::kKeyword)).size(), 1u);
	EXPECT_TRUE(unindexed(R"({"must": [{"has_id": [1]}, {"is_empty": {"key": "a"}}]})").empty());
}

TEST(Unindexed, LooksIntoEveryClauseAndBelow)
{
	const UnindexedTypes fields = unindexed(R"({"should": [{"key": "a", "match": {"any": [1]}}],
		"must_not": [{"must": [{"key": "b", "match": {"except": ["x"]}}]}],
		"min_should": {"conditions": [{"key": "c", "match": {"value": 1}}], "min_count": 1},
		"must": [{"nested": {"key": "list", "filter": {"must": [{"key": "d", "match": {"value": 1}}]}}}]})");
	std::vector<std::string> names;
	for (const auto &[name, types] : fields)
		names.push_back(name);
	EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "c", "list[].d"}));
}

TEST(Issues, GoWhenTheirReasonGoes)
{
	Issues issues;
	issues.report("one", {{"a", {PayloadFieldType::kKeyword}}, {"b", {PayloadFieldType::kBool}}});
	issues.report("two", {{"a", {PayloadFieldType::kKeyword}}});
	ASSERT_EQ(issues.list().size(), 3u);
	const auto seen = issues.list()[0].seen;
	issues.report("one", {{"a", {PayloadFieldType::kKeyword}}});
	EXPECT_EQ(issues.list()[0].seen, seen);
	issues.resolve("one", "a");
	ASSERT_EQ(issues.list().size(), 2u);
	EXPECT_EQ(issues.list()[0].field, "b");
	issues.forget("one");
	ASSERT_EQ(issues.list().size(), 1u);
	EXPECT_EQ(issues.list()[0].collection, "two");
	issues.clear();
	EXPECT_TRUE(issues.list().empty());
}

TEST(Issues, AreBounded)
{
	Issues issues;
	for (size_t i = 0; i < kMaxIssues + 10; i++)
		issues.report("c", {{"f" + std::to_string(i), {PayloadFieldType::kKeyword}}});
	const auto all = issues.list();
	EXPECT_EQ(all.size(), kMaxIssues);
	EXPECT_TRUE(std::none_of(all.begin(), all.end(), [](const auto &issue) { return issue.field == "f0"; }));
}

} /* namespace */
} /* namespace vecext::collection */
