/*
 * encode.h: model types to messages.
 */
#pragma once

#include <vector>

#include "api/grpc/messages.h"
#include "model/collection_info.h"
#include "model/query.h"
#include "model/update.h"

namespace vecext::api::grpc {

/* encode_point.cpp */
void encode(const model::PointId &id, pb::PointId *out);
void encode(const model::NamedVectors &vectors, pb::VectorsOutput *out);
void encode(const model::Record &record, pb::RetrievedPoint *out);
void encode(const model::ScoredPoint &point, pb::ScoredPoint *out);
void encode(const model::PointGroup &group, pb::PointGroup *out);
void encode(const model::UpdateResult &result, pb::UpdateResult *out);
void encode(const model::FacetHit &hit, pb::FacetHit *out);
void encode_pairs(const std::vector<model::MatrixRow> &rows, pb::SearchMatrixPairs *out);
void encode_offsets(const std::vector<model::MatrixRow> &rows, pb::SearchMatrixOffsets *out);

/* encode_payload.cpp: throw kInternal for a text that is not JSON, and so not stored
 * by us. */
void encode_payload(const model::Payload &payload, PayloadMap *out);
void encode_json(const model::JsonText &json, pb::Value *out);

/* encode_collection.cpp */
void encode(const model::CollectionInfo &info, pb::CollectionInfo *out);

/* Lists of the above. */
template <class Items, class List> void encode_each(const Items &items, List *out)
{
	out->Reserve(static_cast<int>(items.size()));
	for (const auto &item : items)
		encode(item, out->Add());
}

} /* namespace vecext::api::grpc */
