/*
 * mmr_test.cpp: maximal marginal relevance against hand-computed choices, and
 * against its definition on random similarities.
 */
#include "vecext/ranking/mmr.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "ranking/table.h"

namespace vecext {
namespace {

using Floats = std::vector<float>;
using Matrix = std::vector<Floats>;

std::vector<uint32_t> choose(const Floats &relevance, const Matrix &similarities, double lambda, size_t limit)
{
	std::vector<MmrCandidate> waiting;
	for (const float value : relevance)
		waiting.push_back({static_cast<uint32_t>(waiting.size()), value, 0});
	std::vector<uint32_t> chosen(relevance.size());
	chosen.resize(select_mmr(
		waiting, lambda, limit, [&](uint32_t i, uint32_t j) { return similarities[i][j]; }, chosen));
	return chosen;
}

/* From the rows of an upper triangle. */
Matrix symmetric(size_t n, const std::vector<std::vector<double>> &rows)
{
	Matrix matrix(n, Floats(n, 1));
	for (size_t i = 0; i < rows.size(); i++)
		for (size_t j = 0; j < rows[i].size(); j++)
			matrix[i][i + 1 + j] = matrix[i + 1 + j][i] = static_cast<float>(rows[i][j]);
	return matrix;
}

TEST(Mmr, AgreesWithTheTable)
{
	int cases = 0;
	for (const test::TableLine &line : test::read_table("rankings.txt")) {
		if (line.name != "mmr")
			continue;
		cases++;
		const Floats relevance(line.parts[1].begin(), line.parts[1].end());
		const Matrix similarities = symmetric(relevance.size(), {line.parts.begin() + 2, line.parts.end()});
		const std::vector<uint32_t> chosen =
			choose(relevance, similarities, line.parts[0][0], static_cast<size_t>(line.parts[0][1]));
		EXPECT_EQ(std::vector<double>(chosen.begin(), chosen.end()), line.expected) << "line " << line.number;
	}
	EXPECT_GE(cases, 10);
}

double value_of(const Floats &relevance, const Matrix &similarities, double lambda, const std::vector<uint32_t> &before,
				uint32_t candidate)
{
	float redundancy = -2;
	for (const uint32_t other : before)
		redundancy = std::max(redundancy, similarities[candidate][other]);
	return lambda * static_cast<double>(relevance[candidate]) - (1 - lambda) * static_cast<double>(redundancy);
}

TEST(Mmr, EachChoiceIsTheBestAtItsTime)
{
	std::mt19937 random(1);
	std::uniform_real_distribution<float> similarity(-1, 1);
	for (int round = 0; round < 100; round++) {
		const size_t n = 1 + random() % 20;
		Floats relevance(n);
		std::generate(relevance.begin(), relevance.end(), [&] { return similarity(random); });
		Matrix similarities(n, Floats(n));
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j <= i; j++)
				similarities[i][j] = similarities[j][i] = similarity(random);
		const double lambda = static_cast<double>(random() % 11) / 10;
		const std::vector<uint32_t> chosen = choose(relevance, similarities, lambda, n);
		ASSERT_EQ(std::set<uint32_t>(chosen.begin(), chosen.end()).size(), n) << "each once";
		EXPECT_EQ(relevance[chosen[0]], *std::max_element(relevance.begin(), relevance.end()));
		for (size_t i = 1; i < n; i++) {
			const std::vector<uint32_t> before(chosen.begin(), chosen.begin() + static_cast<std::ptrdiff_t>(i));
			const double value = value_of(relevance, similarities, lambda, before, chosen[i]);
			for (size_t later = i + 1; later < n; later++)
				EXPECT_GE(value, value_of(relevance, similarities, lambda, before, chosen[later]));
		}
	}
}

TEST(Mmr, WithoutDiversityItSorts)
{
	const Floats relevance = {0.1f, 0.7f, 0.3f, 0.9f};
	const Matrix similarities(4, Floats(4, 1));
	EXPECT_EQ(choose(relevance, similarities, 1, 4), (std::vector<uint32_t>{3, 1, 2, 0}));
}

/* A limit only cuts. */
TEST(Mmr, FewerAreTheFirstOfMore)
{
	std::mt19937 random(2);
	Floats relevance(12);
	Matrix similarities(12, Floats(12));
	for (size_t i = 0; i < 12; i++) {
		relevance[i] = static_cast<float>(random() % 100);
		for (size_t j = 0; j < i; j++)
			similarities[i][j] = similarities[j][i] = static_cast<float>(random() % 100);
	}
	const std::vector<uint32_t> all = choose(relevance, similarities, 0.5, 12);
	for (size_t limit = 0; limit <= 12; limit++)
		EXPECT_EQ(choose(relevance, similarities, 0.5, limit),
				  (std::vector<uint32_t>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(limit))));
}

} /* namespace */
} /* namespace vecext */
