/*
 * plan.cpp: see plan.h.
 */
#include "collection/query/plan.h"

#include <algorithm>

#include "collection/query/filters.h"
#include "collection/query/scorer.h"
#include "model/error.h"

namespace vecext::collection::queries {

using model::Prefetch;
using model::QueryRequest;

namespace {

constexpr double kDefaultDiversity = 0.5;

/* Texts of Qdrant's own validation of what it is about to carry out. */
model::Error invalid(const std::string &text)
{
	return model::wrong_input("Validation failed: " + text);
}

size_t prefetch_depth(const std::vector<Prefetch> &prefetches)
{
	size_t depth = 0;
	for (const Prefetch &prefetch : prefetches)
		depth = std::max(depth, 1 + prefetch_depth(prefetch.prefetch));
	return depth;
}

template <class Kind> bool is(const std::optional<model::Query> &query)
{
	return query && std::holds_alternative<Kind>(*query);
}

void check_fusion(const model::FusionQuery &fusion, size_t prefetches)
{
	if (!fusion.weights.empty() && fusion.weights.size() != prefetches)
		throw model::wrong_input("The number of weights (" + std::to_string(fusion.weights.size()) +
								 ") must match the number of prefetches (" + std::to_string(prefetches) + ")");
}

/* A request or a prefetch. */
template <class Level> void check_level(const Level &level)
{
	if (!level.prefetch.empty() && !level.query)
		throw model::bad_request(
			"A query is needed to merge the prefetches. Can't have prefetches without defining a query.");
	if (level.score_threshold && is<model::OrderByQuery>(level.query))
		throw model::bad_request("Can't use score_threshold with an order_by query.");
	if (level.score_threshold && !level.query)
		throw model::bad_request("A query is needed to use the score_threshold. Can't have score_threshold without "
								 "defining a query.");
	if (is<model::FusionQuery>(level.query) && !level.using_vector.empty())
		throw model::bad_request("Fusion queries cannot be combined with the 'using' field.");
	if (is<model::FusionQuery>(level.query) && level.prefetch.empty())
		throw invalid("cannot apply Fusion without prefetches");
	if (is<model::FormulaQuery>(level.query) && level.prefetch.empty())
		throw invalid("cannot apply Formula without prefetches");
	if (is<model::FusionQuery>(level.query))
		check_fusion(std::get<model::FusionQuery>(*level.query), level.prefetch.size());
	for (const Prefetch &prefetch : level.prefetch)
		check_level(prefetch);
}

class Planner {
public:
	Planner(const QueryInputs &inputs, const shard::ShardSchema &schema) : inputs_(inputs), schema_(schema) {}

	void add(const QueryRequest &request)
	{
		const auto filter = without_ids(request.filter, inputs_.referenced_ids(request));
		plan_.roots.push_back(add_level(request, filter));
		Stage &root = plan_.stages.back();
		root.selection = {request.with_payload, request.with_vectors};
		if (!std::holds_alternative<model::SampleQuery>(root.step) || !root.sources.empty())
			root.offset = request.offset; /* a sample of the collection has no pages */
	}

	Plan take() { return std::move(plan_); }

private:
	/* Its place. `filter`: the level's, with those above. */
	template <class Level> size_t add_level(const Level &level, const std::optional<model::Filter> &filter)
	{
		Stage stage;
		for (const Prefetch &prefetch : level.prefetch) {
			stage.sources.push_back(add_level(prefetch, merged(filter, prefetch.filter)));
			stage.height = std::max(stage.height, 1 + plan_.stages.back().height);
		}
		stage.step = step_of(level);
		stage.filter = filter;
		stage.params = level.params.value_or(model::SearchParams());
		if (level.score_threshold)
			stage.score_threshold = static_cast<float>(*level.score_threshold); /* as scores are */
		stage.limit = level.limit;
		plan_.stages.push_back(std::move(stage));
		return plan_.stages.size() - 1;
	}

	template <class Level> Step step_of(const Level &level) const
	{
		if (!level.query)
			return ScrollStep();
		if (const auto *order_by = std::get_if<model::OrderByQuery>(&*level.query))
			return *order_by;
		if (const auto *sample = std::get_if<model::SampleQuery>(&*level.query))
			return *sample;
		if (const auto *fusion = std::get_if<model::FusionQuery>(&*level.query))
			return *fusion;
		if (const auto *formula = std::get_if<model::FormulaQuery>(&*level.query))
			return FormulaStep{std::make_shared<const Formula>(*formula)};
		const shard::VectorColumn &vector = schema_.vector(level.using_vector);
		SearchStep search{&vector, scorer_of(*level.query, {inputs_, level.lookup_from, vector})};
		if (const auto *nearest = std::get_if<model::NearestQuery>(&*level.query); nearest && nearest->mmr)
			return MmrStep{std::move(search), nearest->mmr->diversity.value_or(kDefaultDiversity),
						   nearest->mmr->candidates_limit.value_or(level.limit)};
		return search;
	}

	const QueryInputs &inputs_;
	const shard::ShardSchema &schema_;
	Plan plan_;
};

} /* namespace */

void check_request(const QueryRequest &request)
{
	const size_t depth = prefetch_depth(request.prefetch);
	if (depth > kMaxPrefetchDepth)
		throw invalid("prefetches depth " + std::to_string(depth) + " exceeds max depth " +
					  std::to_string(kMaxPrefetchDepth));
	check_level(request);
}

Plan plan_queries(const std::vector<QueryRequest> &requests, const QueryInputs &inputs,
				  const shard::ShardSchema &schema)
{
	Planner planner(inputs, schema);
	for (const QueryRequest &request : requests)
		planner.add(request);
	return planner.take();
}

} /* namespace vecext::collection::queries */
