/*
 * collection_query.cpp: reads of a collection: fan-out over its shards and merging.
 */
#include <algorithm>
#include <unordered_map>

#include "collection/collection.h"
#include "collection/collection_template.h"
#include "collection/strict_mode.h"
#include "model/error.h"
#include "shard/vector_sql.h"

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

shard::Selection selection_of(const QueryRequest &request)
{
	return {request.with_payload, request.with_vectors};
}

uint64_t saturating_sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

/* Lists that are each in order become one list of at most `limit`. */
template <class T, class Before>
std::vector<T> merged_lists(std::vector<std::vector<T>> lists, uint64_t limit, Before before)
{
	if (lists.size() == 1) {
		if (lists[0].size() > limit)
			lists[0].resize(limit);
		return std::move(lists[0]);
	}
	std::vector<T> all;
	for (std::vector<T> &list : lists)
		std::move(list.begin(), list.end(), std::back_inserter(all));
	std::stable_sort(all.begin(), all.end(), before);
	if (all.size() > limit)
		all.resize(limit);
	return all;
}

template <class T> void drop_first(std::vector<T> *list, uint64_t n)
{
	list->erase(list->begin(), list->begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(n, list->size())));
}

std::vector<ScoredPoint> with_score_one(std::vector<Record> records)
{
	std::vector<ScoredPoint> points;
	for (Record &record : records) {
		ScoredPoint &point = points.emplace_back();
		point.id = record.id;
		point.score = 1;
		point.payload = std::move(record.payload);
		point.vectors = std::move(record.vectors);
		point.order_value = record.order_value;
	}
	return points;
}

/* Best first: equal scores by id, in the direction of the scores. */
auto score_order(bool higher_is_better)
{
	return [higher_is_better](const ScoredPoint &a, const ScoredPoint &b) {
		if (a.score != b.score)
			return higher_is_better ? a.score > b.score : a.score < b.score;
		return higher_is_better ? b.id < a.id : a.id < b.id;
	};
}

void check_query(const QueryRequest &request)
{
	const bool is_ordered = request.query && std::holds_alternative<model::OrderByQuery>(*request.query);
	if (request.score_threshold && (!request.query || is_ordered))
		throw model::wrong_input("score_threshold needs a query that gives scores");
	if (!request.prefetch.empty())
		throw model::unsupported("A prefetch");
}

void check_vector_name(const StoredCollection &stored, const std::string &name)
{
	if (stored.config.sparse_vectors.contains(name))
		throw model::unsupported("Searching sparse vectors");
}

model::DenseVector dense_query(const model::Vector &vector)
{
	if (const auto *dense = std::get_if<model::DenseVector>(&vector))
		return *dense;
	if (std::holds_alternative<model::InferenceInput>(vector))
		throw model::unsupported("Inference");
	if (std::holds_alternative<model::SparseVector>(vector))
		throw model::unsupported("Searching sparse vectors");
	throw model::unsupported("Searching multivectors");
}

void check_range_index(const shard::ShardSchema &schema, const std::string &path)
{
	const model::PayloadFieldSchema *index = schema.payload_index(path);
	const bool serves =
		index && (index->type == model::PayloadFieldType::kFloat || index->type == model::PayloadFieldType::kDatetime ||
				  (index->type == model::PayloadFieldType::kInteger && index->range.value_or(true)));
	if (!serves)
		throw model::wrong_input(
			"No range index for `order_by` key: `" + path +
			"`. Please create one to use `order_by`. Check "
			"https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload "
			"schemas support Range conditions");
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

const char *name_of(const model::Query &query)
{
	constexpr const char *names[] = {"A nearest query", "A recommend query", "A discover query",
									 "A context query", "An order_by query", "A fusion query",
									 "A sample query",  "A formula query",   "A relevance feedback query"};
	return names[query.index()];
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
		const auto parts = shards_.split(request.ids);
		std::vector<std::vector<Record>> found(shards_.all().size());
		const shard::Selection selection{request.with_payload, request.with_vectors};
		on_shards([&](shard::ShardReplicaSet &shard, size_t i) {
			if (const auto part = parts.find(i); part != parts.end())
				found[i] = shard.read([&](shard::LocalShard &replica) {
					return replica.retrieve(state.schema, part->second, selection, deadline(params));
				});
		});
		std::map<model::PointId, Record *> by_id;
		for (std::vector<Record> &list : found)
			for (Record &record : list)
				by_id[record.id] = &record;
		std::vector<Record> ordered;
		for (const model::PointId &id : request.ids)
			if (const auto record = by_id.find(id); record != by_id.end()) {
				ordered.push_back(std::move(*record->second));
				by_id.erase(record);
			}
		return ordered;
	});
}

