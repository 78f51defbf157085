/*
 * group_test.cpp: searches in groups against a small world of points, where every
 * plain query is exact: the groups must be those of the whole ranking.
 */
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "collection/grouping/group_search.h"
#include "model/error.h"

namespace vecext {
namespace {

using collection::Walks;
using model::GroupId;
using model::PointId;
using model::ScoredPoint;

bool better(const ScoredPoint &a, const ScoredPoint &b)
{
	return a.score != b.score ? a.score > b.score : b.id < a.id;
}

struct Item {
	uint64_t id;
	float score;
	std::vector<GroupId> groups;
};

std::string json_of(const GroupId &id)
{
	const auto *text = std::get_if<std::string>(&id);
	return text ? "\"" + *text + "\"" : std::to_string(std::get<int64_t>(id));
}

ScoredPoint hit_of(const Item &item)
{
	ScoredPoint hit;
	hit.id = item.id;
	hit.score = item.score;
	hit.payload = "{\"g\": [";
	for (size_t i = 0; i < item.groups.size(); i++)
		*hit.payload += (i ? ", " : "") + json_of(item.groups[i]);
	*hit.payload += "]}";
	return hit;
}

/* Answers the plain queries of a search in groups; knows the filters that it makes. */
class World {
public:
	explicit World(std::vector<Item> items) : items_(std::move(items)) {}

	std::vector<ScoredPoint> operator()(const model::QueryRequest &query, const model::Filter *sieve)
	{
		queries++;
		std::vector<Item> found;
		for (const Item &item : items_)
			if (!query.filter || passes(item, *query.filter))
				found.push_back(item);
		std::sort(found.begin(), found.end(),
				  [](const Item &a, const Item &b) { return better(hit_of(a), hit_of(b)); });
		if (found.size() > query.limit)
			found.resize(query.limit);
		std::vector<ScoredPoint> hits;
		for (const Item &item : found)
			if (!sieve || passes(item, *sieve))
				hits.push_back(hit_of(item));
		return hits;
	}

	int queries = 0;

private:
	static bool holds(const Item &item, const model::Condition &condition)
	{
		if (const auto *ids = std::get_if<model::HasIdCondition>(&condition))
			return std::find(ids->ids.begin(), ids->ids.end(), PointId(item.id)) != ids->ids.end();
		if (std::holds_alternative<model::IsEmptyCondition>(condition))
			return item.groups.empty();
		if (const auto *filter = std::get_if<std::shared_ptr<const model::Filter>>(&condition))
			return passes(item, **filter);
		const auto &field = std::get<model::FieldCondition>(condition);
		const auto *any = std::get_if<model::MatchAny>(&*field.match);
		const auto *except = std::get_if<model::MatchExcept>(&*field.match);
		return std::any_of(item.groups.begin(), item.groups.end(),
						   [&](const GroupId &group) { return any ? is_in(*any, group) : !is_in(*except, group); });
	}

	template <class Values> static bool is_in(const Values &values, const GroupId &group)
	{
		if (const auto *text = std::get_if<std::string>(&group))
			return std::find(values.strings.begin(), values.strings.end(), *text) != values.strings.end();
		return std::find(values.integers.begin(), values.integers.end(), std::get<int64_t>(group)) !=
			   values.integers.end();
	}

	static bool passes(const Item &item, const model::Filter &filter)
	{
		const auto holds_for = [&](const model::Condition &condition) { return holds(item, condition); };
		return std::all_of(filter.must.begin(), filter.must.end(), holds_for) &&
			   std::none_of(filter.must_not.begin(), filter.must_not.end(), holds_for) &&
			   (filter.should.empty() || std::any_of(filter.should.begin(), filter.should.end(), holds_for));
	}

