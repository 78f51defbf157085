/*
 * local_shard.cpp: reads of a shard. Updates are in local_shard_update.cpp.
 *
 * Limits stand in the SQL as numbers: a generic plan for LIMIT $1 would expect a
 * tenth of the table and read it whole.
 */
#include "shard/local_shard.h"

#include <simdjson.h>

#include <algorithm>
#include <map>

#include "postgres/sql_text.h"
#include "shard/filter_sql.h"
#include "shard/point_columns.h"
#include "shard/vector_sql.h"

namespace vecext::shard {

using postgres::Deadline;
using postgres::Parameters;
using postgres::Result;

namespace {

constexpr uint64_t kMinEf = 1, kMaxEf = 1000; /* of hnsw.ef_search */
constexpr double kDefaultOversampling = 2, kMaxOversampling = 100;

std::string limit_sql(uint64_t limit, uint64_t offset = 0)
{
	constexpr uint64_t most = INT64_MAX;
	std::string sql = " LIMIT " + std::to_string(std::min(limit, most));
	return offset ? sql + " OFFSET " + std::to_string(std::min(offset, most)) : sql;
}

std::vector<model::Record> read_records(const Result &result, const PointColumns &columns)
{
	std::vector<model::Record> records(static_cast<size_t>(result.rows()));
	for (int row = 0; row < result.rows(); row++) {
		model::Record &record = records[static_cast<size_t>(row)];
		record.id = postgres::read_point_id(result.bytes(row, 0));
		record.payload = columns.payload(result, row, 1);
		record.vectors = columns.vectors(result, row, 1);
	}
	return records;
}

/* An exact search must not match the order of an index, and has a fixed order of
 * equal scores. */
std::string exact_order(const VectorSearch &search, const std::string &distance)
{
	const bool descending = is_descending(search.vector->params, search.scorer);
	return " ORDER BY coalesce(nullif(" + distance + ", 'NaN'), 1) + 0, t.id" + (descending ? " DESC" : "");
}

/* Sent only where the connection's last search had others. */
void set_search_parameters(const VectorSearch &search, postgres::Connection *connection)
{
	connection->set("hnsw.ef_search", std::to_string(std::clamp(search.ef, kMinEf, kMaxEf)));
	connection->set("hnsw.rescore", !search.rescore ? "auto" : *search.rescore ? "on" : "off");
	connection->set("hnsw.oversampling",
					std::to_string(std::min(search.oversampling.value_or(kDefaultOversampling), kMaxOversampling)));
}

/* ---- order_by ---- */

struct OrderField {
	std::string values; /* SQL of an array */
	bool is_integer;
};

OrderField order_field(const ShardSchema &schema, const std::string &path)
{
	const auto *index = schema.payload_index(path);
	const std::string arguments = "(t.payload, " + postgres::quote_literal(path) + ")";
	if (index && index->type == model::PayloadFieldType::kFloat)
		return {"payload_floats" + arguments, false};
	if (index && index->type == model::PayloadFieldType::kDatetime)
		return {"payload_datetimes" + arguments, true};
	return {"payload_integers" + arguments, true};
}

struct StartSql {
	Parameters *parameters;

