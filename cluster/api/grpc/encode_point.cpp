/*
 * encode_point.cpp: points and what reads return.
 */
#include <map>

#include "api/grpc/encode.h"

namespace vecext::api::grpc {

namespace {

void encode_vector(const model::Vector &vector, pb::VectorOutput *out)
{
	if (const auto *dense = std::get_if<model::DenseVector>(&vector)) {
		out->mutable_dense()->mutable_data()->Add(dense->begin(), dense->end());
	} else if (const auto *sparse = std::get_if<model::SparseVector>(&vector)) {
		out->mutable_sparse()->mutable_indices()->Add(sparse->indices.begin(), sparse->indices.end());
		out->mutable_sparse()->mutable_values()->Add(sparse->values.begin(), sparse->values.end());
	} else if (const auto *multi = std::get_if<model::MultiVector>(&vector)) {
		pb::MultiDenseVector *rows = out->mutable_multi_dense();
		const float *end = multi->values.data() + multi->values.size();
		for (const float *row = multi->values.data(); row < end; row += multi->dimension)
			rows->add_vectors()->mutable_data()->Add(row, row + multi->dimension);
	}
}

void encode_shard_key(const model::ShardKey &key, pb::ShardKey *out)
{
	if (const auto *name = std::get_if<std::string>(&key))
		out->set_keyword(*name);
	else
		out->set_number(std::get<uint64_t>(key));
}

void encode_order_value(const model::OrderValue &value, pb::OrderValue *out)
{
	if (const auto *integer = std::get_if<int64_t>(&value))
		out->set_int_(*integer);
	else
		out->set_float_(std::get<double>(value));
}

/* What records and scored points share. */
template <class Point, class Message> void encode_rest(const Point &point, Message *out)
{
	encode(point.id, out->mutable_id());
	if (point.payload)
		encode_payload(*point.payload, out->mutable_payload());
	if (point.vectors)
		encode(*point.vectors, out->mutable_vectors());
	if (point.shard_key)
		encode_shard_key(*point.shard_key, out->mutable_shard_key());
	if (point.order_value)
		encode_order_value(*point.order_value, out->mutable_order_value());
}

void encode_group_id(const model::GroupId &id, pb::GroupId *out)
{
	if (const auto *text = std::get_if<std::string>(&id))
		out->set_string_value(*text);
	else if (const auto *integer = std::get_if<int64_t>(&id))
		out->set_integer_value(*integer);
	else
		out->set_unsigned_value(std::get<uint64_t>(id));
}

} /* namespace */

void encode(const model::PointId &id, pb::PointId *out)
{
	if (const auto *number = std::get_if<uint64_t>(&id))
		out->set_num(*number);
	else
		out->set_uuid(model::to_string(id));
}

/* The default vector alone stands without its name. */
void encode(const model::NamedVectors &vectors, pb::VectorsOutput *out)
{
	if (vectors.size() == 1 && vectors[0].first.empty()) {
		encode_vector(vectors[0].second, out->mutable_vector());
		return;
	}
	auto &named = *out->mutable_vectors()->mutable_vectors();
	for (const auto &[name, vector] : vectors)
		encode_vector(vector, &named[name]);
}

void encode(const model::Record &record, pb::RetrievedPoint *out)
{
	encode_rest(record, out);
}

void encode(const model::ScoredPoint &point, pb::ScoredPoint *out)
{
	out->set_score(point.score);
	out->set_version(point.version);
	encode_rest(point, out);
}

void encode(const model::PointGroup &group, pb::PointGroup *out)
{
	encode_group_id(group.id, out->mutable_id());
	encode_each(group.hits, out->mutable_hits());
	if (group.lookup)
		encode(*group.lookup, out->mutable_lookup());
}

void encode(const model::UpdateResult &result, pb::UpdateResult *out)
{
	constexpr pb::UpdateStatus statuses[] = {pb::Acknowledged, pb::Completed, pb::WaitTimeout};
	if (result.operation_id)
		out->set_operation_id(*result.operation_id);
	out->set_status(statuses[static_cast<size_t>(result.status)]);
}

void encode(const model::FacetHit &hit, pb::FacetHit *out)
{
	if (const auto *text = std::get_if<std::string>(&hit.value))
		out->mutable_value()->set_string_value(*text);
	else if (const auto *integer = std::get_if<int64_t>(&hit.value))
		out->mutable_value()->set_integer_value(*integer);
	else
		out->mutable_value()->set_bool_value(std::get<bool>(hit.value));
	out->set_count(hit.count);
}

void encode_pairs(const std::vector<model::MatrixRow> &rows, pb::SearchMatrixPairs *out)
{
	for (const model::MatrixRow &row : rows)
		for (const auto &[id, score] : row.nearest) {
			pb::SearchMatrixPair *pair = out->add_pairs();
			encode(row.id, pair->mutable_a());
			encode(id, pair->mutable_b());
			pair->set_score(score);
		}
}

void encode_offsets(const std::vector<model::MatrixRow> &rows, pb::SearchMatrixOffsets *out)
{
	std::map<model::PointId, uint64_t> places;
	for (const model::MatrixRow &row : rows) {
		places.emplace(row.id, places.size());
		encode(row.id, out->add_ids());
	}
	for (size_t i = 0; i < rows.size(); i++)
		for (const auto &[id, score] : rows[i].nearest) {
			out->add_offsets_row(i);
			out->add_offsets_col(places.at(id));
			out->add_scores(score);
		}
}

} /* namespace vecext::api::grpc */
