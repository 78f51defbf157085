/*
 * decode.h: messages to model types. No logic beside what the form of a request
 * asks for: defaults, bounds (place.h) and older spellings of the same thing.
 *
 * A function takes the message and its Place; decoded() runs one for a whole
 * request.
 */
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/grpc/messages.h"
#include "api/grpc/place.h"
#include "model/collection_config.h"
#include "model/collection_info.h"
#include "model/query.h"
#include "model/update.h"

namespace vecext::api::grpc {

/* The request, decoded and checked. */
template <class Request, class Decode> auto decoded(const Request &request, Decode decode)
{
	Violations violations;
	auto result = decode(request, Place(violations));
	violations.finish();
	return result;
}

/* decode_collection.cpp */
model::CreateCollection decode_create_collection(const pb::CreateCollection &request, const Place &place);
model::UpdateCollection decode_update_collection(const pb::UpdateCollection &request, const Place &place);
model::VectorNameConfig decode_vector_name_config(const pb::CreateVectorNameRequest &request, const Place &place);
std::vector<model::AliasAction> decode_alias_actions(const pb::ChangeAliases &request, const Place &place);

/* decode_payload_index.cpp */
model::PayloadFieldSchema decode_field_schema(const pb::CreateFieldIndexCollection &request, const Place &place);

/* decode_filter.cpp */
model::Filter decode_filter(const pb::Filter &filter, const Place &place);
model::Condition decode_condition(const pb::Condition &condition, const Place &place);
model::GeoPoint decode_geo_point(const pb::GeoPoint &point, const Place &place);
std::string decode_timestamp(const google::protobuf::Timestamp &time, const Place &place); /* RFC 3339 */
const std::string &checked_path(const std::string &path, const Place &place);              /* of a payload */

/* decode_point.cpp */
model::PointId decode_point_id(const pb::PointId &id, const Place &place);
std::vector<model::PointId> decode_point_ids(const google::protobuf::RepeatedPtrField<pb::PointId> &ids,
											 const Place &place);
model::DenseVector decode_dense(const google::protobuf::RepeatedField<float> &values, const Place &place);
model::SparseVector decode_sparse(const google::protobuf::RepeatedField<uint32_t> &indices,
								  const google::protobuf::RepeatedField<float> &values, const Place &place);
model::Vector decode_vector(const pb::Vector &vector, const Place &place);
model::VectorInput decode_vector_input(const pb::VectorInput &input, const Place &place);
model::NamedVectors decode_point_vectors(const pb::Vectors &vectors, const Place &place);
model::ShardKeySelector decode_shard_key_selector(const pb::ShardKeySelector &selector, const Place &place);

/* decode_payload.cpp: refuses what jsonb cannot hold */
model::Payload decode_payload(const PayloadMap &payload, const Place &place);
model::JsonText decode_json(const pb::Value &value, const Place &place);

/* decode_update.cpp */
template <class Request> model::UpdateParams update_params(const Request &request)
{
	model::UpdateParams params;
	if constexpr (requires { request.wait(); })
		params.wait = request.wait();
	params.ordering = static_cast<model::WriteOrdering>(request.ordering().type());
	if (request.has_timeout())
		params.timeout_seconds = request.timeout();
	return params;
}
model::UpsertPoints decode_upsert(const pb::UpsertPoints &request, const Place &place);
model::DeletePoints decode_delete(const pb::DeletePoints &request, const Place &place);
model::UpdateVectors decode_update_vectors(const pb::UpdatePointVectors &request, const Place &place);
model::DeleteVectors decode_delete_vectors(const pb::DeletePointVectors &request, const Place &place);
model::SetPayload decode_set_payload(const pb::SetPayloadPoints &request, const Place &place);
model::OverwritePayload decode_overwrite_payload(const pb::SetPayloadPoints &request, const Place &place);
model::DeletePayload decode_delete_payload(const pb::DeletePayloadPoints &request, const Place &place);
model::ClearPayload decode_clear_payload(const pb::ClearPayloadPoints &request, const Place &place);
std::vector<model::UpdateOperation> decode_update_batch(const pb::UpdateBatchPoints &request, const Place &place);

/* decode_read.cpp */
std::optional<model::ReadConsistency> decode_consistency(const pb::ReadConsistency &consistency, const Place &place);
model::PayloadSelection decode_with_payload(const pb::WithPayloadSelector &selector, const Place &place);
model::VectorSelection decode_with_vectors(const pb::WithVectorsSelector &selector, const Place &place);
model::RetrieveRequest decode_retrieve(const pb::GetPoints &request, const Place &place);
model::ScrollRequest decode_scroll(const pb::ScrollPoints &request, const Place &place);
model::CountRequest decode_count(const pb::CountPoints &request, const Place &place);
model::FacetRequest decode_facet(const pb::FacetCounts &request, const Place &place);
model::MatrixRequest decode_matrix(const pb::SearchMatrixPoints &request, const Place &place);
model::OrderBy decode_order_by(const pb::OrderBy &order, const Place &place);

/* decode_formula.cpp */
model::FormulaQuery decode_formula(const pb::Formula &formula, const Place &place);

/* decode_query.cpp */
model::SearchParams decode_search_params(const pb::SearchParams &params, const Place &place);
model::LookupLocation decode_lookup(const pb::LookupLocation &lookup, const Place &place);
model::WithLookup decode_with_lookup(const pb::WithLookup &lookup, const Place &place);
model::QueryRequest decode_query(const pb::QueryPoints &request, const Place &place);
std::vector<model::QueryRequest> decode_query_batch(const pb::QueryBatchPoints &request, const Place &place);
model::QueryGroupsRequest decode_query_groups(const pb::QueryPointGroups &request, const Place &place);

/* decode_search.cpp: the older calls, as queries */
model::QueryRequest decode_search(const pb::SearchPoints &request, const Place &place);
std::vector<model::QueryRequest> decode_search_batch(const pb::SearchBatchPoints &request, const Place &place);
model::QueryGroupsRequest decode_search_groups(const pb::SearchPointGroups &request, const Place &place);
model::QueryRequest decode_recommend(const pb::RecommendPoints &request, const Place &place);
std::vector<model::QueryRequest> decode_recommend_batch(const pb::RecommendBatchPoints &request, const Place &place);
model::QueryGroupsRequest decode_recommend_groups(const pb::RecommendPointGroups &request, const Place &place);
model::QueryRequest decode_discover(const pb::DiscoverPoints &request, const Place &place);
std::vector<model::QueryRequest> decode_discover_batch(const pb::DiscoverBatchPoints &request, const Place &place);

} /* namespace vecext::api::grpc */