model::DenseVector Collection::stored_vector(const model::PointId &id, const std::string &vector,
											 const model::ReadParams &params)
{
	model::RetrieveRequest request;
	request.ids = {id};
	request.with_vectors = {model::VectorSelection::kNamed, {vector}};
	const std::vector<Record> found = retrieve(request, params);
	if (found.empty())
		throw model::point_not_found(model::to_string(id));
	if (found[0].vectors->empty())
		throw model::not_found("Point with id " + model::to_string(id) + " has no vector `" + vector + "`");
	return std::get<model::DenseVector>(found[0].vectors->front().second);
}

/* ---- scrolling ---- */

std::vector<Record> Collection::scroll_records(const State &state, const shard::ScrollPage &page, Deadline deadline)
{
	std::vector<std::vector<Record>> lists(shards_.all().size());
	on_shards([&](shard::ShardReplicaSet &shard, size_t i) {
		lists[i] = shard.read([&](shard::LocalShard &replica) { return replica.scroll(state.schema, page, deadline); });
	});
	return merged_lists(std::move(lists), page.limit, [](const Record &a, const Record &b) { return a.id < b.id; });
}

std::vector<Record> Collection::ordered_records(const State &state, const shard::OrderedPage &page, Deadline deadline)
{
	check_range_index(state.schema, page.order_by.key);
	std::vector<std::vector<Record>> lists(shards_.all().size());
	on_shards([&](shard::ShardReplicaSet &shard, size_t i) {
		lists[i] =
			shard.read([&](shard::LocalShard &replica) { return replica.ordered(state.schema, page, deadline); });
	});
	const bool ascending = page.order_by.direction == model::OrderDirection::kAscending;
	return merged_lists(std::move(lists), page.limit, [ascending](const Record &a, const Record &b) {
		const auto left = std::tie(a.order_value, a.id), right = std::tie(b.order_value, b.id);
		return ascending ? left < right : right < left;
	});
}

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
			result.points = ordered_records(
				state, {*request.order_by, request.limit, pointer(request.filter), selection}, deadline(params));
			return result;
		}
		shard::ScrollPage page{request.offset, saturating_sum(request.limit, 1), pointer(request.filter), selection};
		result.points = scroll_records(state, page, deadline(params));
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
														const std::vector<VectorLookup> &lookups,
														const model::ReadParams &params)
{
	return with_state([&](const State &state) {
		const StrictMode strict(state.stored.config, state.schema);
		strict.check_timeout(params.timeout_seconds);
		strict.check_batch(requests.size());
		uint64_t cost = 0;
		for (const QueryRequest &request : requests) {
			check_query(request);
			strict.check_search(request);
			cost += read_cost(request.filter);
		}
		if (strict.limits())
			reads_.take("Read", strict.limits()->read_rate_limit, cost);
		std::vector<std::vector<ScoredPoint>> results(requests.size());
		run_parallel(requests.size(), context_.pool->size(),
					 [&](size_t i) { results[i] = query_one(state, requests[i], lookups[i], params); });
		return results;
	});
}

std::vector<ScoredPoint> Collection::query_one(const State &state, const QueryRequest &request,
											   const VectorLookup &lookup, const model::ReadParams &params)
{
	if (!request.query || std::holds_alternative<model::OrderByQuery>(*request.query))
		return scrolled(state, request, params);
	if (std::holds_alternative<model::SampleQuery>(*request.query))
		return sampled(state, request, params);
	if (const auto *query = std::get_if<model::NearestQuery>(&*request.query))
		return nearest(state, request, *query, lookup, params);
	throw model::unsupported(name_of(*request.query));
}

