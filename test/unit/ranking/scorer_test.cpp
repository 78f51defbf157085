/*
 * scorer_test.cpp: scores by several examples against a hand-computed table, and
 * what holds of any similarities.
 */
#include "vecext/ranking/scorer.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "ranking/table.h"

namespace vecext {
namespace {

constexpr ScorerKind kKinds[] = {ScorerKind::kBestScore, ScorerKind::kSumScores, ScorerKind::kDiscover,
								 ScorerKind::kContext, ScorerKind::kFeedback};

ScorerKind kind_of(const std::string &name)
{
	for (const ScorerKind kind : kKinds)
		if (name == scorer_name(kind))
			return kind;
	ADD_FAILURE() << "no kind " << name;
	return ScorerKind::kBestScore;
}

struct Case {
	Scorer scorer;
	std::vector<double> weights;
	std::vector<float> similarities;

	float score() const { return scorer.score(similarities.data()); }
};

void append(std::vector<float> &to, const std::vector<double> &from)
{
	to.insert(to.end(), from.begin(), from.end());
}

void make_case(const test::TableLine &line, Case *made)
{
	const ScorerKind kind = kind_of(line.name);
	append(made->similarities, line.parts[1]);
	append(made->similarities, line.parts[2]);
	made->scorer.kind = kind;
	made->scorer.positives = static_cast<uint32_t>(line.parts[2].size());
	if (kind == ScorerKind::kFeedback) {
		const FeedbackCoefficients coefficients = {line.parts[0][0], line.parts[0][1], line.parts[0][2]};
		made->weights.resize(1 + made->scorer.positives);
		EXPECT_TRUE(
			feedback_weights(coefficients, line.parts[3].data(), made->scorer.positives, made->weights.data()).is_ok());
		made->scorer.weights = made->weights.data();
		return;
	}
	append(made->similarities, line.parts[3]);
	made->scorer.negatives = static_cast<uint32_t>(line.parts[3].size());
}

TEST(Scorer, AgreesWithTheTable)
{
	int cases = 0;
	for (const test::TableLine &line : test::read_table("scores.txt")) {
		Case made;
		make_case(line, &made);
		ASSERT_TRUE(made.scorer.check().is_ok()) << "line " << line.number;
		ASSERT_EQ(made.scorer.examples(), made.similarities.size()) << "line " << line.number;
		const double expected = line.parts[4][0];
		if (std::isinf(expected))
			EXPECT_EQ(static_cast<double>(made.score()), expected) << "line " << line.number;
		else
			EXPECT_NEAR(static_cast<double>(made.score()), expected, 1e-6) << "line " << line.number;
		cases++;
	}
	EXPECT_GE(cases, 25);
}

/* Similarities of a random query; feedback with both signs of weights. */
void make_random(ScorerKind kind, std::mt19937 &random, Case *made)
{
	std::uniform_real_distribution<float> similarity(-2, 2);
	const uint32_t n = 1 + random() % 6;
	made->scorer.kind = kind;
	made->scorer.positives = n;
	made->scorer.negatives = kind == ScorerKind::kFeedback ? 0 : n;
	for (uint32_t i = 0; i < made->scorer.examples(); i++)
		made->similarities.push_back(similarity(random));
	if (kind != ScorerKind::kFeedback)
		return;
	std::vector<double> scores;
	for (uint32_t i = 0; i < n; i++)
		scores.push_back(static_cast<double>(similarity(random)));
	made->weights.resize(1 + n);
	ASSERT_TRUE(feedback_weights({1, 0.5, 2}, scores.data(), n, made->weights.data()).is_ok());
	made->scorer.weights = made->weights.data();
}

TEST(Scorer, GrowsAndFallsWithTheSimilarities)
{
	std::mt19937 random(1);
	for (const ScorerKind kind : kKinds)
		for (int round = 0; round < 500; round++) {
			Case made;
			make_random(kind, random, &made);
			const float before = made.score();
			const uint32_t changed = static_cast<uint32_t>(random()) % made.scorer.examples();
			made.similarities[changed] += 0.5f;
			if (made.scorer.grows_with(changed))
				EXPECT_GE(made.score(), before) << scorer_name(kind) << " " << changed;
			else
				EXPECT_LE(made.score(), before) << scorer_name(kind) << " " << changed;
		}
}

TEST(Scorer, StaysInItsRange)
{
	std::mt19937 random(2);
	for (int round = 0; round < 500; round++) {
		Case best, discover, context;
		make_random(ScorerKind::kBestScore, random, &best);
		make_random(ScorerKind::kDiscover, random, &discover);
		make_random(ScorerKind::kContext, random, &context);
		EXPECT_LT(std::fabs(best.score()), 1);
		EXPECT_LE(context.score(), 0);
		EXPECT_GT(context.score(), -static_cast<float>(context.scorer.positives));
		const float pairs = static_cast<float>(discover.scorer.positives);
		EXPECT_GT(discover.score(), -pairs);
		EXPECT_LT(discover.score(), pairs + 1);
	}
}

/* With estimates that do not err it is the score; pairs in doubt count as the better. */
TEST(Scorer, HopesForPairsInDoubt)
{
	std::mt19937 random(4);
	const std::vector<float> sure(6, 0.0f), unsure(6, 1.0f);
	for (const ScorerKind kind : kKinds)
		for (int round = 0; round < 200; round++) {
			Case made;
			make_random(kind, random, &made);
			const float *similarities = made.similarities.data();
			EXPECT_EQ(made.scorer.hopeful_score(similarities, sure.data(), 1), made.score());
			EXPECT_EQ(made.scorer.hopeful_score(similarities, unsure.data(), 0), made.score());
			EXPECT_GE(made.scorer.hopeful_score(similarities, unsure.data(), 0.5f), made.score());
		}
	const Scorer discover = {ScorerKind::kDiscover, 2, 2, nullptr};
	const float similarities[] = {0, 1, 1, 1.1f, 3}, spreads[] = {1, 1};
	EXPECT_EQ(discover.score(similarities), -1.5f);
	EXPECT_EQ(discover.hopeful_score(similarities, spreads, 1), 0.5f);
}

/* The definition goes over pairs; the weights must say the same. */
TEST(Scorer, FeedbackIsTheSumOverPairs)
{
	std::mt19937 random(3);
	std::uniform_real_distribution<double> number(0, 1);
	for (int round = 0; round < 200; round++) {
		const uint32_t n = 1 + random() % 6;
		const FeedbackCoefficients k = {number(random) - 0.5, number(random) * 2, number(random) - 0.5};
		std::vector<double> scores(n), weights(1 + n);
		std::vector<float> r(1 + n);
		for (double &score : scores)
			score = static_cast<double>(random() % 4) / 3;
		for (float &similarity : r)
			similarity = static_cast<float>(number(random));
		double expected = k.a * static_cast<double>(r[0]);
		for (uint32_t better = 0; better < n; better++)
			for (uint32_t worse = 0; worse < n; worse++)
				if (scores[better] > scores[worse])
					expected += k.c * std::pow(scores[better] - scores[worse], k.b) *
								(static_cast<double>(r[1 + better]) - static_cast<double>(r[1 + worse]));
		ASSERT_TRUE(feedback_weights(k, scores.data(), n, weights.data()).is_ok());
		const Scorer scorer = {ScorerKind::kFeedback, n, 0, weights.data()};
		EXPECT_NEAR(static_cast<double>(scorer.score(r.data())), expected, 1e-5);
	}
}

TEST(Scorer, RefusesWhatItCannotScore)
{
	const auto kind_of_error = [](ScorerKind kind, uint32_t positives, uint32_t negatives) {
		return Scorer{kind, positives, negatives}.check().kind();
	};
	for (const ScorerKind kind : kKinds)
		EXPECT_EQ(kind_of_error(kind, 0, 0),
				  kind == ScorerKind::kDiscover ? ErrorKind::kOk : ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_of_error(ScorerKind::kBestScore, 0, 1), ErrorKind::kOk);
	EXPECT_EQ(kind_of_error(ScorerKind::kDiscover, 2, 1), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_of_error(ScorerKind::kContext, 1, 2), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_of_error(ScorerKind::kFeedback, 1, 1), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_of_error(ScorerKind::kSumScores, kMaxExamples, 0), ErrorKind::kOk);
	EXPECT_EQ(kind_of_error(ScorerKind::kSumScores, kMaxExamples, 1), ErrorKind::kLimitExceeded);
	EXPECT_EQ(kind_of_error(ScorerKind::kFeedback, kMaxExamples, 0), ErrorKind::kLimitExceeded);
	EXPECT_EQ(kind_of_error(ScorerKind::kSumScores, UINT32_MAX, UINT32_MAX), ErrorKind::kLimitExceeded);
}

TEST(Scorer, RefusesUnusableFeedback)
{
	const double scores[] = {1, 0}, far_apart[] = {1e200, -1e200}, unknown[] = {1, std::nan("")};
	double weights[3];
	EXPECT_EQ(feedback_weights({1, -1, 1}, scores, 2, weights).kind(), ErrorKind::kInvalidParameter);
	EXPECT_EQ(feedback_weights({std::nan(""), 1, 1}, scores, 2, weights).kind(), ErrorKind::kInvalidParameter);
	EXPECT_EQ(feedback_weights({1, 1, INFINITY}, scores, 2, weights).kind(), ErrorKind::kInvalidParameter);
	EXPECT_EQ(feedback_weights({1, 1, 1}, unknown, 2, weights).kind(), ErrorKind::kInvalidParameter);
	EXPECT_EQ(feedback_weights({1, 2, 1}, far_apart, 2, weights).kind(), ErrorKind::kOutOfRange);
	EXPECT_TRUE(feedback_weights({1, 0, 1}, scores, 2, weights).is_ok());
}

TEST(Scorer, SimilaritiesAreWhatPeopleCallThem)
{
	EXPECT_EQ(similarity_of(Metric::kL2, 9), -9);
	EXPECT_EQ(similarity_of(Metric::kInnerProduct, -3), 3);
	EXPECT_EQ(similarity_of(Metric::kCosine, 0.5f), 0.75f);
	EXPECT_EQ(similarity_of(Metric::kL1, 4), -4);
}

} /* namespace */
} /* namespace vecext */
