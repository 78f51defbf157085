/*
 * fusion_test.cpp: RRF and DBSF against hand-computed rankings, and what holds of
 * any lists.
 */
#include "vecext/ranking/fusion.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "ranking/table.h"

namespace vecext {
namespace {

using Key = uint64_t;
using List = std::vector<Hit<Key>>;
using Fused = std::vector<FusedHit<Key>>;

std::vector<HitList<Key>> views(const std::vector<List> &lists)
{
	return {lists.begin(), lists.end()};
}

Fused rrf(const std::vector<List> &lists, double k = kDefaultRrfK, const std::vector<double> &weights = {})
{
	const auto spans = views(lists);
	Fused out(total_hits<Key>(spans));
	out.resize(fuse_rrf<Key>(spans, k, weights, out));
	return out;
}

Fused dbsf(const std::vector<List> &lists)
{
	const auto spans = views(lists);
	Fused out(total_hits<Key>(spans));
	out.resize(fuse_dbsf<Key>(spans, out));
	return out;
}

List keys_of(const std::vector<double> &numbers)
{
	List list;
	for (const double number : numbers)
		list.push_back({static_cast<Key>(number), 0});
	return list;
}

List hits_of(const std::vector<double> &numbers)
{
	List list;
	for (size_t i = 0; i + 1 < numbers.size(); i += 2)
		list.push_back({static_cast<Key>(numbers[i]), static_cast<float>(numbers[i + 1])});
	return list;
}

void expect_ranking(const Fused &fused, const test::TableLine &line)
{
	ASSERT_EQ(fused.size() * 2, line.expected.size()) << "line " << line.number;
	for (size_t i = 0; i < fused.size(); i++) {
		EXPECT_EQ(static_cast<double>(fused[i].key), line.expected[2 * i]) << "line " << line.number;
		EXPECT_NEAR(static_cast<double>(fused[i].score), line.expected[2 * i + 1], 1e-6) << "line " << line.number;
	}
}

TEST(Fusion, AgreesWithTheTable)
{
	int cases = 0;
	for (const test::TableLine &line : test::read_table("rankings.txt")) {
		if (line.name != "rrf" && line.name != "dbsf")
			continue;
		cases++;
		std::vector<List> lists;
		for (size_t i = 1; i < line.parts.size(); i++)
			lists.push_back(line.name == "rrf" ? keys_of(line.parts[i]) : hits_of(line.parts[i]));
		if (line.name == "dbsf") {
			expect_ranking(dbsf(lists), line);
			continue;
		}
		std::vector<double> weights(line.parts[0].begin() + 1, line.parts[0].end());
		expect_ranking(rrf(lists, line.parts[0][0], weights), line);
	}
	EXPECT_GE(cases, 14);
}

/* Lists of distinct keys, in descending order of their scores. */
std::vector<List> random_lists(std::mt19937 &random)
{
	std::vector<List> lists(random() % 5);
	for (List &list : lists) {
		std::map<Key, float> hits;
		for (size_t n = random() % 20; hits.size() < n;)
			hits[random() % 30] = static_cast<float>(random() % 100) / 7;
		for (const auto &[key, score] : hits)
			list.push_back({key, score});
		std::stable_sort(list.begin(), list.end(), [](auto &a, auto &b) { return a.score > b.score; });
	}
	return lists;
}

bool same_ranking(const Fused &a, const Fused &b)
{
	return std::equal(a.begin(), a.end(), b.begin(), b.end(),
					  [](auto &x, auto &y) { return x.key == y.key && std::fabs(x.sum - y.sum) < 1e-9; });
}

void expect_sound(const std::vector<List> &lists, const Fused &fused)
{
	std::map<Key, double> seen;
	for (const FusedHit<Key> &hit : fused) {
		EXPECT_TRUE(seen.emplace(hit.key, hit.sum).second) << "a key comes once";
		EXPECT_EQ(lists[hit.list][hit.place].key, hit.key);
		for (uint32_t earlier = 0; earlier < hit.list; earlier++)
			for (const Hit<Key> &other : lists[earlier])
				EXPECT_NE(other.key, hit.key) << "met in an earlier list";
	}
	for (const List &list : lists)
		for (const Hit<Key> &hit : list)
			EXPECT_TRUE(seen.contains(hit.key));
	for (size_t i = 1; i < fused.size(); i++)
		EXPECT_TRUE(fused[i - 1].score > fused[i].score ||
					(fused[i - 1].score == fused[i].score && fused[i - 1].key > fused[i].key));
}

TEST(Fusion, GivesEachKeyOnceInOrder)
{
	std::mt19937 random(1);
	for (int round = 0; round < 200; round++) {
		const std::vector<List> lists = random_lists(random);
		expect_sound(lists, rrf(lists));
		expect_sound(lists, dbsf(lists));
	}
}

TEST(Fusion, DoesNotDependOnTheOrderOfLists)
{
	std::mt19937 random(2);
	for (int round = 0; round < 200; round++) {
		std::vector<List> lists = random_lists(random);
		const Fused by_place = rrf(lists), by_score = dbsf(lists);
		std::shuffle(lists.begin(), lists.end(), random);
		const auto sums = [](const Fused &fused) {
			std::map<Key, double> result;
			for (const auto &hit : fused)
				result[hit.key] = hit.sum;
			return result;
		};
		const auto expect_close = [&](const Fused &a, const Fused &b) {
			const auto left = sums(a), right = sums(b);
			ASSERT_EQ(left.size(), right.size());
			for (const auto &[key, sum] : left)
				EXPECT_NEAR(sum, right.at(key), 1e-9);
		};
		expect_close(by_place, rrf(lists));
		expect_close(by_score, dbsf(lists));
	}
}

TEST(Fusion, RrfLooksAtPlacesOnlyAndPrefersBetterOnes)
{
	std::mt19937 random(3);
	for (int round = 0; round < 100; round++) {
		std::vector<List> lists = random_lists(random);
		const Fused before = rrf(lists);
		for (List &list : lists)
			for (Hit<Key> &hit : list)
				hit.score = static_cast<float>(random());
		EXPECT_TRUE(same_ranking(before, rrf(lists)));
	}
	for (uint64_t place = 0; place < 1000; place++)
		EXPECT_GT(rrf_score(place), rrf_score(place + 1));
	EXPECT_GT(rrf_score(5, 2, 2), rrf_score(5, 2, 1));
	EXPECT_EQ(rrf_score(0), 0.5);
	EXPECT_EQ(rrf_score(0, 2, 0), 0);
}

/* Whatever the unit and zero of a list's scores. */
TEST(Fusion, DbsfDoesNotDependOnTheScaleOfScores)
{
	std::mt19937 random(4);
	for (int round = 0; round < 100; round++) {
		std::vector<List> lists = random_lists(random);
		const Fused before = dbsf(lists);
		for (List &list : lists)
			for (Hit<Key> &hit : list)
				hit.score = hit.score * 4 + 8;
		const Fused after = dbsf(lists);
		ASSERT_EQ(before.size(), after.size());
		double total = 0;
		for (size_t i = 0; i < before.size(); i++) {
			total += before[i].sum;
			EXPECT_NEAR(static_cast<double>(before[i].score), static_cast<double>(after[i].score), 1e-4);
		}
		EXPECT_NEAR(total, static_cast<double>(total_hits<Key>(views(lists))) / 2, 1e-6) << "0.5 on average";
	}
}

} /* namespace */
} /* namespace vecext */