std::vector<ScoredPoint> Collection::nearest(const State &state, const QueryRequest &request,
											 const model::NearestQuery &query, const VectorLookup &lookup,
											 const model::ReadParams &params)
{
	if (query.mmr)
		throw model::unsupported("Maximal marginal relevance");
	check_vector_name(state.stored, request.using_vector);
	const shard::VectorColumn &vector = state.schema.vector(request.using_vector);
	const model::SearchParams search_params = request.params.value_or(model::SearchParams());

	shard::NearestSearch search;
	search.vector = &vector;
	if (const auto *id = std::get_if<model::PointId>(&query.vector)) {
		if (!request.lookup_from)
			search.excluded.push_back(*id);
		search.query = request.lookup_from ? lookup(*id, request.lookup_from->vector.value_or(request.using_vector))
										   : stored_vector(*id, request.using_vector, params);
	} else {
		search.query = dense_query(std::get<model::Vector>(query.vector));
	}
	search.query = shard::as_stored(vector.params, std::move(search.query));
	search.filter = pointer(request.filter);
	search.selection = selection_of(request);
	search.exact = searches_exactly(state, vector, search_params.exact);
	const uint64_t wanted = saturating_sum(request.limit, request.offset);
	search.ef = std::max(search_params.hnsw_ef.value_or(vector.hnsw.ef_construct), wanted);
	if (const auto &quantization = search_params.quantization) {
		search.rescore = quantization->ignore ? true : quantization->rescore;
		search.oversampling = quantization->oversampling;
	}
	const bool is_single = shards_.all().size() == 1;
	search.limit = is_single ? request.limit : wanted;
	search.offset = is_single ? request.offset : 0;

	std::vector<std::vector<ScoredPoint>> lists(shards_.all().size());
	on_shards([&](shard::ShardReplicaSet &shard, size_t i) {
		lists[i] = shard.read(
			[&](shard::LocalShard &replica) { return replica.nearest(state.schema, search, deadline(params)); });
	});
	const bool higher = shard::higher_is_better(vector.params.distance);
	std::vector<ScoredPoint> points = merged_lists(std::move(lists), search.limit, score_order(higher));
	if (!is_single)
		drop_first(&points, request.offset);
	if (request.score_threshold) {
		const double threshold = *request.score_threshold;
		std::erase_if(points, [&](const ScoredPoint &point) {
			return higher ? !(point.score > threshold) : !(point.score < threshold);
		});
	}
	return points;
}

std::vector<ScoredPoint> Collection::scrolled(const State &state, const QueryRequest &request,
											  const model::ReadParams &params)
{
	const uint64_t wanted = saturating_sum(request.limit, request.offset);
	std::vector<Record> records;
	if (request.query) {
		const model::OrderBy &order_by = std::get<model::OrderByQuery>(*request.query).order_by;
		records = ordered_records(state, {order_by, wanted, pointer(request.filter), selection_of(request)},
								  deadline(params));
	} else {
		records = scroll_records(state, {std::nullopt, wanted, pointer(request.filter), selection_of(request)},
								 deadline(params));
	}
	drop_first(&records, request.offset);
	return with_score_one(std::move(records));
}

/* Of each shard as many as are wanted of all, dealt out in turn; the
 * offset has no meaning for a sample. */
std::vector<ScoredPoint> Collection::sampled(const State &state, const QueryRequest &request,
											 const model::ReadParams &params)
{
	const shard::Sample sample{request.limit, pointer(request.filter), selection_of(request)};
	std::vector<std::vector<Record>> lists(shards_.all().size());
	on_shards([&](shard::ShardReplicaSet &shard, size_t i) {
		lists[i] = shard.read(
			[&](shard::LocalShard &replica) { return replica.sample(state.schema, sample, deadline(params)); });
	});
	std::vector<Record> taken;
	for (size_t turn = 0, empty = 0; taken.size() < request.limit && empty < lists.size(); turn++) {
		std::vector<Record> &list = lists[turn % lists.size()];
		empty = list.empty() ? empty + 1 : 0;
		if (list.empty())
			continue;
		taken.push_back(std::move(list.back()));
		list.pop_back();
	}
	return with_score_one(std::move(taken));
}

} /* namespace vecext::collection */
