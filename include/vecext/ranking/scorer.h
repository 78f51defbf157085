/*
 * scorer.h: scores of a value by its similarities to several examples.
 *
 * A similarity r is larger the nearer: minus the squared Euclidean distance, the
 * dot product, the cosine, minus the L1 distance, and so on. With
 *
 *   f(x) = x / (1 + |x|)        s(x) = (f(x) + 1) / 2
 *
 *   kBestScore   p, n the greatest similarity to a positive and a negative example
 *                (minus infinity without one): s(p) if p > n, else -s(n)
 *   kSumScores   sum of r(positives) - sum of r(negatives)
 *   kDiscover    sum over pairs of sign(r(positive) - r(negative)), plus s(r(target)):
 *                the integer part ranks, the fraction decides among equals
 *   kContext     sum over pairs of f(min(r(positive) - r(negative) - e, 0)), e being
 *                float's epsilon: 0 at best, which many values share
 *   kFeedback    a r(target) + sum over pairs of examples, the better before the
 *                worse, of c (difference of their given scores)^b (r(better) - r(worse)).
 *                That is a weighted sum: feedback_weights() has the weights
 *
 * These are Qdrant's. Arithmetic is double, the result is rounded to float.
 *
 * Similarities stand in one array: that to the target first (kDiscover, kFeedback),
 * then those to the positive examples (kFeedback: to all), then to the negative
 * ones. kDiscover and kContext pair the i-th positive with the i-th negative.
 *
 * All scores but kFeedback's grow with the similarities to target and positives and
 * fall with those to negatives; kFeedback's by the signs of the weights.
 */
#pragma once

#include <cmath>
#include <cstdint>

#include "vecext/metric.h"
#include "vecext/status.h"

namespace vecext {

/* Stored in values of the SQL type vecquery: append only. */
enum class ScorerKind : uint8_t { kBestScore = 1, kSumScores = 2, kDiscover = 3, kContext = 4, kFeedback = 5 };

/* Examples of one query, target included. */
inline constexpr uint32_t kMaxExamples = 1024;

/* "best_score", ...; null for what is no kind. */
const char *scorer_name(ScorerKind kind) noexcept;

struct Scorer {
	ScorerKind kind = ScorerKind::kBestScore;
	uint32_t positives = 0;
	uint32_t negatives = 0;
	const double *weights = nullptr; /* kFeedback: 1 + positives of them, the target's first */

	bool has_target() const noexcept { return kind == ScorerKind::kDiscover || kind == ScorerKind::kFeedback; }
	uint32_t examples() const noexcept { return positives + negatives + (has_target() ? 1 : 0); }

	/* 22023 for no example, different numbers of positives and negatives where they
	 * are paired, negatives of kFeedback; 54000 beyond kMaxExamples. */
	Status check() const noexcept;

	/* Similarities may be infinite, but not NaN. Nor is the score: where a sum has
	 * infinities of both signs it is the worst there is, minus infinity. */
	float score(const float *similarities) const noexcept;

	/* The same of similarities that are estimates: their differences within pair i err
	 * by error * spreads[i] (standard deviation). Of kDiscover's pairs those in doubt
	 * count as the better: who goes by estimates looks closer then, and finds out. */
	float hopeful_score(const float *similarities, const float *spreads, float error) const noexcept;

	/* Whether the score grows with the similarity to example `i`. */
	bool grows_with(uint32_t i) const noexcept;
};

/* Coefficients of kFeedback. */
struct FeedbackCoefficients {
	double a, b, c;
};

/* Writes 1 + examples weights. Examples of equal scores do not pair. 22023 unless a,
 * b, c and all scores are finite and b >= 0; 22003 when a weight is not finite. */
Status feedback_weights(const FeedbackCoefficients &coefficients, const double *scores, uint32_t examples,
						double *weights) noexcept;

/* The similarity that belongs to a graph distance (metric.h): minus the distance,
 * but under kCosine the cosine. */
inline float similarity_of(Metric metric, float graph_distance) noexcept
{
	return metric == Metric::kCosine ? 1 - graph_distance / 2 : -graph_distance;
}

} /* namespace vecext */
