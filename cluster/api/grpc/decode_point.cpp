/*
 * decode_point.cpp: ids and vectors.
 */
#include "api/grpc/decode.h"
#include "api/common/vector_rules.h"

namespace vecext::api::grpc {

namespace {

using Floats = google::protobuf::RepeatedField<float>;

void check_size(const model::MultiVector &vector, const Place &place)
{
	if (vector.values.size() >= kMultiVectorLimit)
		place.violation("multivector is too large, must have fewer than 1048576 values");
}

model::MultiVector decode_multi(const pb::MultiDenseVector &rows, const Place &place)
{
	model::MultiVector vector;
	if (rows.vectors().empty())
		place.violation("multivector must not be empty");
	for (int i = 0; i < rows.vectors_size(); i++) {
		const Floats &row = rows.vectors(i).data();
		const Place here = place.at(static_cast<size_t>(i));
		if (i == 0)
			vector.dimension = static_cast<uint32_t>(row.size());
		if (row.empty())
			here.violation("vector must not be empty");
		else if (static_cast<uint32_t>(row.size()) != vector.dimension)
			here.violation("all vectors of a multivector must have the same size");
		vector.values.insert(vector.values.end(), row.begin(), row.end());
	}
	check_size(vector, place);
	return vector;
}

/* `count` rows, one behind the other. */
model::MultiVector decode_flat_multi(const Floats &values, uint32_t count, const Place &place)
{
	if (count == 0 || values.empty() || static_cast<uint32_t>(values.size()) % count != 0)
		place.malformed("vectors_count does not divide the length of data");
	model::MultiVector vector{static_cast<uint32_t>(values.size()) / count, {values.begin(), values.end()}};
	check_size(vector, place);
	return vector;
}

/* The older form. */
model::Vector decode_flat(const pb::Vector &vector, const Place &place)
{
	if (vector.has_indices())
		return decode_sparse(vector.indices().data(), vector.data(), place);
	if (vector.has_vectors_count())
		return decode_flat_multi(vector.data(), vector.vectors_count(), place);
	return decode_dense(vector.data(), place);
}

model::InferenceInput inference(model::InferenceInput::Kind kind, const std::string &model, const PayloadMap &options,
								const Place &place)
{
	model::InferenceInput input;
	input.kind = kind;
	input.model = model;
	if (model.empty())
		place.in("model").violation("length must be 1 or larger");
	if (!options.empty())
		input.options = decode_payload(options, place.in("options"));
	return input;
}

model::Vector decode_document(const pb::Document &document, const Place &place)
{
	auto input = inference(model::InferenceInput::kDocument, document.model(), document.options(), place);
	input.text = document.text();
	return input;
}

model::Vector decode_image(const pb::Image &image, const Place &place)
{
	auto input = inference(model::InferenceInput::kImage, image.model(), image.options(), place);
	input.content = decode_json(image.image(), place.in("image"));
	return input;
}

model::Vector decode_object(const pb::InferenceObject &object, const Place &place)
{
	auto input = inference(model::InferenceInput::kObject, object.model(), object.options(), place);
	input.content = decode_json(object.object(), place.in("object"));
	return input;
}

model::ShardKey decode_shard_key(const pb::ShardKey &key, const Place &place)
{
	switch (key.key_case()) {
	case pb::ShardKey::kKeyword:
		return key.keyword();
	case pb::ShardKey::kNumber:
		return key.number();
	case pb::ShardKey::KEY_NOT_SET:
		break;
	}
	place.malformed("a shard key is a keyword or a number");
}

} /* namespace */

model::PointId decode_point_id(const pb::PointId &id, const Place &place)
{
	switch (id.point_id_options_case()) {
	case pb::PointId::kNum:
		return id.num();
	case pb::PointId::kUuid:
		if (const auto uuid = model::parse_uuid(id.uuid()))
			return *uuid;
		place.malformed("Unable to parse UUID: " + id.uuid());
	case pb::PointId::POINT_ID_OPTIONS_NOT_SET:
		break;
	}
	place.malformed("missing point id");
}

std::vector<model::PointId> decode_point_ids(const google::protobuf::RepeatedPtrField<pb::PointId> &ids,
											 const Place &place)
{
	std::vector<model::PointId> decoded;
	decoded.reserve(static_cast<size_t>(ids.size()));
	for (const pb::PointId &id : ids)
		decoded.push_back(decode_point_id(id, place.at(decoded.size())));
	return decoded;
}

model::DenseVector decode_dense(const Floats &values, const Place &place)
{
	if (values.empty())
		place.violation("vector must not be empty");
	return {values.begin(), values.end()};
}

model::SparseVector decode_sparse(const google::protobuf::RepeatedField<uint32_t> &indices, const Floats &values,
								  const Place &place)
{
	model::SparseVector vector{{indices.begin(), indices.end()}, {values.begin(), values.end()}};
	if (vector.indices.size() != vector.values.size())
		place.in("values").violation("must be the same length as indices");
	else if (!sort_by_index(vector))
		place.in("indices").violation("must be unique");
	return vector;
}

model::Vector decode_vector(const pb::Vector &vector, const Place &place)
{
	switch (vector.vector_case()) {
	case pb::Vector::kDense:
		return decode_dense(vector.dense().data(), place.in("dense"));
	case pb::Vector::kSparse:
		return decode_sparse(vector.sparse().indices(), vector.sparse().values(), place.in("sparse"));
	case pb::Vector::kMultiDense:
		return decode_multi(vector.multi_dense(), place.in("multi_dense"));
	case pb::Vector::kDocument:
		return decode_document(vector.document(), place.in("document"));
	case pb::Vector::kImage:
		return decode_image(vector.image(), place.in("image"));
	case pb::Vector::kObject:
		return decode_object(vector.object(), place.in("object"));
	case pb::Vector::VECTOR_NOT_SET:
		break;
	}
	return decode_flat(vector, place);
}

model::VectorInput decode_vector_input(const pb::VectorInput &input, const Place &place)
{
	switch (input.variant_case()) {
	case pb::VectorInput::kId:
		return decode_point_id(input.id(), place.in("id"));
	case pb::VectorInput::kDense:
		return decode_dense(input.dense().data(), place.in("dense"));
	case pb::VectorInput::kSparse:
		return decode_sparse(input.sparse().indices(), input.sparse().values(), place.in("sparse"));
	case pb::VectorInput::kMultiDense:
		return decode_multi(input.multi_dense(), place.in("multi_dense"));
	case pb::VectorInput::kDocument:
		return decode_document(input.document(), place.in("document"));
	case pb::VectorInput::kImage:
		return decode_image(input.image(), place.in("image"));
	case pb::VectorInput::kObject:
		return decode_object(input.object(), place.in("object"));
	case pb::VectorInput::VARIANT_NOT_SET:
		break;
	}
	place.malformed("missing id or vector");
}

model::NamedVectors decode_point_vectors(const pb::Vectors &vectors, const Place &place)
{
	model::NamedVectors named;
	switch (vectors.vectors_options_case()) {
	case pb::Vectors::kVector:
		named.emplace_back("", decode_vector(vectors.vector(), place.in("vector")));
		break;
	case pb::Vectors::kVectors:
		for (const auto &[name, vector] : vectors.vectors().vectors())
			named.emplace_back(name, decode_vector(vector, place.in(name)));
		break;
	case pb::Vectors::VECTORS_OPTIONS_NOT_SET:
		break;
	}
	return named;
}

model::ShardKeySelector decode_shard_key_selector(const pb::ShardKeySelector &selector, const Place &place)
{
	model::ShardKeySelector decoded;
	for (const pb::ShardKey &key : selector.shard_keys())
		decoded.keys.push_back(decode_shard_key(key, place.in("shard_keys").at(decoded.keys.size())));
	if (selector.has_fallback())
		decoded.fallback = decode_shard_key(selector.fallback(), place.in("fallback"));
	return decoded;
}

} /* namespace vecext::api::grpc */
