/*
 * decode_search.cpp: the older search, recommend and discover endpoints, as
 * queries. Their limits are mandatory and their vectors carry their names.
 */
#include "api/rest/decode.h"
#include "model/error.h"

namespace vecext::api::rest {

namespace {

void decode_named_vector(const Node &node, model::QueryRequest &request)
{
	if (node.is_array()) {
		request.query = model::NearestQuery{decode_vector(node), std::nullopt};
		return;
	}
	request.using_vector = node.required("name").text();
	request.query = model::NearestQuery{decode_vector(node.required("vector")), std::nullopt};
}

/* A name, or an object {"name": ...} as older clients send it. */
void decode_using(const Node &object, model::QueryRequest &request)
{
	const auto field = object.field("using");
	if (!field)
		return;
	request.using_vector = field->is_object() ? field->required("name").text() : field->text();
}

void decode_rest(const Node &node, model::QueryRequest &request)
{
	request.filter = optional_filter(node);
	if (const auto params = node.field("params"))
		request.params = decode_search_params(*params);
	if (const auto threshold = node.field("score_threshold"))
		request.score_threshold = threshold->number();
	request.limit = node.required("limit", "top").at_least(1);
	if (const auto offset = node.field("offset"))
		request.offset = offset->unsigned_integer();
	if (const auto payload = node.field("with_payload"))
		request.with_payload = decode_with_payload(*payload);
	if (const auto vectors = node.field("with_vector", "with_vectors"))
		request.with_vectors = decode_with_vectors(*vectors);
	request.shard_key = optional_shard_key(node);
}

model::RecommendQuery decode_examples(const Node &node)
{
	model::RecommendQuery recommend;
	recommend.positive = optional_inputs(node, "positive");
	recommend.negative = optional_inputs(node, "negative");
	if (const auto strategy = node.field("strategy"))
		recommend.strategy = static_cast<model::RecommendQuery::Strategy>(
			strategy->word({"average_vector", "best_score", "sum_scores"}));
	const bool needs_positive = recommend.strategy == model::RecommendQuery::kAverageVector;
	if (needs_positive && recommend.positive.empty())
		throw model::bad_request("At least one positive vector ID required with this strategy");
	if (recommend.positive.empty() && recommend.negative.empty())
		throw model::bad_request("At least one positive or negative vector ID required with this strategy");
	return recommend;
}

model::Query decode_discovery(const Node &node)
{
	std::vector<model::ContextPair> pairs;
	if (const auto context = node.field("context"))
		for (const auto value : context->array()) {
			const Node pair = context->element(value, static_cast<int64_t>(pairs.size()));
			pairs.push_back(
				{decode_vector_input(pair.required("positive")), decode_vector_input(pair.required("negative"))});
		}
	if (const auto target = node.field("target"))
		return model::DiscoverQuery{decode_vector_input(*target), pairs};
	if (pairs.empty())
		throw model::bad_request("target and/or context_pairs must be specified");
	return model::ContextQuery{pairs};
}

} /* namespace */

model::QueryRequest decode_search(const Node &node)
{
	const Node inner = node.within("internal");
	model::QueryRequest request;
	decode_named_vector(inner.required("vector"), request);
	decode_rest(inner, request);
	return request;
}

model::QueryRequest decode_recommend(const Node &node)
{
	const Node inner = node.within("internal");
	model::QueryRequest request;
	request.query = decode_examples(inner);
	decode_using(inner, request);
	request.lookup_from = optional_lookup(inner);
	decode_rest(inner, request);
	return request;
}

model::QueryRequest decode_discover(const Node &node)
{
	const Node inner = node.within("internal");
	model::QueryRequest request;
	request.query = decode_discovery(inner);
	decode_using(inner, request);
	request.lookup_from = optional_lookup(inner);
	decode_rest(inner, request);
	return request;
}

model::QueryGroupsRequest decode_search_groups(const Node &node)
{
	model::QueryGroupsRequest groups;
	groups.query = decode_search(node);
	decode_grouping(node, groups);
	node.required("group_size");
	return groups;
}

model::QueryGroupsRequest decode_recommend_groups(const Node &node)
{
	model::QueryGroupsRequest groups;
	groups.query = decode_recommend(node);
	decode_grouping(node, groups);
	node.required("group_size");
	return groups;
}

std::vector<model::QueryRequest> decode_searches(const Node &node, model::QueryRequest (*decode_one)(const Node &))
{
	std::vector<model::QueryRequest> requests;
	const Node list = node.required("searches");
	for (const auto value : list.array())
		requests.push_back(decode_one(list.element(value, static_cast<int64_t>(requests.size()))));
	return requests;
}

} /* namespace vecext::api::rest */
