/*
 * point_methods.cpp: points: updates and reads.
 */
#include "api/grpc/decode.h"
#include "api/grpc/encode.h"
#include "api/grpc/methods.h"
#include "api/common/lookup_access.h"
#include "points_service.pb.h"

namespace vecext::api::grpc {

namespace {

using auth::Need;
using dispatch::Dispatcher;
using DispatcherPtr = std::shared_ptr<Dispatcher>;

/* ---- updates ---- */

/* `decode` makes an operation of the request. */
template <class Request, class Operation>
Method update(const DispatcherPtr &dispatcher, std::string_view name,
			  Operation (*decode)(const Request &, const Place &))
{
	return unary<Request, pb::PointsOperationResponse>(
		name, Need::kPointsWrite,
		[dispatcher, decode](const Call &, const Request &request, pb::PointsOperationResponse &response) {
			encode(dispatcher->update(request.collection_name(), decoded(request, decode), update_params(request)),
				   response.mutable_result());
		});
}

void update_batch(Dispatcher &dispatcher, const Call &, const pb::UpdateBatchPoints &request,
				  pb::UpdateBatchResponse &response)
{
	encode_each(dispatcher.update_batch(request.collection_name(), decoded(request, decode_update_batch),
										update_params(request)),
				response.mutable_result());
}

void create_field_index(Dispatcher &dispatcher, const Call &, const pb::CreateFieldIndexCollection &request,
						pb::PointsOperationResponse &response)
{
	encode(dispatcher.create_field_index(request.collection_name(), request.field_name(),
										 decoded(request, decode_field_schema), update_params(request)),
		   response.mutable_result());
}

void delete_field_index(Dispatcher &dispatcher, const Call &, const pb::DeleteFieldIndexCollection &request,
						pb::PointsOperationResponse &response)
{
	encode(dispatcher.delete_field_index(request.collection_name(), request.field_name(), update_params(request)),
		   response.mutable_result());
}

void create_vector_name(Dispatcher &dispatcher, const Call &, const pb::CreateVectorNameRequest &request,
						pb::PointsOperationResponse &response)
{
	encode(dispatcher.create_vector_name(request.collection_name(), request.vector_name(),
										 decoded(request, decode_vector_name_config), update_params(request)),
		   response.mutable_result());
}

void delete_vector_name(Dispatcher &dispatcher, const Call &, const pb::DeleteVectorNameRequest &request,
						pb::PointsOperationResponse &response)
{
	encode(dispatcher.delete_vector_name(request.collection_name(), request.vector_name(), update_params(request)),
		   response.mutable_result());
}

/* ---- reads ---- */

template <class Request> model::ReadParams read_params(const Call &call, const Request &request)
{
	model::ReadParams params;
	params.patience = call.patience;
	if (request.has_timeout())
		params.timeout_seconds = decoded(request, [](const Request &message, const Place &place) {
			return place.in("timeout").at_least(uint64_t(message.timeout()), 1);
		});
	if (request.has_read_consistency())
		params.consistency = decoded(request.read_consistency(), decode_consistency);
	return params;
}

void retrieve(Dispatcher &dispatcher, const Call &call, const pb::GetPoints &request, pb::GetResponse &response)
{
	encode_each(
		dispatcher.retrieve(request.collection_name(), decoded(request, decode_retrieve), read_params(call, request)),
		response.mutable_result());
}

void scroll(Dispatcher &dispatcher, const Call &call, const pb::ScrollPoints &request, pb::ScrollResponse &response)
{
	const model::ScrollResult result =
		dispatcher.scroll(request.collection_name(), decoded(request, decode_scroll), read_params(call, request));
	encode_each(result.points, response.mutable_result());
	if (result.next_page_offset)
		encode(*result.next_page_offset, response.mutable_next_page_offset());
}

void count(Dispatcher &dispatcher, const Call &call, const pb::CountPoints &request, pb::CountResponse &response)
{
	response.mutable_result()->set_count(
		dispatcher.count(request.collection_name(), decoded(request, decode_count), read_params(call, request)));
}

void facet(Dispatcher &dispatcher, const Call &call, const pb::FacetCounts &request, pb::FacetResponse &response)
{
	encode_each(dispatcher.facet(request.collection_name(), decoded(request, decode_facet), read_params(call, request)),
				response.mutable_hits());
}

template <class Request, class Response>
Method query(const DispatcherPtr &dispatcher, std::string_view name,
			 model::QueryRequest (*decode)(const Request &, const Place &))
{
	return unary<Request, Response>(
		name, Need::kRead, [dispatcher, decode](const Call &call, const Request &request, Response &response) {
			const model::QueryRequest query = decoded(request, decode);
			require_lookups(call.access, query);
			encode_each(dispatcher->query(request.collection_name(), query, read_params(call, request)),
						response.mutable_result());
		});
}

template <class Request, class Response>
Method query_batch(const DispatcherPtr &dispatcher, std::string_view name,
				   std::vector<model::QueryRequest> (*decode)(const Request &, const Place &))
{
	return unary<Request, Response>(
		name, Need::kRead, [dispatcher, decode](const Call &call, const Request &request, Response &response) {
			const std::vector<model::QueryRequest> queries = decoded(request, decode);
			for (const model::QueryRequest &query : queries)
				require_lookups(call.access, query);
			for (const auto &points :
				 dispatcher->query_batch(request.collection_name(), queries, read_params(call, request)))
				encode_each(points, response.add_result()->mutable_result());
		});
}

template <class Request, class Response>
Method query_groups(const DispatcherPtr &dispatcher, std::string_view name,
					model::QueryGroupsRequest (*decode)(const Request &, const Place &))
{
	return unary<Request, Response>(
		name, Need::kRead, [dispatcher, decode](const Call &call, const Request &request, Response &response) {
			const model::QueryGroupsRequest groups = decoded(request, decode);
			require_lookups(call.access, groups);
			encode_each(dispatcher->query_groups(request.collection_name(), groups, read_params(call, request)),
						response.mutable_result()->mutable_groups());
		});
}

std::vector<model::MatrixRow> matrix(Dispatcher &dispatcher, const Call &call, const pb::SearchMatrixPoints &request)
{
	return dispatcher.search_matrix(request.collection_name(), decoded(request, decode_matrix),
									read_params(call, request));
}

void matrix_pairs(Dispatcher &dispatcher, const Call &call, const pb::SearchMatrixPoints &request,
				  pb::SearchMatrixPairsResponse &response)
{
	encode_pairs(matrix(dispatcher, call, request), response.mutable_result());
}

void matrix_offsets(Dispatcher &dispatcher, const Call &call, const pb::SearchMatrixPoints &request,
					pb::SearchMatrixOffsetsResponse &response)
{
	encode_offsets(matrix(dispatcher, call, request), response.mutable_result());
}

/* A method of a function with the dispatcher before its arguments. */
template <class Request, class Response>
Method bound(const DispatcherPtr &dispatcher, std::string_view name, Need need,
			 void (*work)(Dispatcher &, const Call &, const Request &, Response &))
{
	return unary<Request, Response>(name, need,
									[dispatcher, work](const Call &call, const Request &request, Response &response) {
										work(*dispatcher, call, request, response);
									});
}

std::vector<Method> updates(const DispatcherPtr &d)
{
	return {
		update(d, "/qdrant.Points/Upsert", decode_upsert),
		update(d, "/qdrant.Points/Delete", decode_delete),
		update(d, "/qdrant.Points/UpdateVectors", decode_update_vectors),
		update(d, "/qdrant.Points/DeleteVectors", decode_delete_vectors),
		update(d, "/qdrant.Points/SetPayload", decode_set_payload),
		update(d, "/qdrant.Points/OverwritePayload", decode_overwrite_payload),
		update(d, "/qdrant.Points/DeletePayload", decode_delete_payload),
		update(d, "/qdrant.Points/ClearPayload", decode_clear_payload),
		bound(d, "/qdrant.Points/UpdateBatch", Need::kPointsWrite, update_batch),
		bound(d, "/qdrant.Points/CreateFieldIndex", Need::kWrite, create_field_index),
		bound(d, "/qdrant.Points/DeleteFieldIndex", Need::kWrite, delete_field_index),
		bound(d, "/qdrant.Points/CreateVectorName", Need::kWrite, create_vector_name),
		bound(d, "/qdrant.Points/DeleteVectorName", Need::kWrite, delete_vector_name),
	};
}

std::vector<Method> reads(const DispatcherPtr &d)
{
	return {
		bound(d, "/qdrant.Points/Get", Need::kRead, retrieve),
		bound(d, "/qdrant.Points/Scroll", Need::kRead, scroll),
		bound(d, "/qdrant.Points/Count", Need::kRead, count),
		bound(d, "/qdrant.Points/Facet", Need::kRead, facet),
		bound(d, "/qdrant.Points/SearchMatrixPairs", Need::kRead, matrix_pairs),
		bound(d, "/qdrant.Points/SearchMatrixOffsets", Need::kRead, matrix_offsets),
		query<pb::QueryPoints, pb::QueryResponse>(d, "/qdrant.Points/Query", decode_query),
		query_batch<pb::QueryBatchPoints, pb::QueryBatchResponse>(d, "/qdrant.Points/QueryBatch", decode_query_batch),
		query_groups<pb::QueryPointGroups, pb::QueryGroupsResponse>(d, "/qdrant.Points/QueryGroups",
																	decode_query_groups),
		query<pb::SearchPoints, pb::SearchResponse>(d, "/qdrant.Points/Search", decode_search),
		query_batch<pb::SearchBatchPoints, pb::SearchBatchResponse>(d, "/qdrant.Points/SearchBatch",
																	decode_search_batch),
		query_groups<pb::SearchPointGroups, pb::SearchGroupsResponse>(d, "/qdrant.Points/SearchGroups",
																	  decode_search_groups),
		query<pb::RecommendPoints, pb::RecommendResponse>(d, "/qdrant.Points/Recommend", decode_recommend),
		query_batch<pb::RecommendBatchPoints, pb::RecommendBatchResponse>(d, "/qdrant.Points/RecommendBatch",
																		  decode_recommend_batch),
		query_groups<pb::RecommendPointGroups, pb::RecommendGroupsResponse>(d, "/qdrant.Points/RecommendGroups",
																			decode_recommend_groups),
		query<pb::DiscoverPoints, pb::DiscoverResponse>(d, "/qdrant.Points/Discover", decode_discover),
		query_batch<pb::DiscoverBatchPoints, pb::DiscoverBatchResponse>(d, "/qdrant.Points/DiscoverBatch",
																		decode_discover_batch),
	};
}

} /* namespace */

std::vector<Method> point_methods(std::shared_ptr<Dispatcher> dispatcher)
{
	std::vector<Method> methods = updates(dispatcher);
	for (Method &method : reads(dispatcher))
		methods.push_back(std::move(method));
	return methods;
}

} /* namespace vecext::api::grpc */
