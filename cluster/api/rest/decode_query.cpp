/*
 * decode_query.cpp: the universal query.
 */
#include "api/rest/decode.h"
#include "model/error.h"

namespace vecext::api::rest {

namespace {

model::ContextPair decode_pair(const Node &node)
{
	return {decode_vector_input(node.required("positive")), decode_vector_input(node.required("negative"))};
}

std::vector<model::ContextPair> decode_pairs(const Node &node)
{
	if (node.is_object())
		return {decode_pair(node)};
	std::vector<model::ContextPair> pairs;
	for (const auto value : node.array())
		pairs.push_back(decode_pair(node.element(value, static_cast<int64_t>(pairs.size()))));
	return pairs;
}

model::NearestQuery decode_nearest(const Node &node)
{
	model::NearestQuery nearest;
	nearest.vector = decode_vector_input(node.required("nearest"));
	if (const auto mmr = node.field("mmr")) {
		auto &setting = nearest.mmr.emplace();
		if (const auto diversity = mmr->field("diversity"))
			setting.diversity = diversity->number_between(0, 1);
		if (const auto candidates = mmr->field("candidates_limit"))
			setting.candidates_limit = candidates->between(0, 16384);
	}
	return nearest;
}

model::RecommendQuery decode_recommend_input(const Node &node)
{
	model::RecommendQuery recommend;
	recommend.positive = optional_inputs(node, "positive");
	recommend.negative = optional_inputs(node, "negative");
	if (const auto strategy = node.field("strategy"))
		recommend.strategy = static_cast<model::RecommendQuery::Strategy>(
			strategy->word({"average_vector", "best_score", "sum_scores"}));
	if (recommend.positive.empty() && recommend.negative.empty())
		node.violation("At least one positive or negative vector/id must be provided");
	return recommend;
}

model::FusionQuery decode_rrf(const Node &node)
{
	model::FusionQuery fusion;
	if (const auto k = node.field("k"))
		fusion.k = k->at_least(1);
	if (const auto weights = node.field("weights"))
		for (const auto value : weights->array())
			fusion.weights.push_back(weights->element(value, static_cast<int64_t>(fusion.weights.size())).number());
	return fusion;
}

model::RelevanceFeedbackQuery decode_feedback(const Node &node)
{
	model::RelevanceFeedbackQuery query;
	query.target = decode_vector_input(node.required("target"));
	const Node list = node.required("feedback");
	for (const auto value : list.array()) {
		const Node item = list.element(value, static_cast<int64_t>(query.feedback.size()));
		query.feedback.push_back({decode_vector_input(item.required("example")), item.required("score").number()});
	}
	if (query.feedback.empty())
		list.violation("length must be 1 or larger");
	const Node strategy = node.required("strategy");
	const Node naive = strategy.required("naive");
	query.a = naive.required("a").number();
	query.b = naive.required("b").number_at_least(0);
	query.c = naive.required("c").number();
	return query;
}

model::Query decode_keyed(const Node &node)
{
	if (node.has("nearest"))
		return decode_nearest(node);
	if (const auto recommend = node.field("recommend"))
		return decode_recommend_input(*recommend);
	if (const auto discover = node.field("discover")) {
		model::DiscoverQuery query{decode_vector_input(discover->required("target")), {}};
		if (const auto context = discover->field("context"))
			query.context = decode_pairs(*context);
		return query;
	}
	if (const auto context = node.field("context"))
		return model::ContextQuery{decode_pairs(*context)};
	if (const auto order = node.field("order_by"))
		return model::OrderByQuery{decode_order_by(*order)};
	if (const auto fusion = node.field("fusion"))
		return model::FusionQuery{static_cast<model::FusionQuery::Kind>(fusion->word({"rrf", "dbsf"})), 2, {}};
	if (const auto rrf = node.field("rrf"))
		return decode_rrf(*rrf);
	if (node.has("formula"))
		return decode_formula(node);
	if (const auto sample = node.field("sample")) {
		sample->word({"random"});
		return model::SampleQuery();
	}
	if (const auto feedback = node.field("relevance_feedback"))
		return decode_feedback(*feedback);
	node.malformed("data did not match any variant of untagged enum Query");
}

bool is_shorthand(const Node &node)
{
	return !node.is_object() || node.has("indices") || node.has("model");
}

model::Query decode_query(const Node &node)
{
	if (is_shorthand(node))
		return model::NearestQuery{decode_vector_input(node), std::nullopt};
	return decode_keyed(node);
}

std::vector<model::Prefetch> optional_prefetches(const Node &object);

/* What the root and a prefetch have in common. */
template <class Request> void decode_common(const Node &node, Request &request)
{
	request.prefetch = optional_prefetches(node);
	if (const auto query = node.field("query"))
		request.query = decode_query(*query);
	request.using_vector = optional_text(node, "using").value_or("");
	request.filter = optional_filter(node);
	if (const auto params = node.field("params"))
		request.params = decode_search_params(*params);
	if (const auto threshold = node.field("score_threshold"))
		request.score_threshold = threshold->number();
	if (const auto limit = node.field("limit"))
		request.limit = limit->at_least(1);
	request.lookup_from = optional_lookup(node);
}

/* As deep as JSON may be; which depth is too much is decided behind the codec. */
model::Prefetch decode_prefetch(const Node &node)
{
	model::Prefetch prefetch;
	decode_common(node, prefetch);
	return prefetch;
}

std::vector<model::Prefetch> optional_prefetches(const Node &object)
{
	std::vector<model::Prefetch> prefetches;
	const auto field = object.field("prefetch");
	if (!field)
		return prefetches;
	if (field->is_object()) {
		prefetches.push_back(decode_prefetch(*field));
		return prefetches;
	}
	for (const auto value : field->array()) {
		const Node item = field->element(value, static_cast<int64_t>(prefetches.size()));
		prefetches.push_back(decode_prefetch(item));
	}
	return prefetches;
}

void decode_selections(const Node &node, model::QueryRequest &request)
{
	if (const auto payload = node.field("with_payload"))
		request.with_payload = decode_with_payload(*payload);
	if (const auto vectors = node.field("with_vector", "with_vectors"))
		request.with_vectors = decode_with_vectors(*vectors);
}

} /* namespace */

model::VectorInput decode_vector_input(const Node &node)
{
	if (node.is_integer() || node.is_string())
		return decode_point_id(node);
	return decode_vector(node);
}

std::vector<model::VectorInput> optional_inputs(const Node &object, std::string_view name)
{
	std::vector<model::VectorInput> inputs;
	if (const auto list = object.field(name))
		for (const auto value : list->array())
			inputs.push_back(decode_vector_input(list->element(value, static_cast<int64_t>(inputs.size()))));
	return inputs;
}

std::optional<model::LookupLocation> optional_lookup(const Node &object)
{
	const auto field = object.field("lookup_from");
	if (!field)
		return std::nullopt;
	return model::LookupLocation{std::string(field->required("collection").text()), optional_text(*field, "vector"),
								 optional_shard_key(*field)};
}

model::SearchParams decode_search_params(const Node &node)
{
	model::SearchParams params;
	params.hnsw_ef = optional_at_least(node, "hnsw_ef", 1);
	params.exact = optional_bool(node, "exact").value_or(false);
	params.indexed_only = optional_bool(node, "indexed_only").value_or(false);
	if (const auto quantization = node.field("quantization")) {
		auto &setting = params.quantization.emplace();
		setting.ignore = optional_bool(*quantization, "ignore").value_or(false);
		setting.rescore = optional_bool(*quantization, "rescore");
		if (const auto oversampling = quantization->field("oversampling"))
			setting.oversampling = oversampling->number_at_least(1);
	}
	if (const auto acorn = node.field("acorn")) {
		auto &setting = params.acorn.emplace();
		setting.enable = optional_bool(*acorn, "enable").value_or(false);
		if (const auto selectivity = acorn->field("max_selectivity"))
			setting.max_selectivity = selectivity->number_between(0, 1);
	}
	if (const auto idf = node.field("idf")) {
		auto &setting = params.idf.emplace();
		if (idf->is_string())
			idf->word({"global"});
		else
			setting.corpus = decode_filter(idf->required("corpus"));
	}
	return params;
}

model::QueryRequest decode_query_request(const Node &node)
{
	const Node inner = node.within("internal");
	model::QueryRequest request;
	decode_common(inner, request);
	if (const auto offset = inner.field("offset"))
		request.offset = offset->unsigned_integer();
	decode_selections(inner, request);
	request.shard_key = optional_shard_key(node);
	return request;
}

model::WithLookup decode_with_lookup(const Node &node)
{
	model::WithLookup lookup;
	if (node.is_string()) {
		lookup.collection = node.text();
		return lookup;
	}
	lookup.collection = node.required("collection").text();
	if (const auto payload = node.field("with_payload"))
		lookup.with_payload = decode_with_payload(*payload);
	if (const auto vectors = node.field("with_vectors", "with_vector"))
		lookup.with_vectors = decode_with_vectors(*vectors);
	return lookup;
}

model::QueryGroupsRequest decode_query_groups(const Node &node)
{
	model::QueryGroupsRequest groups;
	groups.query = decode_query_request(node);
	decode_grouping(node, groups);
	return groups;
}

void decode_grouping(const Node &node, model::QueryGroupsRequest &groups)
{
	const Node key = node.required("group_by");
	if (key.text().empty())
		key.violation("length must be 1 or larger");
	else
		check_payload_path(key, key.text());
	groups.group_by = key.text();
	if (const auto size = node.field("group_size"))
		groups.group_size = size->at_least(1);
	if (const auto lookup = node.field("with_lookup"))
		groups.with_lookup = decode_with_lookup(*lookup);
}

std::vector<model::QueryRequest> decode_query_batch(const Node &node)
{
	return decode_searches(node, decode_query_request);
}

} /* namespace vecext::api::rest */
