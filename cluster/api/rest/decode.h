/*
 * decode.h: JSON request bodies to model types.
 *
 * A decode function takes the node of its value and reports errors as
 * json_reader.h says. Whoever decodes a whole body calls Body::finish() before
 * the result is used.
 */
#pragma once

#include "api/rest/json_reader.h"
#include "model/collection_config.h"
#include "model/collection_info.h"
#include "model/query.h"
#include "model/update.h"

namespace vecext::api::rest {

/* decode_collection.cpp */
model::CreateCollection decode_create_collection(const Node &node);
model::UpdateCollection decode_update_collection(const Node &node);
model::VectorNameConfig decode_vector_name_config(const Node &node);
std::vector<model::AliasAction> decode_alias_actions(const Node &node);

/* decode_payload_index.cpp */
struct CreateFieldIndex {
	std::string field;
	model::PayloadFieldSchema schema;
};
CreateFieldIndex decode_create_field_index(const Node &node);

/* decode_filter.cpp */
model::Filter decode_filter(const Node &node);
std::optional<model::Filter> optional_filter(const Node &object, std::string_view name = "filter");
model::Condition decode_condition(const Node &node);
model::GeoPoint decode_geo_point(const Node &node);
void check_payload_path(const Node &node, std::string_view path);

/* decode_point.cpp */
model::PointId decode_point_id(const Node &node);
std::vector<model::PointId> decode_point_ids(const Node &node);
model::Vector decode_vector(const Node &node);
model::NamedVectors decode_point_vectors(const Node &node);
model::Payload decode_payload(const Node &node);
model::JsonText json_text(const Node &node); /* written anew; refuses what jsonb cannot hold */
model::ShardKeySelector decode_shard_key_selector(const Node &node);
std::optional<model::ShardKeySelector> optional_shard_key(const Node &object);

/* decode_update.cpp */
model::UpsertPoints decode_upsert(const Node &node);
model::DeletePoints decode_delete(const Node &node);
model::SetPayload decode_set_payload(const Node &node);
model::OverwritePayload decode_overwrite_payload(const Node &node);
model::DeletePayload decode_delete_payload(const Node &node);
model::ClearPayload decode_clear_payload(const Node &node);
model::UpdateVectors decode_update_vectors(const Node &node);
model::DeleteVectors decode_delete_vectors(const Node &node);
std::vector<model::UpdateOperation> decode_update_batch(const Node &node);

/* decode_read.cpp */
model::PayloadSelection decode_with_payload(const Node &node);
model::VectorSelection decode_with_vectors(const Node &node);
model::RetrieveRequest decode_retrieve(const Node &node);
model::ScrollRequest decode_scroll(const Node &node);
model::CountRequest decode_count(const Node &node);
model::FacetRequest decode_facet(const Node &node);
model::MatrixRequest decode_matrix(const Node &node);
model::OrderBy decode_order_by(const Node &node);

/* decode_query.cpp */
model::VectorInput decode_vector_input(const Node &node);
std::vector<model::VectorInput> optional_inputs(const Node &object, std::string_view name);
std::optional<model::LookupLocation> optional_lookup(const Node &object);
model::QueryRequest decode_query_request(const Node &node);
model::QueryGroupsRequest decode_query_groups(const Node &node);
model::SearchParams decode_search_params(const Node &node);
void decode_grouping(const Node &node, model::QueryGroupsRequest &groups); /* all but the query */
std::vector<model::QueryRequest> decode_query_batch(const Node &node);

/* decode_formula.cpp */
model::FormulaQuery decode_formula(const Node &node);

/* decode_search.cpp: the older endpoints, as queries */
model::QueryRequest decode_search(const Node &node);
model::QueryRequest decode_recommend(const Node &node);
model::QueryRequest decode_discover(const Node &node);
model::QueryGroupsRequest decode_search_groups(const Node &node);
model::QueryGroupsRequest decode_recommend_groups(const Node &node);
std::vector<model::QueryRequest> decode_searches(const Node &node, model::QueryRequest (*decode_one)(const Node &));

} /* namespace vecext::api::rest */
