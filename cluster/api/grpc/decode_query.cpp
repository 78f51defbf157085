/*
 * decode_query.cpp: the universal query.
 */
#include "api/grpc/decode_parts.h"

namespace vecext::api::grpc {

namespace {

/* Deepest nesting of prefetches. */
constexpr int kMaxPrefetchDepth = 64;

using Inputs = google::protobuf::RepeatedPtrField<pb::VectorInput>;

std::vector<model::VectorInput> decode_inputs(const Inputs &list, const Place &place)
{
	std::vector<model::VectorInput> inputs;
	for (const pb::VectorInput &input : list)
		inputs.push_back(decode_vector_input(input, place.at(inputs.size())));
	return inputs;
}

model::RecommendQuery decode_recommend_input(const pb::RecommendInput &input, const Place &place)
{
	model::RecommendQuery recommend;
	recommend.positive = decode_inputs(input.positive(), place.in("positive"));
	recommend.negative = decode_inputs(input.negative(), place.in("negative"));
	recommend.strategy =
		static_cast<model::RecommendQuery::Strategy>(place.in("strategy").between(uint64_t(input.strategy()), 0, 2));
	if (recommend.positive.empty() && recommend.negative.empty())
		place.violation("At least one positive or negative vector/id must be provided");
	return recommend;
}

std::vector<model::ContextPair> decode_pairs(const pb::ContextInput &context, const Place &place)
{
	std::vector<model::ContextPair> pairs;
	for (const pb::ContextInputPair &pair : context.pairs()) {
		const Place list = place.in("pairs"), here = list.at(pairs.size());
		pairs.push_back({decode_vector_input(pair.positive(), here.in("positive")),
						 decode_vector_input(pair.negative(), here.in("negative"))});
	}
	return pairs;
}

model::NearestQuery decode_nearest_with_mmr(const pb::NearestInputWithMmr &input, const Place &place)
{
	model::NearestQuery nearest{decode_vector_input(input.nearest(), place.in("nearest")), model::Mmr()};
	if (input.mmr().has_diversity())
		nearest.mmr->diversity = place.in("mmr").in("diversity").between(double(input.mmr().diversity()), 0.0, 1.0);
	if (input.mmr().has_candidates_limit())
		nearest.mmr->candidates_limit =
			place.in("mmr").in("candidates_limit").between(uint64_t(input.mmr().candidates_limit()), 0, 16384);
	return nearest;
}

model::FusionQuery decode_rrf(const pb::Rrf &rrf, const Place &place)
{
	model::FusionQuery fusion;
	if (rrf.has_k())
		fusion.k = place.in("k").at_least(uint64_t(rrf.k()), 1);
	fusion.weights.assign(rrf.weights().begin(), rrf.weights().end());
	return fusion;
}

model::FusionQuery decode_fusion(pb::Fusion fusion, const Place &place)
{
	return {static_cast<model::FusionQuery::Kind>(place.between(uint64_t(fusion), 0, 1)), 2, {}};
}

model::RelevanceFeedbackQuery decode_feedback(const pb::RelevanceFeedbackInput &input, const Place &place)
{
	model::RelevanceFeedbackQuery query;
	query.target = decode_vector_input(input.target(), place.in("target"));
	for (const pb::FeedbackItem &item : input.feedback()) {
		const Place list = place.in("feedback"), here = list.at(query.feedback.size());
		query.feedback.push_back({decode_vector_input(item.example(), here.in("example")), item.score()});
	}
	if (query.feedback.empty())
		place.in("feedback").violation("length must be 1 or larger");
	if (!input.strategy().has_naive())
		place.in("strategy").malformed("missing strategy");
	const pb::NaiveFeedbackStrategy &naive = input.strategy().naive();
	query.a = naive.a();
	query.b = place.in("strategy").in("naive").in("b").at_least(double(naive.b()), 0.0);
	query.c = naive.c();
	return query;
}

model::Query decode_variant(const pb::Query &query, const Place &place)
{
	switch (query.variant_case()) {
	case pb::Query::kNearest:
		return model::NearestQuery{decode_vector_input(query.nearest(), place.in("nearest")), std::nullopt};
	case pb::Query::kNearestWithMmr:
		return decode_nearest_with_mmr(query.nearest_with_mmr(), place.in("nearest_with_mmr"));
	case pb::Query::kRecommend:
		return decode_recommend_input(query.recommend(), place.in("recommend"));
	case pb::Query::kDiscover:
		return model::DiscoverQuery{decode_vector_input(query.discover().target(), place.in("discover").in("target")),
									decode_pairs(query.discover().context(), place.in("discover").in("context"))};
	case pb::Query::kContext:
		return model::ContextQuery{decode_pairs(query.context(), place.in("context"))};
	case pb::Query::kOrderBy:
		return model::OrderByQuery{decode_order_by(query.order_by(), place.in("order_by"))};
	case pb::Query::kFusion:
		return decode_fusion(query.fusion(), place.in("fusion"));
	case pb::Query::kRrf:
		return decode_rrf(query.rrf(), place.in("rrf"));
	case pb::Query::kSample:
		return model::SampleQuery();
	case pb::Query::kFormula:
		return decode_formula(query.formula(), place.in("formula"));
	case pb::Query::kRelevanceFeedback:
		return decode_feedback(query.relevance_feedback(), place.in("relevance_feedback"));
	case pb::Query::VARIANT_NOT_SET:
		break;
	}
	place.malformed("missing query");
}

std::vector<model::Prefetch> decode_prefetches(const google::protobuf::RepeatedPtrField<pb::PrefetchQuery> &list,
											   const Place &place, int depth);

/* What the root and a prefetch have in common. */
template <class Message, class Request>
void decode_common(const Message &message, const Place &place, int depth, Request &request)
{
	request.prefetch = decode_prefetches(message.prefetch(), place.in("prefetch"), depth);
	if (message.has_query())
		request.query = decode_variant(message.query(), place.in("query"));
	request.using_vector = message.using_();
	decode_restrictions(message, place, request);
	if (message.has_limit())
		request.limit = place.in("limit").at_least(uint64_t(message.limit()), 1);
	if (message.has_lookup_from())
		request.lookup_from = decode_lookup(message.lookup_from(), place.in("lookup_from"));
}

std::vector<model::Prefetch> decode_prefetches(const google::protobuf::RepeatedPtrField<pb::PrefetchQuery> &list,
											   const Place &place, int depth)
{
	std::vector<model::Prefetch> prefetches;
	if (!list.empty() && depth == kMaxPrefetchDepth)
		place.malformed("more than " + std::to_string(kMaxPrefetchDepth) + " prefetches within each other");
	for (const pb::PrefetchQuery &message : list) {
		const Place here = place.at(prefetches.size());
		decode_common(message, here, depth + 1, prefetches.emplace_back());
	}
	return prefetches;
}

/* What the root has beside it. */
template <class Message> model::QueryRequest decode_root(const Message &message, const Place &place)
{
	model::QueryRequest request;
	decode_common(message, place, 0, request);
	decode_selections(message, place, request);
	request.shard_key = shard_key_of(message, place);
	return request;
}

} /* namespace */

model::SearchParams decode_search_params(const pb::SearchParams &message, const Place &place)
{
	model::SearchParams params;
	if (message.has_hnsw_ef())
		params.hnsw_ef = place.in("hnsw_ef").at_least(uint64_t(message.hnsw_ef()), 1);
	params.exact = message.exact();
	params.indexed_only = message.indexed_only();
	if (message.has_quantization()) {
		const pb::QuantizationSearchParams &quantization = message.quantization();
		auto &setting = params.quantization.emplace();
		setting.ignore = quantization.ignore();
		if (quantization.has_rescore())
			setting.rescore = quantization.rescore();
		if (quantization.has_oversampling())
			setting.oversampling =
				place.in("quantization").in("oversampling").at_least(quantization.oversampling(), 1.0);
	}
	if (message.has_acorn()) {
		auto &setting = params.acorn.emplace();
		setting.enable = message.acorn().enable();
		if (message.acorn().has_max_selectivity())
			setting.max_selectivity =
				place.in("acorn").in("max_selectivity").between(message.acorn().max_selectivity(), 0.0, 1.0);
	}
	if (message.has_idf()) {
		auto &setting = params.idf.emplace();
		if (message.idf().has_corpus())
			setting.corpus = decode_filter(message.idf().corpus(), place.in("idf").in("corpus"));
	}
	return params;
}

model::LookupLocation decode_lookup(const pb::LookupLocation &message, const Place &place)
{
	model::LookupLocation lookup;
	lookup.collection = message.collection_name();
	if (message.has_vector_name())
		lookup.vector = message.vector_name();
	lookup.shard_key = shard_key_of(message, place);
	return lookup;
}

model::WithLookup decode_with_lookup(const pb::WithLookup &message, const Place &place)
{
	model::WithLookup lookup;
	lookup.collection = message.collection();
	decode_selections(message, place, lookup);
	return lookup;
}

model::QueryRequest decode_query(const pb::QueryPoints &message, const Place &place)
{
	model::QueryRequest request = decode_root(message, place);
	request.offset = message.offset();
	return request;
}

std::vector<model::QueryRequest> decode_query_batch(const pb::QueryBatchPoints &batch, const Place &place)
{
	std::vector<model::QueryRequest> requests;
	for (const pb::QueryPoints &query : batch.query_points())
		requests.push_back(decode_query(query, place.in("query_points").at(requests.size())));
	return requests;
}

model::QueryGroupsRequest decode_query_groups(const pb::QueryPointGroups &message, const Place &place)
{
	model::QueryGroupsRequest groups;
	groups.query = decode_root(message, place);
	groups.group_by = checked_path(message.group_by(), place.in("group_by"));
	if (message.has_group_size())
		groups.group_size = place.in("group_size").at_least(uint64_t(message.group_size()), 1);
	if (message.has_with_lookup())
		groups.with_lookup = decode_with_lookup(message.with_lookup(), place.in("with_lookup"));
	return groups;
}

} /* namespace vecext::api::grpc */
