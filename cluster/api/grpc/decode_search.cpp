/*
 * decode_search.cpp: the older search, recommend and discover calls, as queries.
 */
#include "api/grpc/decode_parts.h"
#include "model/error.h"

namespace vecext::api::grpc {

namespace {

/* What all of them name in the same way. */
template <class Message> void decode_rest(const Message &message, const Place &place, model::QueryRequest &request)
{
	decode_restrictions(message, place, request);
	if constexpr (requires { message.offset(); })
		request.offset = message.offset();
	request.limit = place.in("limit").at_least(uint64_t(message.limit()), 1);
	decode_selections(message, place, request);
	request.shard_key = shard_key_of(message, place);
}

template <class Message> model::QueryRequest search(const Message &message, const Place &place)
{
	model::QueryRequest request;
	model::Vector vector;
	if (message.has_sparse_indices())
		vector = decode_sparse(message.sparse_indices().data(), message.vector(), place.in("vector"));
	else
		vector = decode_dense(message.vector(), place.in("vector"));
	request.query = model::NearestQuery{std::move(vector), std::nullopt};
	request.using_vector = message.vector_name();
	decode_rest(message, place, request);
	return request;
}

template <class Message> void decode_place(const Message &message, const Place &place, model::QueryRequest &request)
{
	request.using_vector = message.using_();
	if (message.has_lookup_from())
		request.lookup_from = decode_lookup(message.lookup_from(), place.in("lookup_from"));
}

std::vector<model::VectorInput> examples(const google::protobuf::RepeatedPtrField<pb::PointId> &ids,
										 const google::protobuf::RepeatedPtrField<pb::Vector> &vectors,
										 const Place &place)
{
	std::vector<model::VectorInput> inputs;
	for (const pb::PointId &id : ids)
		inputs.emplace_back(decode_point_id(id, place.at(inputs.size())));
	for (const pb::Vector &vector : vectors)
		inputs.emplace_back(decode_vector(vector, place.at(inputs.size())));
	return inputs;
}

template <class Message> model::QueryRequest recommend(const Message &message, const Place &place)
{
	model::RecommendQuery recommend;
	recommend.positive = examples(message.positive(), message.positive_vectors(), place.in("positive"));
	recommend.negative = examples(message.negative(), message.negative_vectors(), place.in("negative"));
	recommend.strategy =
		static_cast<model::RecommendQuery::Strategy>(place.in("strategy").between(uint64_t(message.strategy()), 0, 2));
	if (recommend.positive.empty() && recommend.negative.empty())
		throw model::Error(model::ErrorKind::kBadRequest, "At least one positive or negative vector ID is required");
	model::QueryRequest request;
	request.query = std::move(recommend);
	decode_place(message, place, request);
	decode_rest(message, place, request);
	return request;
}

model::VectorInput decode_example(const pb::VectorExample &example, const Place &place)
{
	switch (example.example_case()) {
	case pb::VectorExample::kId:
		return decode_point_id(example.id(), place.in("id"));
	case pb::VectorExample::kVector:
		return decode_vector(example.vector(), place.in("vector"));
	case pb::VectorExample::EXAMPLE_NOT_SET:
		break;
	}
	place.malformed("missing id or vector");
}

model::Query decode_discovery(const pb::DiscoverPoints &message, const Place &place)
{
	std::vector<model::ContextPair> pairs;
	for (const pb::ContextExamplePair &pair : message.context()) {
		const Place list = place.in("context"), here = list.at(pairs.size());
		pairs.push_back({decode_example(pair.positive(), here.in("positive")),
						 decode_example(pair.negative(), here.in("negative"))});
	}
	if (message.target().has_single())
		return model::DiscoverQuery{decode_example(message.target().single(), place.in("target")), pairs};
	if (pairs.empty())
		throw model::Error(model::ErrorKind::kBadRequest, "Either target or context must be provided");
	return model::ContextQuery{pairs};
}

template <class Message>
model::QueryGroupsRequest in_groups(const Message &message, const Place &place, model::QueryRequest query)
{
	model::QueryGroupsRequest groups;
	groups.query = std::move(query);
	groups.group_by = checked_path(message.group_by(), place.in("group_by"));
	groups.group_size = place.in("group_size").at_least(uint64_t(message.group_size()), 1);
	if (message.has_with_lookup())
		groups.with_lookup = decode_with_lookup(message.with_lookup(), place.in("with_lookup"));
	return groups;
}

template <class List, class Decode>
std::vector<model::QueryRequest> each(const List &list, const Place &place, Decode decode)
{
	std::vector<model::QueryRequest> requests;
	for (const auto &message : list)
		requests.push_back(decode(message, place.at(requests.size())));
	return requests;
}

} /* namespace */

model::QueryRequest decode_search(const pb::SearchPoints &message, const Place &place)
{
	return search(message, place);
}

std::vector<model::QueryRequest> decode_search_batch(const pb::SearchBatchPoints &batch, const Place &place)
{
	return each(batch.search_points(), place.in("search_points"), decode_search);
}

model::QueryGroupsRequest decode_search_groups(const pb::SearchPointGroups &message, const Place &place)
{
	return in_groups(message, place, search(message, place));
}

model::QueryRequest decode_recommend(const pb::RecommendPoints &message, const Place &place)
{
	return recommend(message, place);
}

std::vector<model::QueryRequest> decode_recommend_batch(const pb::RecommendBatchPoints &batch, const Place &place)
{
	return each(batch.recommend_points(), place.in("recommend_points"), decode_recommend);
}

model::QueryGroupsRequest decode_recommend_groups(const pb::RecommendPointGroups &message, const Place &place)
{
	return in_groups(message, place, recommend(message, place));
}

model::QueryRequest decode_discover(const pb::DiscoverPoints &message, const Place &place)
{
	model::QueryRequest request;
	request.query = decode_discovery(message, place);
	decode_place(message, place, request);
	decode_rest(message, place, request);
	return request;
}

std::vector<model::QueryRequest> decode_discover_batch(const pb::DiscoverBatchPoints &batch, const Place &place)
{
	return each(batch.discover_points(), place.in("discover_points"), decode_discover);
}

} /* namespace vecext::api::grpc */
