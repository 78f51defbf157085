/*
 * local_shard_update.cpp: updates of a shard.
 *
 * Every change is one statement of the form
 *   WITH changed AS (INSERT | UPDATE | DELETE ... RETURNING added) UPDATE shards ...
 * which records the operation in the same transaction. Since updates of a shard
 * follow one another, the statement sees all that came before it.
 */
#include <algorithm>
#include <map>
#include <set>

#include "model/error.h"
#include "shard/filter_sql.h"
#include "shard/local_shard.h"
#include "shard/vector_sql.h"

namespace vecext::shard {

using model::Point;
using model::PointId;
using postgres::kNoDeadline;
using postgres::Parameters;

namespace {

/* Qdrant changes points in chunks of so many ids and stops behind one in which an
 * id is missing. */
constexpr size_t kChunk = 32;

/* The points by ascending id, each once: which is what one statement can take.
 * `keep_first`: of equal ids the first counts, not the last. */
template <class T> std::vector<const T *> unique_by_id(const std::vector<T> &points, bool keep_first)
{
	std::map<PointId, const T *> by_id;
	for (const T &point : points)
		if (!keep_first || !by_id.contains(point.id))
			by_id[point.id] = &point;
	std::vector<const T *> unique;
	for (const auto &[id, point] : by_id)
		unique.push_back(point);
	return unique;
}

std::span<const float> vector_of(const model::NamedVectors &vectors, const std::string &name)
{
	for (const auto &[key, vector] : vectors)
		if (key == name)
			return std::get<model::DenseVector>(vector);
	return {};
}

template <class T> std::string ids_sql(const std::vector<const T *> &points, Parameters *parameters)
{
	std::vector<PointId> ids;
	for (const T *point : points)
		ids.push_back(point->id);
	return parameters->add_point_ids(ids);
}

/* One vector of each point, as a set of rows to be unnested beside the ids. */
struct VectorRows {
	std::string array; /* an argument of unnest(), "" for a wide vector */
	std::string value; /* the column's value in terms of u */
};

VectorRows narrow_rows(const VectorColumn &vector, const std::vector<std::span<const float>> &rows,
					   Parameters *parameters)
{
	return {parameters->add_vectors(rows), to_column(vector.params, "u." + vector.column)};
}

/* The pieces of all rows lie in one array, of which each row takes its slice. */
VectorRows wide_rows(const VectorColumn &vector, const std::vector<std::span<const float>> &rows,
					 Parameters *parameters)
{
	std::vector<std::span<const float>> all;
	for (const auto &row : rows)
		for (size_t piece = 0; piece < pieces_of(vector.params); piece++) {
			const size_t at = piece * kPieceDimensions;
			all.push_back(row.empty() ? row : row.subspan(at, std::min(kPieceDimensions, row.size() - at)));
		}
	const std::string array = "(" + parameters->add_vectors(all) + ")";
	const std::string n = std::to_string(pieces_of(vector.params));
	const std::string first = "(u.row - 1) * " + n + " + 1";
	return {"", "CASE WHEN " + array + "[" + first + "] IS NOT NULL THEN " + array + "[" + first + " : u.row * " + n +
					"] END"};
}

template <class T>
VectorRows vector_rows(const VectorColumn &vector, const std::vector<const T *> &points, Parameters *parameters)
{
	std::vector<std::span<const float>> rows;
	for (const T *point : points)
		rows.push_back(vector_of(point->vectors, vector.name));
	return is_wide(vector.params) ? wide_rows(vector, rows, parameters) : narrow_rows(vector, rows, parameters);
}

/* The FROM item u (id, ..., row): `arrays` beside the ids, named `names`. */
std::string unnest_sql(const std::string &arrays, const std::string &names)
{
	return "unnest(" + arrays + ") WITH ORDINALITY AS u (" + names + ", row)";
}

} /* namespace */

uint64_t LocalShard::update(const ShardSchema &schema, const model::UpdateOperation &operation)
{
	const std::lock_guard lock(writing_);
	const uint64_t number = next_operation();
	std::visit([&](const auto &request) { apply(schema, request); }, operation);
	return number;
}

void LocalShard::change_table(const std::string &sql)
{
	const std::lock_guard lock(writing_);
	pool_->run(kNoDeadline, [&](postgres::Connection &connection) { return connection.command(sql); });
}

/* `change`: a statement that returns how many points each row adds. */
void LocalShard::record(const std::string &change, Parameters *parameters)
{
	const std::string sql =
		"WITH changed AS (" + change + ") UPDATE " + kStorageSchema +
		".shards SET operation = " + parameters->add_integer(static_cast<int64_t>(next_operation())) +
		", points = points + (SELECT coalesce(sum(added), 0) FROM changed) WHERE collection = " +
		std::to_string(state_.collection) + " AND shard = " + std::to_string(state_.shard) + " RETURNING points";
	const postgres::Result result = pool_->execute(kNoDeadline, sql, *parameters);
	if (result.rows() != 1)
		throw model::internal("the shard is not in the catalog");
	points_ = static_cast<uint64_t>(result.integer(0, 0));
	operation_ = next_operation();
}

/* ---- points ---- */

void LocalShard::apply(const ShardSchema &schema, const model::UpsertPoints &upsert)
{
	Parameters parameters(pool_->types());
	const std::string sql = upsert_sql(schema, upsert, &parameters);
	record(sql, &parameters);
}

std::string LocalShard::upsert_sql(const ShardSchema &schema, const model::UpsertPoints &upsert, Parameters *parameters)
{
	const auto points = unique_by_id(upsert.points, upsert.mode == model::UpdateMode::kInsertOnly);
	std::vector<const std::string *> payloads;
	for (const Point *point : points)
		payloads.push_back(point->payload ? &*point->payload : nullptr);

	std::string arrays = ids_sql(points, parameters) + ", " + parameters->add_jsonbs(payloads), names = "id, payload";
	const std::string version = parameters->add_integer(static_cast<int64_t>(next_operation()));
	std::string columns = "id, version, payload", values = "u.id, " + version + ", coalesce(u.payload, '{}')";
	std::string replaced = "version = " + version + ", payload = coalesce(u.payload, '{}')";
	std::string excluded = "version = excluded.version, payload = excluded.payload";
	for (const VectorColumn &vector : schema.vectors) {
		const VectorRows rows = vector_rows(vector, points, parameters);
		if (!rows.array.empty()) {
			arrays += ", " + rows.array;
			names += ", " + vector.column;
		}
		columns += ", " + vector.column;
		values += ", " + rows.value;
		replaced += ", " + vector.column + " = " + rows.value;
		excluded += ", " + vector.column + " = excluded." + vector.column;
	}
	const std::string rows = unnest_sql(arrays, names);
	const std::string insert = "INSERT INTO " + table_ + " AS t (" + columns + ") SELECT " + values + " FROM " + rows;
	if (upsert.mode == model::UpdateMode::kInsertOnly)
		return insert + " ON CONFLICT (id) DO NOTHING RETURNING 1 AS added";
	const std::string condition = upsert.update_filter ? filter_sql(*upsert.update_filter, schema, parameters) : "true";
	if (upsert.mode == model::UpdateMode::kUpdateOnly)
		return "UPDATE " + table_ + " AS t SET " + replaced + " FROM " + rows + " WHERE t.id = u.id AND " + condition +
			   " RETURNING 0 AS added";
	return insert + " ON CONFLICT (id) DO UPDATE SET " + excluded + " WHERE " + condition +
		   " RETURNING (t.xmax = 0)::int AS added";
}

void LocalShard::apply(const ShardSchema &schema, const model::DeletePoints &request)
{
	Parameters parameters(pool_->types());
	const model::PointSelection &selection = request.selection;
	const std::string condition = selection.filter && !selection.has_ids
									  ? filter_sql(*selection.filter, schema, &parameters)
									  : "t.id = ANY (" + parameters.add_point_ids(selection.ids) + ")";
	record("DELETE FROM " + table_ + " AS t WHERE " + condition + " RETURNING -1 AS added", &parameters);
}

/* ---- payloads ---- */

void LocalShard::apply(const ShardSchema &schema, const model::SetPayload &request)
{
	update_selected(schema, request.selection, [&](Parameters *parameters) {
		std::string sql = "payload = payload_set(t.payload, " + parameters->add_jsonb(request.payload);
		return (request.key ? sql + ", " + parameters->add_text(*request.key) : sql) + ")";
	});
}

void LocalShard::apply(const ShardSchema &schema, const model::OverwritePayload &request)
{
	update_selected(schema, request.selection,
					[&](Parameters *parameters) { return "payload = " + parameters->add_jsonb(request.payload); });
}

void LocalShard::apply(const ShardSchema &schema, const model::DeletePayload &request)
{
	update_selected(schema, request.selection, [&](Parameters *parameters) {
		return "payload = payload_delete(t.payload, " + parameters->add_texts(request.keys) + ")";
	});
}

void LocalShard::apply(const ShardSchema &schema, const model::ClearPayload &request)
{
	update_selected(schema, request.selection, [](Parameters *) { return std::string("payload = '{}'"); });
}

/* ---- vectors ---- */

void LocalShard::apply(const ShardSchema &schema, const model::UpdateVectors &request)
{
	std::vector<PointId> ids;
	for (const auto &point : request.points)
		ids.push_back(point.id);
	std::optional<PointId> missing;
	const size_t count = reached(ids, &missing);

	/* Of a point that is named twice, the vectors of both count. */
	std::vector<model::UpdateVectors::PointVectors> merged;
	std::map<PointId, size_t> places;
	for (size_t i = 0; i < count; i++) {
		const auto &point = request.points[i];
		const auto [place, is_new] = places.try_emplace(point.id, merged.size());
		if (is_new)
			merged.push_back({point.id, {}});
		model::NamedVectors &vectors = merged[place->second].vectors;
		vectors.insert(vectors.begin(), point.vectors.begin(), point.vectors.end());
	}
	const auto points = unique_by_id(merged, false);

	Parameters parameters(pool_->types());
	std::string arrays = ids_sql(points, &parameters), names = "id", set = "version = ";
	set += parameters.add_integer(static_cast<int64_t>(next_operation()));
	for (const VectorColumn &vector : schema.vectors) {
		const auto names_it = [&](const auto *point) { return !vector_of(point->vectors, vector.name).empty(); };
		if (std::none_of(points.begin(), points.end(), names_it))
			continue;
		const VectorRows rows = vector_rows(vector, points, &parameters);
		if (!rows.array.empty()) {
			arrays += ", " + rows.array;
			names += ", " + vector.column;
		}
		set += ", " + vector.column + " = coalesce(" + rows.value + ", t." + vector.column + ")";
	}
	std::string sql =
		"UPDATE " + table_ + " AS t SET " + set + " FROM " + unnest_sql(arrays, names) + " WHERE t.id = u.id";
	if (request.update_filter)
		sql += " AND " + filter_sql(*request.update_filter, schema, &parameters);
	record(sql + " RETURNING 0 AS added", &parameters);
	if (missing)
		throw model::point_not_found(model::to_string(*missing));
}

void LocalShard::apply(const ShardSchema &schema, const model::DeleteVectors &request)
{
	const auto assignment = [&](Parameters *) {
		std::string set;
		for (const std::string &name : request.names)
			set += (set.empty() ? "" : ", ") + schema.vector(name).column + " = NULL";
		return set;
	};
	const model::PointSelection &selection = request.selection;
	if (selection.filter && selection.has_ids) {
		model::PointSelection by_filter;
		by_filter.filter = selection.filter;
		update_selected(schema, by_filter, assignment);
	}
	update_selected(schema, selection, assignment);
}

/* ---- points by ids or filter ---- */

void LocalShard::update_selected(const ShardSchema &schema, const model::PointSelection &selection,
								 const Assignment &assignment)
{
	if (selection.filter && !selection.has_ids) {
		update_where([&](Parameters *parameters) { return filter_sql(*selection.filter, schema, parameters); },
					 assignment);
		return;
	}
	std::optional<PointId> missing;
	std::vector<PointId> ids = selection.ids;
	ids.resize(reached(ids, &missing));
	update_where([&](Parameters *parameters) { return "t.id = ANY (" + parameters->add_point_ids(ids) + ")"; },
				 assignment);
	if (missing)
		throw model::point_not_found(model::to_string(*missing));
}

void LocalShard::update_where(const std::function<std::string(Parameters *)> &condition, const Assignment &assignment)
{
	Parameters parameters(pool_->types());
	const std::string version = parameters.add_integer(static_cast<int64_t>(next_operation()));
	const std::string set = assignment(&parameters);
	record("UPDATE " + table_ + " AS t SET version = " + version + ", " + set + " WHERE " + condition(&parameters) +
			   " RETURNING 0 AS added",
		   &parameters);
}

size_t LocalShard::reached(const std::vector<PointId> &ids, std::optional<PointId> *missing)
{
	Parameters parameters(pool_->types());
	const std::string sql = "SELECT u.place FROM unnest(" + parameters.add_point_ids(ids) +
							") WITH ORDINALITY AS u (id, place) WHERE NOT EXISTS (SELECT FROM " + table_ +
							" AS t WHERE t.id = u.id) ORDER BY u.place LIMIT 1";
	const postgres::Result result = pool_->execute(kNoDeadline, sql, parameters);
	if (result.rows() == 0)
		return ids.size();
	const auto place = static_cast<size_t>(result.integer(0, 0)) - 1;
	*missing = ids[place];
	return std::min(ids.size(), (place / kChunk + 1) * kChunk);
}

} /* namespace vecext::shard */
