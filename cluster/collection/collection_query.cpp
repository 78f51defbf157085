/*
 * collection_query.cpp: reads of a collection: what strict mode and rate limits allow
 * is handed to ShardReads, and queries are planned and carried out (query/).
 */
#include <algorithm>

#include "collection/collection.h"
#include "collection/collection_template.h"
#include "collection/page.h"
#include "collection/query/execute.h"
#include "collection/strict_mode.h"
#include "model/error.h"

namespace vecext::collection {

using model::QueryRequest;
using model::Record;
using model::ScoredPoint;
using postgres::Deadline;

namespace {

const model::Filter *pointer(const std::optional<model::Filter> &filter)
{
	return filter ? &*filter : nullptr;
}

/* The type of payload_facet() for a field. */
const char *facet_type(const shard::ShardSchema &schema, const std::string &path)
{
	if (const model::PayloadFieldSchema *index = schema.payload_index(path)) {
		if (index->type == model::PayloadFieldType::kKeyword)
			return "keyword";
		if (index->type == model::PayloadFieldType::kInteger && index->lookup.value_or(true))
			return "integer";
		if (index->type == model::PayloadFieldType::kUuid)
			return "uuid";
		if (index->type == model::PayloadFieldType::kBool)
			return "bool";
	}
	throw model::wrong_input("No appropriate index for faceting: `" + path +
							 "`. Please create one to facet on this field. Check "
							 "https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload "
							 "schemas support Match conditions");
}

uint64_t read_cost(const std::optional<model::Filter> &filter)
{
	return 1 + count_conditions(filter);
}

/* Of a query or a prefetch, with those within. */
template <class Level> uint64_t query_cost(const Level &level)
{
	uint64_t cost = read_cost(level.filter);
	for (const model::Prefetch &prefetch : level.prefetch)
		cost += query_cost(prefetch);
	return cost;
}

} /* namespace */

/* ---- points ---- */

std::vector<Record> Collection::retrieve(const model::RetrieveRequest &request, const model::ReadParams &params)
{
	return with_state([&](const State &state) {
		const StrictMode strict(state.stored.config, state.schema);
		strict.check_timeout(params.timeout_seconds);
		if (strict.limits())
			reads_.take("Read", strict.limits()->read_rate_limit, 1);
		return reads(state, deadline(params)).retrieve(request.ids, {request.with_payload, request.with_vectors});
	});
}

queries::PointVectors Collection::stored_vectors(const std::string &vector, const std::vector<model::PointId> &ids,
												 Deadline deadline)
{
	return with_state([&](const State &state) {
		shard::Selection selection;
		selection.vectors = {model::VectorSelection::kNamed, {vector}};
		std::vector<Record> found = reads(state, deadline).retrieve(ids, selection);
		queries::PointVectors vectors;
		for (size_t i = 0; i < ids.size(); i++) {
			if (i >= found.size() || found[i].id != ids[i])
				throw model::point_not_found(model::to_string(ids[i]));
			if (!found[i].vectors->empty())
				vectors[ids[i]] = std::get<model::DenseVector>(std::move(found[i].vectors->front().second));
		}
		return vectors;
	});
}

/* ---- scrolling ---- */

model::ScrollResult Collection::scroll(const model::ScrollRequest &request, const model::ReadParams &params)
{
	return with_state([&](const State &state) {
		const StrictMode strict(state.stored.config, state.schema);
		strict.check_timeout(params.timeout_seconds);
		strict.check_limit("limit", request.limit);
		strict.check_retrieve_filter(request.filter);
		if (strict.limits())
			reads_.take("Read", strict.limits()->read_rate_limit, read_cost(request.filter));
		model::ScrollResult result;
		const shard::Selection selection{request.with_payload, request.with_vectors};
		if (request.order_by) {
			if (request.offset)
				throw model::wrong_input(
					"Cannot use an `offset` when using `order_by`. The alternative for paging is to use "
					"`order_by.start_from` and a filter to exclude the IDs that you've already seen "
					"for the `order_by.start_from` value");
			result.points = reads(state, deadline(params))
								.ordered({*request.order_by, request.limit, pointer(request.filter), selection});
			return result;
		}
		shard::ScrollPage page{request.offset, saturating_sum(request.limit, 1), pointer(request.filter), selection};
		result.points = reads(state, deadline(params)).scroll(page);
		if (result.points.size() > request.limit) {
			result.next_page_offset = result.points.back().id;
			result.points.pop_back();
		}
		return result;
	});
}

uint64_t Collection::count(const model::CountRequest &request, const model::ReadParams &params)
{
	return with_state([&](const State &state) {
		const StrictMode strict(state.stored.config, state.schema);
		strict.check_timeout(params.timeout_seconds);
		strict.check_retrieve_filter(request.filter);
		if (strict.limits())
			reads_.take("Read", strict.limits()->read_rate_limit, read_cost(request.filter));
		if (!request.filter)
			return points();
		std::atomic<uint64_t> sum = 0;
		on_shards([&](shard::ShardReplicaSet &shard, size_t) {
			sum += shard.read([&](shard::LocalShard &replica) {
				return replica.count(state.schema, pointer(request.filter), deadline(params));
			});
		});
		return sum.load();
	});
}

std::vector<model::FacetHit> Collection::facet(const model::FacetRequest &request, const model::ReadParams &params)
{
	return with_state([&](const State &state) {
		const StrictMode strict(state.stored.config, state.schema);
		strict.check_timeout(params.timeout_seconds);
		strict.check_limit("limit", request.limit);
		strict.check_retrieve_filter(request.filter);
		if (strict.limits())
			reads_.take("Read", strict.limits()->read_rate_limit, read_cost(request.filter));
		const bool is_single = shards_.all().size() <= 1;
		const uint64_t approximate = std::max<uint64_t>(request.limit * 4, 128);
		const uint64_t limit = is_single ? request.limit : request.exact ? UINT64_MAX : approximate;
		const shard::FacetCount facet{request.key, facet_type(state.schema, request.key), limit,
									  pointer(request.filter)};
		std::vector<std::vector<model::FacetHit>> lists(shards_.all().size());
		on_shards([&](shard::ShardReplicaSet &shard, size_t i) {
			lists[i] = shard.read(
				[&](shard::LocalShard &replica) { return replica.facet(state.schema, facet, deadline(params)); });
		});
		std::map<decltype(model::FacetHit::value), uint64_t> counts;
		for (const auto &list : lists)
			for (const model::FacetHit &hit : list)
				counts[hit.value] += hit.count;
		std::vector<model::FacetHit> hits;
		for (const auto &[value, count] : counts)
			hits.push_back({value, count});
		std::stable_sort(hits.begin(), hits.end(), [](const auto &a, const auto &b) { return a.count > b.count; });
		if (hits.size() > request.limit)
			hits.resize(request.limit);
		return hits;
	});
}

/* ---- queries ---- */

std::vector<std::vector<ScoredPoint>> Collection::query(const std::vector<QueryRequest> &requests,
														const CollectionFinder &find, const model::ReadParams &params)
{
	return with_state([&](const State &state) {
		const StrictMode strict(state.stored.config, state.schema);
		strict.check_timeout(params.timeout_seconds);
		strict.check_batch(requests.size());
		for (const QueryRequest &request : requests) {
			queries::check_request(request);
			strict.check_search(request);
		}
		take_reads(strict, requests);
		const Deadline until = deadline(params);
		try {
			const queries::QueryInputs inputs(requests, lookup(find, until));
			const queries::Plan plan = queries::plan_queries(requests, inputs, state.schema);
			return queries::execute(plan, reads(state, until), context_.pool->size());
		} catch (const model::Error &error) {
			if (error.kind() == model::ErrorKind::kTimeout)
				throw timed_out("query", params);
			throw;
		}
	});
}

void Collection::take_reads(const StrictMode &strict, const std::vector<QueryRequest> &requests)
{
	if (!strict.limits())
		return;
	uint64_t cost = 0;
	for (const QueryRequest &request : requests)
		cost += query_cost(request);
	reads_.take("Read", strict.limits()->read_rate_limit, cost);
}

queries::PointLookup Collection::lookup(const CollectionFinder &find, Deadline until)
{
	queries::PointLookup lookup;
	lookup.is_searched = [this, &find](const std::string &name) { return find(name).get() == this; };
	lookup.read = [this, &find, until](const std::string *name, const std::string &vector,
									   const std::vector<model::PointId> &ids) {
		return name ? find(*name)->stored_vectors(vector, ids, until) : stored_vectors(vector, ids, until);
	};
	return lookup;
}

} /* namespace vecext::collection */
