/*
 * scorer.cpp: see scorer.h.
 */
#include "collection/query/scorer.h"

#include "model/error.h"
#include "shard/vector_sql.h"

namespace vecext::collection::queries {

using model::DenseVector;
using shard::VectorScorer;

namespace {

void check_dimension(const Examples &examples, const DenseVector &vector)
{
	if (vector.size() != examples.vector.params.size)
		throw model::wrong_dimension(examples.vector.params.size, vector.size());
}

DenseVector stored_form(const Examples &examples, DenseVector vector)
{
	return shard::as_stored(examples.vector.params, std::move(vector));
}

DenseVector vector_of(const Examples &examples, const model::VectorInput &input)
{
	return stored_form(examples, examples.inputs.vector(input, examples.lookup_from, examples.vector.name));
}

/* As they were given. Points without the vector are no examples. */
std::vector<DenseVector> given(const Examples &examples, const std::vector<model::VectorInput> &inputs)
{
	std::vector<DenseVector> vectors;
	for (const model::VectorInput &input : inputs)
		if (auto vector = examples.inputs.find(input, examples.lookup_from, examples.vector.name)) {
			check_dimension(examples, *vector);
			vectors.push_back(std::move(*vector));
		}
	return vectors;
}

std::vector<DenseVector> in_stored_form(const Examples &examples, std::vector<DenseVector> vectors)
{
	for (DenseVector &vector : vectors)
		vector = stored_form(examples, std::move(vector));
	return vectors;
}

/* Adds the pairs to a scorer's two lists. */
template <class Scorer>
void add_pairs(const Examples &examples, const std::vector<model::ContextPair> &pairs, Scorer *scorer)
{
	for (const model::ContextPair &pair : pairs) {
		scorer->positive.push_back(vector_of(examples, pair.positive));
		scorer->negative.push_back(vector_of(examples, pair.negative));
	}
}

VectorScorer recommendation(const Examples &examples, const model::RecommendQuery &query)
{
	std::vector<DenseVector> positive = given(examples, query.positive), negative = given(examples, query.negative);
	if (query.strategy == model::RecommendQuery::kAverageVector)
		return stored_form(examples, average_target(positive, negative));
	if (positive.empty() && negative.empty())
		throw model::bad_request("At least one positive or negative vector ID required with this strategy");
	positive = in_stored_form(examples, std::move(positive));
	negative = in_stored_form(examples, std::move(negative));
	if (query.strategy == model::RecommendQuery::kBestScore)
		return shard::BestScore{std::move(positive), std::move(negative)};
	return shard::SumScores{std::move(positive), std::move(negative)};
}

shard::Feedback feedback(const Examples &examples, const model::RelevanceFeedbackQuery &query)
{
	shard::Feedback scorer{vector_of(examples, query.target), {}, {}, query.a, query.b, query.c};
	for (const auto &item : query.feedback) {
		scorer.examples.push_back(vector_of(examples, item.example));
		scorer.scores.push_back(item.score);
	}
	return scorer;
}

DenseVector mean(const std::vector<DenseVector> &vectors)
{
	DenseVector mean(vectors[0].size());
	for (const DenseVector &vector : vectors)
		for (size_t i = 0; i < mean.size(); i++)
			mean[i] += vector[i];
	for (float &x : mean)
		x /= static_cast<float>(vectors.size());
	return mean;
}

} /* namespace */

VectorScorer scorer_of(const model::Query &query, const Examples &examples)
{
	if (const auto *nearest = std::get_if<model::NearestQuery>(&query))
		return vector_of(examples, nearest->vector);
	if (const auto *recommend = std::get_if<model::RecommendQuery>(&query))
		return recommendation(examples, *recommend);
	if (const auto *discover = std::get_if<model::DiscoverQuery>(&query)) {
		shard::Discovery scorer{vector_of(examples, discover->target), {}, {}};
		add_pairs(examples, discover->context, &scorer);
		return scorer;
	}
	if (const auto *context = std::get_if<model::ContextQuery>(&query)) {
		shard::Context scorer;
		add_pairs(examples, context->context, &scorer);
		return scorer;
	}
	return feedback(examples, std::get<model::RelevanceFeedbackQuery>(query));
}

DenseVector average_target(const std::vector<DenseVector> &positive, const std::vector<DenseVector> &negative)
{
	if (positive.empty())
		throw model::wrong_input("Validation failed: Positive vectors should not be empty with `average` strategy");
	DenseVector target = mean(positive);
	if (negative.empty())
		return target;
	const DenseVector away = mean(negative);
	for (size_t i = 0; i < target.size(); i++)
		target[i] += target[i] - away[i];
	return target;
}

} /* namespace vecext::collection::queries */
