/*
 * scorer.cpp: see vecext/ranking/scorer.h.
 */
#include "vecext/ranking/scorer.h"

#include <algorithm>
#include <limits>

namespace vecext {

namespace {

constexpr double kWorst = -std::numeric_limits<double>::infinity();

/* x / (1 + |x|), in -1 to 1; its limits at the infinities. */
double fast_sigmoid(double x)
{
	return std::isinf(x) ? std::copysign(1.0, x) : x / (1 + std::fabs(x));
}

/* The same from 0 to 1. */
double scaled_sigmoid(double x)
{
	return (fast_sigmoid(x) + 1) / 2;
}

double greatest(const float *similarities, uint32_t count)
{
	double best = kWorst;
	for (uint32_t i = 0; i < count; i++)
		best = std::max(best, static_cast<double>(similarities[i]));
	return best;
}

double best_score(const float *positives, uint32_t positive_count, const float *negatives, uint32_t negative_count)
{
	const double p = greatest(positives, positive_count), n = greatest(negatives, negative_count);
	return p > n ? scaled_sigmoid(p) : -scaled_sigmoid(n);
}

double sum_of(const float *similarities, uint32_t count)
{
	double sum = 0;
	for (uint32_t i = 0; i < count; i++)
		sum += static_cast<double>(similarities[i]);
	return sum;
}

double rank(const float *positives, const float *negatives, uint32_t pairs)
{
	int sum = 0;
	for (uint32_t i = 0; i < pairs; i++)
		sum += (positives[i] > negatives[i]) - (positives[i] < negatives[i]);
	return sum;
}

/* The sign that x may well have if it errs by `deviation`: positive where in doubt. */
double hopeful_sign(float x, float deviation)
{
	constexpr float kDeviations = 0.8f;
	const float most = x + kDeviations * deviation;
	return (most > 0) - (most < 0);
}

double context(const float *positives, const float *negatives, uint32_t pairs)
{
	constexpr double kEpsilon = std::numeric_limits<float>::epsilon();
	double sum = 0;
	for (uint32_t i = 0; i < pairs; i++) {
		const double gap = static_cast<double>(positives[i]) - static_cast<double>(negatives[i]);
		sum += fast_sigmoid(std::min(gap - kEpsilon, 0.0));
	}
	return sum;
}

double weighted_sum(const float *similarities, const double *weights, uint32_t count)
{
	double sum = 0;
	for (uint32_t i = 0; i < count; i++)
		sum += weights[i] * static_cast<double>(similarities[i]);
	return sum;
}

double score_of(const Scorer &scorer, const float *similarities)
{
	const float *positives = similarities + (scorer.has_target() ? 1 : 0);
	const float *negatives = positives + scorer.positives;
	switch (scorer.kind) {
	case ScorerKind::kBestScore:
		return best_score(positives, scorer.positives, negatives, scorer.negatives);
	case ScorerKind::kSumScores:
		return sum_of(positives, scorer.positives) - sum_of(negatives, scorer.negatives);
	case ScorerKind::kDiscover:
		return rank(positives, negatives, scorer.positives) + scaled_sigmoid(static_cast<double>(similarities[0]));
	case ScorerKind::kContext:
		return context(positives, negatives, scorer.positives);
	case ScorerKind::kFeedback:
		break;
	}
	return weighted_sum(similarities, scorer.weights, scorer.examples());
}

} /* namespace */

const char *scorer_name(ScorerKind kind) noexcept
{
	switch (kind) {
	case ScorerKind::kBestScore:
		return "best_score";
	case ScorerKind::kSumScores:
		return "sum_scores";
	case ScorerKind::kDiscover:
		return "discover";
	case ScorerKind::kContext:
		return "context";
	case ScorerKind::kFeedback:
		return "feedback";
	}
	return nullptr;
}

Status Scorer::check() const noexcept
{
	const bool paired = kind == ScorerKind::kDiscover || kind == ScorerKind::kContext;
	if (kind != ScorerKind::kDiscover && positives == 0 && negatives == 0)
		return Status::error(ErrorKind::kInvalidParameter, "vecquery must have at least 1 example");
	if (paired && positives != negatives)
		return Status::error(ErrorKind::kInvalidParameter,
							 "%s needs as many positive as negative vectors, not %u and %u", scorer_name(kind),
							 positives, negatives);
	if (kind == ScorerKind::kFeedback && negatives != 0)
		return Status::error(ErrorKind::kInvalidParameter, "feedback has no negative vectors");
	if (uint64_t{positives} + negatives + (has_target() ? 1 : 0) > kMaxExamples)
		return Status::error(ErrorKind::kLimitExceeded, "vecquery cannot have more than %u examples", kMaxExamples);
	return Status::ok();
}

float Scorer::score(const float *similarities) const noexcept
{
	const auto score = static_cast<float>(score_of(*this, similarities));
	return std::isnan(score) ? -std::numeric_limits<float>::infinity() : score;
}

float Scorer::hopeful_score(const float *similarities, const float *spreads, float error) const noexcept
{
	if (kind != ScorerKind::kDiscover)
		return score(similarities);
	const float *pairs = similarities + 1;
	double sum = scaled_sigmoid(static_cast<double>(similarities[0]));
	for (uint32_t i = 0; i < positives; i++)
		sum += hopeful_sign(pairs[i] - pairs[positives + i], error * spreads[i]);
	return std::isnan(sum) ? -std::numeric_limits<float>::infinity() : static_cast<float>(sum);
}

bool Scorer::grows_with(uint32_t i) const noexcept
{
	if (kind == ScorerKind::kFeedback)
		return weights[i] > 0;
	return i < positives + (has_target() ? 1 : 0);
}

namespace {

Status check_feedback(const FeedbackCoefficients &coefficients, const double *scores, uint32_t examples)
{
	if (!std::isfinite(coefficients.a) || !std::isfinite(coefficients.b) || !std::isfinite(coefficients.c))
		return Status::error(ErrorKind::kInvalidParameter, "coefficients of feedback must be finite");
	if (coefficients.b < 0)
		return Status::error(ErrorKind::kInvalidParameter, "coefficient b of feedback must not be negative");
	if (!std::all_of(scores, scores + examples, [](double score) { return std::isfinite(score); }))
		return Status::error(ErrorKind::kInvalidParameter, "scores of feedback must be finite");
	return Status::ok();
}

/* How much better than the others an example is, all in all. */
double standing(double score, const double *scores, uint32_t examples, double power)
{
	double sum = 0;
	for (uint32_t i = 0; i < examples; i++) {
		const double difference = score - scores[i];
		if (difference != 0)
			sum += std::copysign(std::pow(std::fabs(difference), power), difference);
	}
	return sum;
}

} /* namespace */

Status feedback_weights(const FeedbackCoefficients &coefficients, const double *scores, uint32_t examples,
						double *weights) noexcept
{
	const Status status = check_feedback(coefficients, scores, examples);
	if (!status.is_ok())
		return status;
	weights[0] = coefficients.a;
	for (uint32_t i = 0; i < examples; i++) {
		weights[1 + i] = coefficients.c * standing(scores[i], scores, examples, coefficients.b);
		if (!std::isfinite(weights[1 + i]))
			return Status::error(ErrorKind::kOutOfRange, "scores of feedback lead to weights out of range");
	}
	return Status::ok();
}

} /* namespace vecext */