	std::vector<Item> items_;
};

model::QueryGroupsRequest request_of(uint64_t groups, uint64_t size)
{
	model::QueryGroupsRequest request;
	request.query.limit = groups;
	request.group_by = "g";
	request.group_size = size;
	return request;
}

std::string text_of(const std::vector<model::PointGroup> &groups)
{
	std::string text;
	for (const model::PointGroup &group : groups) {
		text += json_of(group.id) + ":";
		for (const ScoredPoint &hit : group.hits)
			text += " " + model::to_string(hit.id);
		text += "; ";
	}
	return text;
}

/* The groups by looking at the whole ranking. */
std::string all_ranked(std::vector<Item> items, uint64_t groups, uint64_t size)
{
	std::sort(items.begin(), items.end(), [](const Item &a, const Item &b) { return better(hit_of(a), hit_of(b)); });
	std::vector<model::PointGroup> found;
	for (const Item &item : items) {
		std::vector<GroupId> ids = item.groups;
		std::sort(ids.begin(), ids.end());
		for (const GroupId &id : ids) {
			auto group = std::find_if(found.begin(), found.end(), [&](const auto &g) { return g.id == id; });
			if (group == found.end() && found.size() == groups)
				continue;
			if (group == found.end())
				group = found.insert(found.end(), model::PointGroup{id, {}, {}});
			if (group->hits.size() < size)
				group->hits.push_back(hit_of(item));
		}
	}
	return text_of(found);
}

std::string searched(World &world, uint64_t groups, uint64_t size, Walks walks = Walks::kNo)
{
	return text_of(collection::search_groups(request_of(groups, size), better, std::ref(world), walks));
}

TEST(Groups, AreFilledUpByMoreQueries)
{
	/* One group has the eight best hits, the others follow one by one. */
	std::vector<Item> items;
	for (uint64_t i = 0; i < 8; i++)
		items.push_back({i, 100.0F - static_cast<float>(i), {"big"}});
	for (uint64_t i = 8; i < 20; i++)
		items.push_back({i, 50.0F - static_cast<float>(i), {static_cast<int64_t>(i % 3)}});
	items.push_back({20, 99.5F, {}});
	World world(items);
	EXPECT_EQ(searched(world, 3, 2), "\"big\": 0 1; 2: 8 11; 0: 9 12; ");
	EXPECT_LE(world.queries, 3);
}

TEST(Groups, StopWhenThereIsNoMore)
{
	World world({{1, 3, {"a"}}, {2, 2, {"b"}}, {3, 1, {"a", "b"}}});
	EXPECT_EQ(searched(world, 10, 3), "\"a\": 1 3; \"b\": 2 3; ");
	EXPECT_EQ(world.queries, 1);
}

TEST(Groups, AskOnceWhenTheFirstHitsDo)
{
	World world({{1, 3, {"a"}}, {2, 2, {"b"}}, {3, 1, {"c"}}});
	EXPECT_EQ(searched(world, 2, 1), "\"a\": 1; \"b\": 2; ");
	EXPECT_EQ(world.queries, 1);
}

TEST(Groups, AreThoseOfTheWholeRanking)
{
	std::mt19937 random(7);
	const auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
	for (int round = 0; round < 300; round++) {
		std::vector<Item> items(below(60));
		for (size_t i = 0; i < items.size(); i++) {
			items[i] = {i, static_cast<float>(below(1000)) / 10, {}};
			for (uint32_t n = below(3); n > 0; n--) {
				const int64_t value = below(6);
				items[i].groups.push_back(below(2) ? GroupId(value) : GroupId("s" + std::to_string(value)));
			}
			std::sort(items[i].groups.begin(), items[i].groups.end());
			items[i].groups.erase(std::unique(items[i].groups.begin(), items[i].groups.end()), items[i].groups.end());
		}
		const uint64_t groups = 1 + below(8), size = 1 + below(4);
		for (const Walks walks : {Walks::kNo, Walks::kYes}) {
			World world(items);
			EXPECT_EQ(searched(world, groups, size, walks), all_ranked(items, groups, size)) << "round " << round;
			EXPECT_LE(world.queries, 2 * collection::kMostGroupQueries);
		}
	}
}

TEST(Groups, BeginWithThePlainQuery)
{
	/* Most points have no group: the next queries leave them out. */
	std::vector<Item> items;
	for (uint64_t i = 0; i < 100; i++)
		items.push_back({i, 200.0F - static_cast<float>(i), {}});
	items.push_back({100, 50, {"a"}});
	items.push_back({101, 49, {"b"}});
	World world(items);
	std::vector<bool> has_filter;
	const auto query = [&](const model::QueryRequest &plain, const model::Filter *sieve) {
		has_filter.push_back(plain.filter.has_value());
		return world(plain, sieve);
	};
	const auto groups = collection::search_groups(request_of(2, 1), better, query, Walks::kYes);
	EXPECT_EQ(text_of(groups), "\"a\": 100; \"b\": 101; ");
	EXPECT_EQ(has_filter, (std::vector<bool>{false, true}));
}

/* Groups in turn; ten are wanted, three hits of each. */
struct InTurn {
	explicit InTurn(uint64_t groups)
	{
		for (uint64_t i = 0; i < 4000; i++)
			items.push_back({i, 9000.0F - static_cast<float>(i), {static_cast<int64_t>(i % groups)}});
	}

