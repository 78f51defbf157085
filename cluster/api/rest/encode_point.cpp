/*
 * encode_point.cpp: points and what reads return.
 */
#include <algorithm>
#include <map>

#include "api/rest/encode.h"

namespace vecext::api::rest {

namespace {

void write_dense(JsonWriter &out, const float *values, size_t size)
{
	out.begin_array();
	for (size_t i = 0; i < size; i++)
		out.number32(values[i]);
	out.end_array();
}

void write_sparse(JsonWriter &out, const model::SparseVector &vector)
{
	out.begin_object();
	out.name("indices");
	out.begin_array();
	for (const uint32_t index : vector.indices)
		out.unsigned_integer(index);
	out.end_array();
	out.name("values");
	write_dense(out, vector.values.data(), vector.values.size());
	out.end_object();
}

void write_multi(JsonWriter &out, const model::MultiVector &vector)
{
	out.begin_array();
	for (size_t i = 0; i < vector.values.size(); i += vector.dimension)
		write_dense(out, vector.values.data() + i, vector.dimension);
	out.end_array();
}

void write_vector(JsonWriter &out, const model::Vector &vector)
{
	if (const auto *dense = std::get_if<model::DenseVector>(&vector))
		write_dense(out, dense->data(), dense->size());
	else if (const auto *sparse = std::get_if<model::SparseVector>(&vector))
		write_sparse(out, *sparse);
	else if (const auto *multi = std::get_if<model::MultiVector>(&vector))
		write_multi(out, *multi);
}

/* The default vector alone is written bare. */
void write_vectors(JsonWriter &out, const model::NamedVectors &vectors)
{
	if (vectors.size() == 1 && vectors[0].first.empty()) {
		write_vector(out, vectors[0].second);
		return;
	}
	out.begin_object();
	for (const auto &[name, vector] : vectors) {
		out.name(name);
		write_vector(out, vector);
	}
	out.end_object();
}

void write_shard_key(JsonWriter &out, const model::ShardKey &key)
{
	if (const auto *name = std::get_if<std::string>(&key))
		out.text(*name);
	else
		out.unsigned_integer(std::get<uint64_t>(key));
}

void write_order_value(JsonWriter &out, const model::OrderValue &value)
{
	if (const auto *integer = std::get_if<int64_t>(&value))
		out.integer(*integer);
	else
		out.number(std::get<double>(value));
}

/* The members that records and scored points share. */
template <class Point> void write_rest(JsonWriter &out, const Point &point)
{
	if (point.payload) {
		out.name("payload");
		out.raw(*point.payload);
	}
	if (point.vectors) {
		out.name("vector");
		write_vectors(out, *point.vectors);
	}
	if (point.shard_key) {
		out.name("shard_key");
		write_shard_key(out, *point.shard_key);
	}
	if (point.order_value) {
		out.name("order_value");
		write_order_value(out, *point.order_value);
	}
}

void write_scored_point(JsonWriter &out, const model::ScoredPoint &point)
{
	out.begin_object();
	out.name("id");
	write_point_id(out, point.id);
	out.name("version");
	out.unsigned_integer(point.version);
	out.name("score");
	out.number32(point.score);
	write_rest(out, point);
	out.end_object();
}

void write_group_id(JsonWriter &out, const model::GroupId &id)
{
	if (const auto *text = std::get_if<std::string>(&id))
		out.text(*text);
	else if (const auto *integer = std::get_if<int64_t>(&id))
		out.integer(*integer);
	else
		out.unsigned_integer(std::get<uint64_t>(id));
}

void write_facet_value(JsonWriter &out, const std::variant<std::string, int64_t, bool> &value)
{
	if (const auto *text = std::get_if<std::string>(&value))
		out.text(*text);
	else if (const auto *integer = std::get_if<int64_t>(&value))
		out.integer(*integer);
	else
		out.boolean(std::get<bool>(value));
}

} /* namespace */

void write_point_id(JsonWriter &out, const model::PointId &id)
{
	if (const auto *number = std::get_if<uint64_t>(&id))
		out.unsigned_integer(*number);
	else
		out.text(to_string(id));
}

void write_record(JsonWriter &out, const model::Record &record)
{
	out.begin_object();
	out.name("id");
	write_point_id(out, record.id);
	write_rest(out, record);
	out.end_object();
}

void write_scored_points(JsonWriter &out, const std::vector<model::ScoredPoint> &points)
{
	out.begin_array();
	for (const model::ScoredPoint &point : points)
		write_scored_point(out, point);
	out.end_array();
}

void write_groups(JsonWriter &out, const std::vector<model::PointGroup> &groups)
{
	out.begin_object();
	out.name("groups");
	out.begin_array();
	for (const model::PointGroup &group : groups) {
		out.begin_object();
		out.name("hits");
		write_scored_points(out, group.hits);
		out.name("id");
		write_group_id(out, group.id);
		if (group.lookup) {
			out.name("lookup");
			write_record(out, *group.lookup);
		}
		out.end_object();
	}
	out.end_array();
	out.end_object();
}

void write_scroll_result(JsonWriter &out, const model::ScrollResult &result)
{
	out.begin_object();
	out.name("points");
	out.begin_array();
	for (const model::Record &record : result.points)
		write_record(out, record);
	out.end_array();
	out.name("next_page_offset");
	if (result.next_page_offset)
		write_point_id(out, *result.next_page_offset);
	else
		out.null();
	out.end_object();
}

void write_facet_hits(JsonWriter &out, const std::vector<model::FacetHit> &hits)
{
	out.begin_object();
	out.name("hits");
	out.begin_array();
	for (const model::FacetHit &hit : hits) {
		out.begin_object();
		out.name("value");
		write_facet_value(out, hit.value);
		out.name("count");
		out.unsigned_integer(hit.count);
		out.end_object();
	}
	out.end_array();
	out.end_object();
}

void write_matrix_pairs(JsonWriter &out, const std::vector<model::MatrixRow> &rows)
{
	out.begin_object();
	out.name("pairs");
	out.begin_array();
	for (const model::MatrixRow &row : rows)
		for (const auto &[id, score] : row.nearest) {
			out.begin_object();
			out.name("a");
			write_point_id(out, row.id);
			out.name("b");
			write_point_id(out, id);
			out.name("score");
			out.number32(score);
			out.end_object();
		}
	out.end_array();
	out.end_object();
}

void write_matrix_offsets(JsonWriter &out, const std::vector<model::MatrixRow> &rows)
{
	std::map<model::PointId, uint64_t> places;
	for (const model::MatrixRow &row : rows)
		places.emplace(row.id, places.size());
	const auto write_each = [&](std::string_view name, auto write) {
		out.name(name);
		out.begin_array();
		for (size_t i = 0; i < rows.size(); i++)
			for (const auto &[id, score] : rows[i].nearest)
				write(i, id, score);
		out.end_array();
	};
	out.begin_object();
	write_each("offsets_row", [&](size_t row, const auto &, float) { out.unsigned_integer(row); });
	write_each("offsets_col", [&](size_t, const model::PointId &id, float) { out.unsigned_integer(places.at(id)); });
	write_each("scores", [&](size_t, const auto &, float score) { out.number32(score); });
	out.name("ids");
	out.begin_array();
	for (const model::MatrixRow &row : rows)
		write_point_id(out, row.id);
	out.end_array();
	out.end_object();
}

void write_update_result(JsonWriter &out, const model::UpdateResult &result)
{
	constexpr std::string_view names[] = {"acknowledged", "completed", "wait_timeout"};
	out.begin_object();
	if (result.operation_id) {
		out.name("operation_id");
		out.unsigned_integer(*result.operation_id);
	}
	out.name("status");
	out.text(names[static_cast<size_t>(result.status)]);
	out.end_object();
}

} /* namespace vecext::api::rest */
