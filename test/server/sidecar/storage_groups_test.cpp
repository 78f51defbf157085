/*
 * storage_groups_test.cpp: searches in groups on a real PostgreSQL against groups of
 * the whole ranking, computed here: by integers, strings, arrays and fields of mixed
 * values, with points that have none; on one shard and on three, before and after the
 * field has an index; by an hnsw index; with lookups and selections.
 */
#include "storage_fixture.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace vecext {
namespace {

using model::DenseVector;
using model::Distance;
using model::GroupId;
using model::PayloadFieldType;
using model::PointId;

constexpr size_t kDimensions = 4;

DenseVector row(uint64_t i)
{
	DenseVector v(kDimensions);
	for (size_t k = 0; k < kDimensions; k++)
		v[k] = std::sin(static_cast<float>(i * (2 * k + 3)));
	return v;
}

/* The values of a point's fields that make groups. */
struct Fields {
	std::map<std::string, std::vector<GroupId>> groups;
	std::string json;
};

std::string number(uint64_t n)
{
	return std::to_string(n);
}

Fields fields_of(uint64_t i)
{
	if (i % 6 == 0)
		return {{}, R"({"other": 1, "tags": [], "mixed": null})"};
	const auto integer = static_cast<int64_t>(i % 17);
	const std::string word = "w" + number(i % 11), tag = "t" + number(i % 5);
	Fields fields;
	fields.groups["integer"] = {integer};
	fields.groups["word"] = {word};
	fields.groups["tags"] = {tag, "all"};
	fields.groups["deep.at"] = {word};
	fields.json = R"({"integer": )" + std::to_string(integer) + R"(, "word": ")" + word + R"(", "tags": [")" + tag +
				  R"(", "all", ")" + tag + R"("], "deep": {"at": ")" + word + "\"}, \"mixed\": ";
	if (i % 4 == 0) {
		fields.groups["mixed"] = {integer};
		fields.json += std::to_string(integer);
	} else if (i % 4 == 1) {
		fields.groups["mixed"] = {word, integer};
		fields.json += "[\"" + word + "\", true, " + std::to_string(integer) + "]";
	} else {
		fields.json += i % 4 == 2 ? "1.5" : "{\"a\": 1}"; /* neither makes a group */
	}
	fields.json += "}";
	return fields;
}

using Groups = std::vector<std::pair<GroupId, std::vector<uint64_t>>>;

/* By the whole ranking; a point's groups that begin with it come by their values. */
Groups all_ranked(uint64_t points, const DenseVector &query, const std::string &field, uint64_t limit, uint64_t size)
{
	const auto distance = [&](uint64_t id) {
		const DenseVector v = row(id);
		double sum = 0;
		for (size_t k = 0; k < kDimensions; k++)
			sum += (double(v[k]) - query[k]) * (double(v[k]) - query[k]);
		return sum;
	};
	std::vector<uint64_t> ranking(points);
	for (uint64_t i = 0; i < points; i++)
		ranking[i] = i + 1;
	std::sort(ranking.begin(), ranking.end(), [&](uint64_t a, uint64_t b) { return distance(a) < distance(b); });
	Groups groups;
	for (const uint64_t id : ranking) {
		std::vector<GroupId> values = fields_of(id).groups[field];
		std::sort(values.begin(), values.end());
		for (const GroupId &value : values) {
			auto group = std::find_if(groups.begin(), groups.end(), [&](const auto &g) { return g.first == value; });
			if (group == groups.end() && groups.size() == limit)
				continue;
			if (group == groups.end())
				group = groups.insert(groups.end(), {value, {}});
			if (group->second.size() < size)
				group->second.push_back(id);
		}
	}
	return groups;
}

Groups shown(const std::vector<model::PointGroup> &groups)
{
	Groups list;
	for (const model::PointGroup &group : groups) {
		list.push_back({group.id, {}});
		for (const model::ScoredPoint &hit : group.hits)
			list.back().second.push_back(std::get<uint64_t>(hit.id));
	}
	return list;
}

model::QueryGroupsRequest request_of(const DenseVector &query, const std::string &field, uint64_t limit, uint64_t size)
{
	model::QueryGroupsRequest request;
	request.query = nearest(vector(query), "", limit);
	request.group_by = field;
	request.group_size = size;
	return request;
}

class StorageGroups : public EmptyStorage {
protected:
	/* Points 1..n. */
	void fill(const std::string &name, uint32_t shards, uint64_t points)
	{
		model::CreateCollection create;
		create.vectors[""] = dense(kDimensions, Distance::kEuclid);
		create.shard_number = shards;
		create.hnsw.emplace().full_scan_threshold = 1;
		create.optimizers.emplace().indexing_threshold = points > 1000 ? 1 : 100000;
		dispatcher_.create_collection(name, create);
		std::vector<model::Point> rows;
		for (uint64_t i = 1; i <= points; i++)
			rows.push_back(point(i, {{"", row(i)}}, fields_of(i).json));
		dispatcher_.update(name, upsert(rows), kWait);
	}

	void index(const std::string &name, const std::string &field, PayloadFieldType type)
	{
		dispatcher_.create_field_index(name, field, field_of(type), kWait);
	}

	Groups grouped(const std::string &name, const model::QueryGroupsRequest &request)
	{
		return shown(dispatcher_.query_groups(name, request, kRead));
	}