	std::vector<uint64_t> limits_of_a_search(Walks walks)
	{
		World world(items);
		std::vector<uint64_t> limits;
		const auto query = [&](const model::QueryRequest &plain, const model::Filter *sieve) {
			limits.push_back(plain.limit);
			EXPECT_EQ(sieve != nullptr, walks == Walks::kYes && (limits.size() == 2 || limits.size() == 3));
			return world(plain, sieve);
		};
		EXPECT_EQ(text_of(collection::search_groups(request_of(10, 3), better, query, walks)),
				  all_ranked(items, 10, 3));
		return limits;
	}

	std::vector<Item> items;
};

TEST(Groups, AreFilledByTheGroupsThatAreNotFull)
{
	/* The first query finds two of each, the second asks for one more of each. */
	EXPECT_EQ(InTurn(40).limits_of_a_search(Walks::kNo), (std::vector<uint64_t>{60, 48}));
}

TEST(Groups, AreFilledFromTheNextNearest)
{
	EXPECT_EQ(InTurn(40).limits_of_a_search(Walks::kYes), (std::vector<uint64_t>{60, 480}));
	EXPECT_EQ(InTurn(300).limits_of_a_search(Walks::kYes), (std::vector<uint64_t>{60, 480, 1000}));
	/* Groups too rare for that: one hit of each is near, two are far. */
	EXPECT_EQ(InTurn(1000).limits_of_a_search(Walks::kYes), (std::vector<uint64_t>{60, 480, 1000, 96}));
}

TEST(Groups, TakeAPointOnce)
{
	collection::GroupCollector collector("g", 10, 5, better);
	collector.add({hit_of({1, 3, {"a", "b"}}), hit_of({2, 2, {"a"}})});
	collector.add({hit_of({1, 3, {"a", "b"}}), hit_of({3, 1, {"b"}})});
	EXPECT_EQ(text_of(collector.best_groups()), "\"a\": 1 2; \"b\": 1 3; ");
	EXPECT_EQ(collector.missing_in({"a", "b"}), 6u);
	EXPECT_EQ(collector.ids_in({"a", "b"}).size(), 3u);
}

TEST(Groups, KeepTheFilterOfTheQuery)
{
	model::QueryGroupsRequest request = request_of(2, 2);
	request.query.filter.emplace().must_not.push_back(model::HasIdCondition{{PointId(uint64_t(1))}});
	request.query.offset = 5;
	World world({{1, 9, {"a"}}, {2, 8, {"a"}}, {3, 7, {"a"}}, {4, 6, {"a"}}, {5, 5, {"a"}}, {6, 4, {"b"}}});
	EXPECT_EQ(text_of(collection::search_groups(request, better, std::ref(world), Walks::kNo)),
			  "\"a\": 2 3; \"b\": 6; ");
}

TEST(Groups, AskOnceForWhatIsScoredByRanks)
{
	model::QueryGroupsRequest request = request_of(1, 2);
	request.query.prefetch.resize(2);
	request.query.prefetch[0].limit = 7;
	request.query.query = model::FusionQuery();
	int queries = 0;
	const auto answer = [&](const model::QueryRequest &query, const model::Filter *) {
		EXPECT_EQ(query.limit, 2u);
		EXPECT_EQ(query.prefetch[0].limit, 7u);
		queries++;
		return std::vector<ScoredPoint>{hit_of({1, 2, {"a"}}), hit_of({2, 1, {"b"}})};
	};
	const auto groups = collection::search_groups(request, better, answer, Walks::kNo);
	EXPECT_EQ(text_of(groups), "\"a\": 1; ");
	EXPECT_EQ(queries, 1);
}

TEST(Groups, AreOfStringsAndIntegersOnly)
{
	collection::GroupCollector collector("a[].k", 10, 5, better);
	ScoredPoint hit;
	hit.id = uint64_t(1);
	hit.payload = R"({"a": [{"k": "x"}, {"k": 1.0}, {"k": true}, {"k": [2, "x", null]}, {"k": {"y": 1}}, {}]})";
	collector.add({hit});
	const auto groups = collector.best_groups();
	EXPECT_EQ(text_of(groups), "\"x\": 1; 2: 1; ");
	EXPECT_FALSE(groups[0].hits[0].payload.has_value());
}

TEST(Groups, RefusesWhatIsNoPath)
{
	EXPECT_THROW(collection::GroupCollector("a..b", 1, 1, better), model::Error);
}

} /* namespace */
} /* namespace vecext */
