/*
 * encode.h: model types to JSON, as the schemas of Qdrant's responses have them.
 */
#pragma once

#include <vector>

#include "api/rest/json_writer.h"
#include "model/collection_info.h"
#include "model/query.h"
#include "model/quota.h"
#include "model/update.h"

namespace vecext::api::rest {

void write_point_id(JsonWriter &out, const model::PointId &id);
void write_record(JsonWriter &out, const model::Record &record);
void write_scored_points(JsonWriter &out, const std::vector<model::ScoredPoint> &points); /* an array */
void write_groups(JsonWriter &out, const std::vector<model::PointGroup> &groups);
void write_scroll_result(JsonWriter &out, const model::ScrollResult &result);
void write_facet_hits(JsonWriter &out, const std::vector<model::FacetHit> &hits);
void write_matrix_pairs(JsonWriter &out, const std::vector<model::MatrixRow> &rows);
void write_matrix_offsets(JsonWriter &out, const std::vector<model::MatrixRow> &rows);
void write_update_result(JsonWriter &out, const model::UpdateResult &result);
void write_collection_info(JsonWriter &out, const model::CollectionInfo &info);
void write_collection_config(JsonWriter &out, const model::CollectionConfig &config);
void write_collection_params(JsonWriter &out, const model::CollectionConfig &config);
void write_optimizer_status(JsonWriter &out, const std::optional<std::string> &error);
/* `lists`: which of "queued", "completed" and "idle_segments" to add. */
void write_optimizations(JsonWriter &out, const model::Optimizations &optimizations,
						 const std::vector<std::string> &lists, uint64_t completed_limit);
void write_quota_config(JsonWriter &out, const model::QuotaConfig &config);
void write_aliases(JsonWriter &out, const std::vector<model::AliasDescription> &aliases);

} /* namespace vecext::api::rest */