	std::string operator()(int64_t value) const { return parameters->add_integer(value); }
	std::string operator()(double value) const { return parameters->add_number(value); }
	std::string operator()(const std::string &datetime) const
	{
		return "(payload_datetimes(jsonb_build_object('at', " + parameters->add_text(datetime) + "), 'at'))[1]";
	}
};

model::OrderValue order_value(const Result &result, int row, int column, bool is_integer)
{
	if (is_integer)
		return result.integer(row, column);
	return postgres::read_float8(result.bytes(row, column));
}

/* ---- facet ---- */

model::FacetHit facet_hit(simdjson::dom::element hit)
{
	model::FacetHit read;
	read.count = hit["count"].get_uint64();
	const simdjson::dom::element value = hit["value"];
	if (value.is_string())
		read.value = std::string(std::string_view(value.get_string()));
	else if (value.is_bool())
		read.value = bool(value.get_bool());
	else
		read.value = int64_t(value.get_int64());
	return read;
}

} /* namespace */

std::string shard_table(uint64_t collection, uint32_t shard)
{
	return "c" + std::to_string(collection) + "_s" + std::to_string(shard);
}

LocalShard::LocalShard(std::shared_ptr<postgres::Pool> pool, const ShardState &state)
	: pool_(std::move(pool)), state_(state),
	  table_(std::string(kStorageSchema) + "." + shard_table(state.collection, state.shard)),
	  operation_(state.operation), points_(state.points)
{
}

std::string LocalShard::where(const model::Filter *filter, const ShardSchema &schema, Parameters *parameters) const
{
	return filter ? " WHERE " + filter_sql(*filter, schema, parameters) : " WHERE true";
}

std::vector<model::Record> LocalShard::retrieve(const ShardSchema &schema, const std::vector<model::PointId> &ids,
												const Selection &selection, Deadline deadline)
{
	Parameters parameters(pool_->types());
	const PointColumns columns(schema, selection.payload, selection.vectors, &parameters);
	const std::string sql = "SELECT t.id" + columns.sql() + " FROM " + table_ + " AS t WHERE t.id = ANY (" +
							parameters.add_point_ids(ids) + ")";
	return read_records(pool_->execute(deadline, sql, parameters), columns);
}

std::vector<model::Record> LocalShard::scroll(const ShardSchema &schema, const ScrollPage &page, Deadline deadline)
{
	Parameters parameters(pool_->types());
	const PointColumns columns(schema, page.selection.payload, page.selection.vectors, &parameters);
	std::string sql =
		"SELECT t.id" + columns.sql() + " FROM " + table_ + " AS t" + where(page.filter, schema, &parameters);
	if (page.from)
		sql += " AND t.id >= " + parameters.add_point_id(*page.from);
	sql += " ORDER BY t.id" + limit_sql(page.limit);
	return read_records(pool_->execute(deadline, sql, parameters), columns);
}

std::vector<model::Record> LocalShard::ordered(const ShardSchema &schema, const OrderedPage &page, Deadline deadline)
{
	const OrderField field = order_field(schema, page.order_by.key);
	const bool ascending = page.order_by.direction == model::OrderDirection::kAscending;
	Parameters parameters(pool_->types());
	const PointColumns columns(schema, page.selection.payload, page.selection.vectors, &parameters);
	std::string sql = "SELECT t.id" + columns.sql() + ", o.value FROM " + table_ + " AS t, unnest(" + field.values +
					  ") AS o (value)" + where(page.filter, schema, &parameters);
	if (page.order_by.start_from)
		sql += std::string(" AND o.value ") + (ascending ? ">= " : "<= ") +
			   std::visit(StartSql{&parameters}, *page.order_by.start_from);
	const char *direction = ascending ? " ASC" : " DESC";
	sql += std::string(" ORDER BY o.value") + direction + ", t.id" + direction + limit_sql(page.limit);
	const Result result = pool_->execute(deadline, sql, parameters);
	std::vector<model::Record> records = read_records(result, columns);
	const int last = PQnfields(result.get()) - 1;
	for (size_t row = 0; row < records.size(); row++)
		records[row].order_value = order_value(result, static_cast<int>(row), last, field.is_integer);
	return records;
}

uint64_t LocalShard::count(const ShardSchema &schema, const model::Filter *filter, Deadline deadline)
{
	Parameters parameters(pool_->types());
	const std::string sql = "SELECT count(*) FROM " + table_ + " AS t" + where(filter, schema, &parameters);
	return static_cast<uint64_t>(pool_->execute(deadline, sql, parameters).integer(0, 0));
}

std::vector<model::FacetHit> LocalShard::facet(const ShardSchema &schema, const FacetCount &facet, Deadline deadline)
{
	Parameters parameters(pool_->types());
	const uint64_t limit = std::min<uint64_t>(facet.limit, INT32_MAX);
	const std::string sql = "SELECT payload_facet(t.payload, " + postgres::quote_literal(facet.key) + ", '" +
							facet.type + "', " + std::to_string(limit) + ")::text FROM " + table_ + " AS t" +
							where(facet.filter, schema, &parameters);
	const Result result = pool_->execute(deadline, sql, parameters);
	std::vector<model::FacetHit> hits;
	if (result.is_null(0, 0))
		return hits;
	simdjson::dom::parser parser;
	const simdjson::dom::array list = parser.parse(result.text(0, 0));
	for (const simdjson::dom::element hit : list)
		hits.push_back(facet_hit(hit));
	return hits;
}

std::vector<model::ScoredPoint> LocalShard::search(const ShardSchema &schema, const VectorSearch &search,
												   Deadline deadline)
{
	const VectorColumn &vector = *search.vector;
	Parameters parameters(pool_->types());
	const std::string column = "t." + vector.column;
	const auto evaluated = search.exact ? Evaluated::kOnce : Evaluated::kInPlace;
	const std::string distance =
		distance_sql(vector.params, column, scorer_sql(vector.params, search.scorer, evaluated, &parameters));
	const PointColumns columns(schema, search.selection.payload, search.selection.vectors, &parameters);
	std::string nearest = " FROM " + table_ + " AS t" + where(search.filter, schema, &parameters);
	if (search.exact)
		nearest += " AND " + column + " IS NOT NULL";
	nearest += search.exact ? exact_order(search, distance) : " ORDER BY " + distance;
	nearest += limit_sql(search.limit, search.offset);
	std::string sql = "SELECT t.id, t.version, ";
	if (search.sieve) /* a scan of a subquery keeps its order */
		sql += "t.distance" + columns.sql() + " FROM (SELECT t.*, " + distance + " AS distance" + nearest + ") AS t" +
			   where(search.sieve, schema, &parameters);
	else
		sql += distance + columns.sql() + nearest;

	const Result result = pool_->run(deadline, [&](postgres::Connection &connection) {
		if (!search.exact)
			set_search_parameters(search, &connection);
		return connection.execute(sql, parameters, deadline);
	});
	std::vector<model::ScoredPoint> points;
	points.reserve(static_cast<size_t>(result.rows()));
	for (int row = 0; row < result.rows() && !result.is_null(row, 2); row++) {
		model::ScoredPoint &point = points.emplace_back();
		point.id = postgres::read_point_id(result.bytes(row, 0));
		point.version = static_cast<uint64_t>(result.integer(row, 1));
		point.score = score_of(vector.params, search.scorer, postgres::read_float8(result.bytes(row, 2)));
		point.payload = columns.payload(result, row, 3);
		point.vectors = columns.vectors(result, row, 3);
	}
	return points;
}

std::vector<PointFacts> LocalShard::facts(const ShardSchema &schema, const FactsRead &read, Deadline deadline)
{
	Parameters parameters(pool_->types());
	const auto kind = read.payload_paths.empty() ? model::PayloadSelection::kNone : model::PayloadSelection::kInclude;
	const PointColumns columns(schema, {kind, read.payload_paths}, {}, &parameters);
	std::string sql = "SELECT t.id" + columns.sql();
	for (const model::Condition *condition : read.conditions)
		sql += ", " + filter_sql({{*condition}, {}, {}, {}}, schema, &parameters);
	sql += " FROM " + table_ + " AS t WHERE t.id = ANY (" + parameters.add_point_ids(read.ids) + ")";
	const Result result = pool_->execute(deadline, sql, parameters);
	const int first = PQnfields(result.get()) - static_cast<int>(read.conditions.size());
	std::vector<PointFacts> facts(static_cast<size_t>(result.rows()));
	for (int row = 0; row < result.rows(); row++) {
		PointFacts &point = facts[static_cast<size_t>(row)];
		point.id = postgres::read_point_id(result.bytes(row, 0));
		point.payload = columns.payload(result, row, 1);
		for (int i = 0; i < static_cast<int>(read.conditions.size()); i++)
			point.conditions.push_back(!result.is_null(row, first + i) && result.boolean(row, first + i));
	}
	return facts;
}

std::vector<model::Record> LocalShard::sample(const ShardSchema &schema, const Sample &sample, Deadline deadline)
{
	Parameters parameters(pool_->types());
	const PointColumns columns(schema, sample.selection.payload, sample.selection.vectors, &parameters);
	const std::string sql = "SELECT t.id" + columns.sql() + " FROM " + table_ + " AS t" +
							where(sample.filter, schema, &parameters) + " ORDER BY random()" + limit_sql(sample.limit);
	return read_records(pool_->execute(deadline, sql, parameters), columns);
}

} /* namespace vecext::shard */
