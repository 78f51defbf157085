/*
 * collection_groups.cpp: queries in groups, and distance matrices: both are several
 * plain queries.
 */
#include <algorithm>

#include "collection/collection.h"
#include "collection/collection_template.h"
#include "collection/grouping/group_search.h"
#include "collection/parallel.h"
#include "collection/query/execute.h"
#include "collection/strict_mode.h"
#include "model/error.h"
#include "shard/vector_sql.h"

namespace vecext::collection {

using model::QueryRequest;
using model::ScoredPoint;

namespace {

/* By score, equal scores by id in the direction of the score. */
HitOrder score_order(bool descending)
{
	return [descending](const ScoredPoint &a, const ScoredPoint &b) {
		if (a.score != b.score)
			return descending ? a.score > b.score : a.score < b.score;
		return descending ? b.id < a.id : a.id < b.id;
	};
}

HitOrder value_order(model::OrderDirection direction)
{
	return [ascending = direction == model::OrderDirection::kAscending](const ScoredPoint &a, const ScoredPoint &b) {
		const auto left = std::tie(a.order_value, a.id), right = std::tie(b.order_value, b.id);
		return ascending ? left < right : right < left;
	};
}

/* Whether scores are distances of the vector, for which less may be better. */
bool has_distances(const model::Query &query)
{
	const auto *recommend = std::get_if<model::RecommendQuery>(&query);
	return std::holds_alternative<model::NearestQuery>(query) ||
		   (recommend && recommend->strategy == model::RecommendQuery::kAverageVector);
}

/* In which order the hits of a request come. */
HitOrder order_of(const QueryRequest &request, const shard::ShardSchema &schema)
{
	if (!request.query)
		return score_order(false); /* all scores are 1: by ascending id */
	if (const auto *ordered = std::get_if<model::OrderByQuery>(&*request.query))
		return value_order(ordered->order_by.direction);
	const shard::VectorColumn *vector = schema.find(request.using_vector);
	const bool ascending = vector && has_distances(*request.query) && !shard::higher_is_better(vector->params.distance);
	return score_order(!ascending);
}

/* Whether a query is one search of an index. */
Walks walks(const QueryRequest &request, const ShardReads &reads)
{
	const auto *nearest = request.query ? std::get_if<model::NearestQuery>(&*request.query) : nullptr;
	const bool is_exact = request.params && request.params->exact;
	if (!nearest || nearest->mmr || !request.prefetch.empty() || is_exact)
		return Walks::kNo;
	const shard::VectorColumn *vector = reads.schema().find(request.using_vector);
	return vector && !reads.searches_exactly(*vector) ? Walks::kYes : Walks::kNo;
}

/* What groups were found without: payload and vectors of their hits. */
void select(const ShardReads &reads, const shard::Selection &selection, std::vector<model::PointGroup> *groups)
{
	if (selection.payload.kind == model::PayloadSelection::kNone &&
		selection.vectors.kind == model::VectorSelection::kNone)
		return;
	std::vector<model::PointId> ids;
	for (const model::PointGroup &group : *groups)
		for (const ScoredPoint &hit : group.hits)
			ids.push_back(hit.id);
	std::map<model::PointId, model::Record> records;
	for (model::Record &record : reads.retrieve(ids, selection))
		records.emplace(record.id, std::move(record));
	for (model::PointGroup &group : *groups) {
		std::erase_if(group.hits, [&](const ScoredPoint &hit) { return !records.contains(hit.id); });
		for (ScoredPoint &hit : group.hits) {
			const model::Record &record = records.at(hit.id);
			hit.payload = record.payload;
			hit.vectors = record.vectors;
		}
	}
	std::erase_if(*groups, [](const model::PointGroup &group) { return group.hits.empty(); });
}

/* A random sample of the points that have the vector, with it. */
QueryRequest sample_of(const model::MatrixRequest &request)
{
	QueryRequest sample;
	sample.query = model::SampleQuery();
	sample.filter = request.filter.value_or(model::Filter());
	sample.filter->must.push_back(model::HasVectorCondition{request.using_vector});
	sample.limit = request.sample;
	sample.with_vectors = {model::VectorSelection::kNamed, {request.using_vector}};
	sample.shard_key = request.shard_key;
	return sample;
}

/* For each point of a sample, its nearest among the others. */
std::vector<QueryRequest> neighbours_of(const std::vector<ScoredPoint> &points, const model::MatrixRequest &request)
{
	model::HasIdCondition sample;
	for (const ScoredPoint &point : points)
		sample.ids.push_back(point.id);
	model::Filter among;
	among.must.push_back(std::move(sample));
	const auto shared = std::make_shared<const model::Filter>(std::move(among));
	std::vector<QueryRequest> requests;
	for (const ScoredPoint &point : points) {
		QueryRequest &neighbours = requests.emplace_back();
		neighbours.query = model::NearestQuery{point.vectors->front().second, std::nullopt};
		neighbours.using_vector = request.using_vector;
		neighbours.filter.emplace();
		neighbours.filter->must.push_back(shared);
		neighbours.filter->must_not.push_back(model::HasIdCondition{{point.id}});
		neighbours.params.emplace().exact = true;
		neighbours.limit = request.limit;
	}
	return requests;
}

model::MatrixRow row_of(const model::PointId &id, const std::vector<ScoredPoint> &nearest)
{
	model::MatrixRow row{id, {}};
	for (const ScoredPoint &point : nearest)
		row.nearest.emplace_back(point.id, point.score);
	return row;
}

} /* namespace */

std::vector<model::PointGroup> Collection::query_groups(const model::QueryGroupsRequest &request,
														const CollectionFinder &find, const model::ReadParams &params)
{
	return with_state([&](const State &state) {
		const StrictMode strict(state.stored.config, state.schema);
		strict.check_timeout(params.timeout_seconds);
		queries::check_request(request.query);
		strict.check_groups(request);
		take_reads(strict, {request.query});
		const postgres::Deadline until = deadline(params);
		const ShardReads reads = this->reads(state, until);
		const queries::QueryInputs inputs({request.query}, lookup(find, until));
		const auto plain_query = [&](const QueryRequest &plain, const model::Filter *sieve) {
			queries::Plan plan = queries::plan_queries({plain}, inputs, state.schema);
			if (sieve)
				plan.stages[plan.roots.front()].sieve = *sieve;
			return queries::execute(plan, reads, context_.pool->size()).front();
		};
		auto groups =
			search_groups(request, order_of(request.query, state.schema), plain_query, walks(request.query, reads));
		select(reads, {request.query.with_payload, request.query.with_vectors}, &groups);
		return groups;
	});
}

std::vector<model::MatrixRow> Collection::search_matrix(const model::MatrixRequest &request,
														const model::ReadParams &params)
{
	return with_state([&](const State &state) {
		const StrictMode strict(state.stored.config, state.schema);
		strict.check_timeout(params.timeout_seconds);
		strict.check_matrix(request);
		state.schema.vector(request.using_vector); /* throws for what is none */
		const QueryRequest sample = sample_of(request);
		take_reads(strict, {sample});
		const ShardReads reads = this->reads(state, deadline(params));
		const auto run = [&](const std::vector<QueryRequest> &requests) {
			const queries::QueryInputs inputs(requests, {});
			return queries::execute(queries::plan_queries(requests, inputs, state.schema), reads,
									context_.pool->size());
		};
		std::vector<ScoredPoint> points = std::move(run({sample}).front());
		std::vector<model::MatrixRow> rows;
		if (points.size() < 2)
			return rows;
		std::sort(points.begin(), points.end(), [](const auto &a, const auto &b) { return a.id < b.id; });
		const auto nearest = run(neighbours_of(points, request));
		for (size_t i = 0; i < points.size(); i++)
			rows.push_back(row_of(points[i].id, nearest[i]));
		return rows;
	});
}

} /* namespace vecext::collection */