	void expect_ranked(const std::string &name, uint64_t points)
	{
		for (const char *field : {"integer", "word", "tags", "mixed", "deep.at", "nowhere"})
			for (const auto &[limit, size] : {std::pair<uint64_t, uint64_t>{1, 1}, {3, 4}, {10, 3}, {40, 2}})
				EXPECT_EQ(grouped(name, request_of(row(5 * limit), field, limit, size)),
						  all_ranked(points, row(5 * limit), field, limit, size))
					<< name << " " << field << " " << limit << " x " << size;
	}
};

TEST_F(StorageGroups, AreThoseOfTheWholeRanking)
{
	constexpr uint64_t points = 300;
	fill("one", 1, points);
	fill("three", 3, points);
	for (const char *name : {"one", "three"}) {
		expect_ranked(name, points);
		index(name, "integer", PayloadFieldType::kInteger);
		index(name, "word", PayloadFieldType::kKeyword);
		index(name, "tags", PayloadFieldType::kKeyword);
		index(name, "mixed", PayloadFieldType::kKeyword);
		expect_ranked(name, points);
	}
}

TEST_F(StorageGroups, KeepFiltersAndSelections)
{
	fill("items", 1, 200);
	model::QueryGroupsRequest request = request_of(row(3), "word", 4, 2);
	request.query.filter = must({equals("integer", int64_t(3))});
	request.query.with_payload = {model::PayloadSelection::kInclude, {"integer"}};
	request.query.with_vectors.kind = model::VectorSelection::kAll;
	const auto groups = dispatcher_.query_groups("items", request, kRead);
	ASSERT_EQ(groups.size(), 4u);
	for (const model::PointGroup &group : groups)
		for (const model::ScoredPoint &hit : group.hits) {
			const uint64_t id = std::get<uint64_t>(hit.id);
			EXPECT_EQ(id % 17, 3u);
			EXPECT_EQ(*hit.payload, R"({"integer": 3})");
			EXPECT_EQ(std::get<DenseVector>(hit.vectors->at(0).second), row(id));
		}
	request.query.score_threshold = 0.5; /* a distance: only nearer ones */
	for (const model::PointGroup &group : dispatcher_.query_groups("items", request, kRead))
		for (const model::ScoredPoint &hit : group.hits)
			EXPECT_LT(hit.score, 0.5f);
}

TEST_F(StorageGroups, LookUpWhatTheirIdsName)
{
	fill("items", 1, 100);
	fill("documents", 1, 5); /* there is no document 0, and none beyond 5 */
	model::QueryGroupsRequest request = request_of(row(1), "integer", 17, 1);
	request.with_lookup = model::WithLookup{"documents", {model::PayloadSelection::kInclude, {"word"}}, {}};
	const auto groups = dispatcher_.query_groups("items", request, kRead);
	ASSERT_EQ(groups.size(), 17u);
	for (const model::PointGroup &group : groups) {
		const int64_t id = std::get<int64_t>(group.id);
		ASSERT_EQ(group.lookup.has_value(), id >= 1 && id <= 5) << id;
		if (group.lookup) {
			EXPECT_EQ(group.lookup->id, PointId(static_cast<uint64_t>(id)));
			EXPECT_EQ(*group.lookup->payload, "{\"word\": \"w" + std::to_string(id) + "\"}");
		}
	}
	request.with_lookup->collection = "nowhere";
	EXPECT_EQ(error_of([&] { dispatcher_.query_groups("items", request, kRead); }),
			  "Not found: Collection nowhere not found");
}

TEST_F(StorageGroups, ByAnIndexFindMostOfTheWholeRanking)
{
	constexpr uint64_t points = 3000;
	fill("items", 1, points);
	size_t wanted = 0, found = 0;
	for (uint64_t q = 1; q <= 20; q++) {
		model::QueryGroupsRequest request = request_of(row(1000 + 13 * q), "word", 8, 3);
		request.query.params.emplace().hnsw_ef = 200;
		const Groups groups = grouped("items", request);
		for (const auto &[id, hits] : all_ranked(points, row(1000 + 13 * q), "word", 8, 3)) {
			const auto same = std::find_if(groups.begin(), groups.end(), [&](const auto &g) { return g.first == id; });
			for (const uint64_t hit : hits) {
				wanted++;
				found += same != groups.end() && std::count(same->second.begin(), same->second.end(), hit) > 0;
			}
		}
	}
	EXPECT_EQ(wanted, 20u * 24u);
	EXPECT_GE(static_cast<double>(found), 0.95 * static_cast<double>(wanted));
}

TEST_F(StorageGroups, FollowAnOrder)
{
	fill("items", 1, 60);
	index("items", "integer", PayloadFieldType::kInteger);
	model::QueryGroupsRequest request;
	request.query.query = model::OrderByQuery{{"integer", model::OrderDirection::kDescending, {}}};
	request.query.limit = 3;
	request.group_by = "integer";
	request.group_size = 2;
	/* By descending value, ties by descending id. */
	EXPECT_EQ(grouped("items", request),
			  (Groups{{int64_t(16), {50, 33}}, {int64_t(15), {49, 32}}, {int64_t(14), {31, 14}}}));
}

} /* namespace */
} /* namespace vecext */
