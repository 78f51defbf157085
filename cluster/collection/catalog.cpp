/*
 * catalog.cpp: see catalog.h.
 */
#include "collection/catalog.h"

#include <chrono>
#include <set>
#include <thread>

#include "collection/config_change.h"
#include "model/error.h"
#include "model/stored_json.h"
#include "postgres/sql_error.h"
#include "postgres/sql_text.h"
#include "shard/vector_sql.h"

namespace vecext::collection {

using postgres::Connection;
using postgres::kNoDeadline;
using postgres::quote_identifier;
using postgres::quote_literal;
using postgres::Result;

namespace {

constexpr int kFormat = 1;

/* One script is one transaction. */
constexpr char kInstall[] = R"(
SELECT pg_advisory_xact_lock(4242, 1);
CREATE EXTENSION IF NOT EXISTS vecext;
CREATE SCHEMA IF NOT EXISTS qdrant_storage;
CREATE SCHEMA IF NOT EXISTS qdrant;
SET LOCAL search_path = qdrant_storage;
SET LOCAL client_min_messages = warning;
CREATE TABLE IF NOT EXISTS format (version integer NOT NULL);
INSERT INTO format SELECT 1 WHERE NOT EXISTS (SELECT FROM format);
CREATE SEQUENCE IF NOT EXISTS collection_numbers;
CREATE TABLE IF NOT EXISTS collections (
	number bigint PRIMARY KEY,
	name text NOT NULL UNIQUE,
	config jsonb NOT NULL,
	view_name text NOT NULL,
	last_column integer NOT NULL DEFAULT 0,
	last_index integer NOT NULL DEFAULT 0,
	created timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS aliases (
	alias text PRIMARY KEY,
	collection bigint NOT NULL REFERENCES collections ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS vectors (
	collection bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
	name text NOT NULL,
	column_name text NOT NULL,
	index_definition text NOT NULL,
	PRIMARY KEY (collection, name)
);
CREATE TABLE IF NOT EXISTS payload_indexes (
	collection bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
	path text NOT NULL,
	schema jsonb NOT NULL,
	index_suffix text NOT NULL,
	PRIMARY KEY (collection, path)
);
CREATE TABLE IF NOT EXISTS shards (
	collection bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
	shard integer NOT NULL,
	operation bigint NOT NULL DEFAULT 0,
	points bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (collection, shard)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS settings (
	name text PRIMARY KEY,
	value jsonb NOT NULL
);
CREATE OR REPLACE VIEW collection_sizes AS
	SELECT c.name, s.shard, s.points, s.operation, format('c%s_s%s', c.number, s.shard) AS table_name,
		pg_table_size(r.oid) AS table_bytes, pg_indexes_size(r.oid) AS index_bytes
	FROM collections c JOIN shards s ON s.collection = c.number
		JOIN pg_class r ON r.relname = format('c%s_s%s', c.number, s.shard) AND r.relnamespace = 'qdrant_storage'::regnamespace;
CREATE OR REPLACE VIEW collection_indexes AS
	SELECT c.name, s.shard, i.relname AS index_name, v.name AS vector, p.path AS payload_field,
		pg_relation_size(i.oid) AS bytes, x.indisvalid AS is_valid, pg_get_indexdef(i.oid) AS definition
	FROM collections c JOIN shards s ON s.collection = c.number
		JOIN pg_class r ON r.relname = format('c%s_s%s', c.number, s.shard) AND r.relnamespace = 'qdrant_storage'::regnamespace
		JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class i ON i.oid = x.indexrelid
		LEFT JOIN vectors v ON v.collection = c.number AND i.relname = format('%s_%s', r.relname, v.column_name)
		LEFT JOIN payload_indexes p ON p.collection = c.number AND i.relname = format('%s_%s', r.relname, p.index_suffix);
)";

std::string number_text(uint64_t number)
{
	return std::to_string(number);
}

/* ---- tables and views ---- */

std::string full_table(uint64_t number, uint32_t shard)
{
	return std::string(shard::kStorageSchema) + "." + shard::shard_table(number, shard);
}

std::string create_table_sql(const StoredCollection &collection, uint32_t shard)
{
	std::string sql = "CREATE TABLE " + full_table(collection.number, shard) +
					  " (id point_id PRIMARY KEY, version bigint NOT NULL, payload jsonb NOT NULL DEFAULT '{}'";
	for (const StoredVector &vector : collection.vectors)
		sql += ", " + vector.column + " " + shard::column_type(collection.config.vectors.at(vector.name));
	return sql + ") WITH (fillfactor = 90);\n";
}

std::string create_vector_index_sql(uint64_t number, uint32_t shard, const StoredVector &vector)
{
	if (vector.index.empty())
		return "";
	return "CREATE INDEX " + vector_index_name(shard::shard_table(number, shard), vector) + " ON " +
		   full_table(number, shard) + " " + vector.index + ";\n";
}

std::string view_name(const std::string &collection)
{
	return quote_identifier(postgres::bounded_name(collection));
}

/* The default vector is shown as "vector"; no name may hide another column. */
std::string view_column(const std::string &vector, std::set<std::string> *taken)
{
	std::string name = postgres::bounded_name(vector.empty() ? "vector" : vector);
	while (!taken->insert(name).second)
		name = postgres::bounded_name("vector " + name);
	return quote_identifier(name);
}

std::string create_view_sql(const StoredCollection &collection)
{
	std::set<std::string> taken = {"id", "version", "payload"};
	std::string columns = "id, version, payload";
	for (const StoredVector &vector : collection.vectors)
		columns += ", " + vector.column + " AS " + view_column(vector.name, &taken);
	std::string sql;
	for (const shard::ShardState &shard : collection.shards)
		sql += (sql.empty() ? "" : " UNION ALL ") +
			   ("SELECT " + columns + " FROM " + full_table(collection.number, shard.shard));
	if (sql.empty())
		return "";
	return "CREATE VIEW qdrant." + view_name(collection.name) + " AS " + sql + ";\n";
}

std::string drop_view_sql(const StoredCollection &collection)
{
	return "DROP VIEW IF EXISTS qdrant." + view_name(collection.name) + ";\n";
}

std::string insert_vector_sql(uint64_t number, const StoredVector &vector)
{
	return "INSERT INTO qdrant_storage.vectors VALUES (" + number_text(number) + ", " + quote_literal(vector.name) +
		   ", " + quote_literal(vector.column) + ", " + quote_literal(vector.index) + ");\n";
}

std::string set_config_sql(uint64_t number, const model::CollectionConfig &config)
{
	return "UPDATE qdrant_storage.collections SET config = " + quote_literal(model::to_stored_json(config)) +
		   " WHERE number = " + number_text(number) + ";\n";
}

StoredVector new_vector(const model::CollectionConfig &config, const std::string &name, size_t column)
{
	StoredVector vector{name, "v" + std::to_string(column), ""};
	vector.index = shard::index_sql(vector_column(config, vector), config.quantization).value_or("");
	return vector;
}

std::string create_script(const StoredCollection &collection)
{
	const std::string number = number_text(collection.number);
	std::string sql = "INSERT INTO qdrant_storage.collections (number, name, config, view_name, last_column) VALUES (" +
					  number + ", " + quote_literal(collection.name) + ", " +
					  quote_literal(model::to_stored_json(collection.config)) + ", " +
					  quote_literal(postgres::bounded_name(collection.name)) + ", " +
					  std::to_string(collection.vectors.size()) + ");\n";
	for (const StoredVector &vector : collection.vectors)
		sql += insert_vector_sql(collection.number, vector);
	for (const shard::ShardState &shard : collection.shards) {
		sql += "INSERT INTO qdrant_storage.shards VALUES (" + number + ", " + std::to_string(shard.shard) + ");\n";
		sql += create_table_sql(collection, shard.shard);
		for (const StoredVector &vector : collection.vectors)
			sql += create_vector_index_sql(collection.number, shard.shard, vector);
	}
	return sql + create_view_sql(collection);
}

} /* namespace */

std::string vector_index_name(const std::string &table, const StoredVector &vector)
{
	return table + "_" + vector.column;
}

shard::VectorColumn vector_column(const model::CollectionConfig &config, const StoredVector &vector)
{
	shard::VectorColumn column;
	column.name = vector.name;
	column.column = vector.column;
	column.params = config.vectors.at(vector.name);
	column.hnsw = merged(config.hnsw, column.params.hnsw);
	column.has_index = !vector.index.empty();
	return column;
}

std::string payload_index_sql(const std::string &table, const std::string &path, const shard::PayloadIndex &index)
{
	constexpr const char *opclasses[] = {"keyword", "integer", "float", "geo", "text", "bool", "datetime", "uuid"};
	std::string options = "path = " + quote_literal(path);
	if (index.schema.type == model::PayloadFieldType::kText && index.schema.has_params)
		options += ", parameters = " + quote_literal(model::to_stored_json(index.schema));
	return "CREATE INDEX " + table + "_" + index.suffix + " ON " + shard::kStorageSchema + "." + table +
		   " USING gin (payload payload_" + opclasses[static_cast<size_t>(index.schema.type)] + "_ops (" + options +
		   "))";
}

Catalog::Catalog(std::shared_ptr<postgres::Pool> pool) : pool_(std::move(pool)) {}

void Catalog::run(const std::string &script)
{
	pool_->run(kNoDeadline, [&](Connection &connection) { return connection.command(script); });
}

void Catalog::refuse_other_sidecars()
{
	constexpr auto kPatience = std::chrono::seconds(10);
	const auto give_up = std::chrono::steady_clock::now() + kPatience;
	for (;;) {
		const Result others = pool_->run(kNoDeadline, [](Connection &connection) {
			return connection.command("SELECT pid, application_name, datname FROM pg_stat_activity"
									  " WHERE datname = current_database() AND application_name LIKE 'vecextd node %'"
									  " AND application_name <> current_setting('application_name') LIMIT 1");
		});
		if (others.rows() == 0)
			return;
		if (std::chrono::steady_clock::now() > give_up)
			throw model::Error(model::ErrorKind::kStorageLocked,
							   "another vecextd uses the database \"" + std::string(others.text(0, 2)) +
								   "\" (session with PID " + std::string(others.text(0, 0)) + ")");
		std::this_thread::sleep_for(std::chrono::milliseconds(200));
	}
}

void Catalog::install()
{
	run(kInstall);
	pool_->drop_idle();
	const Result format = pool_->run(kNoDeadline, [](Connection &connection) {
		return connection.command("SELECT version FROM qdrant_storage.format");
	});
	if (format.text(0, 0) != std::to_string(kFormat))
		throw model::internal("the storage has format " + format.text(0, 0) + ", this program reads " +
							  std::to_string(kFormat));
}

/* ---- collections ---- */

std::vector<StoredCollection> Catalog::load()
{
	std::map<uint64_t, StoredCollection> by_number;
	const auto rows = [&](const std::string &sql) {
		return pool_->run(kNoDeadline, [&](Connection &connection) { return connection.command(sql); });
	};
	const Result collections = rows("SELECT number, name, config FROM qdrant_storage.collections");
	for (int row = 0; row < collections.rows(); row++) {
		StoredCollection &collection = by_number[std::stoull(collections.text(row, 0))];
		collection.number = std::stoull(collections.text(row, 0));
		collection.name = collections.text(row, 1);
		collection.config = model::collection_config_from(collections.text(row, 2));
	}
	const Result vectors = rows("SELECT collection, name, column_name, index_definition FROM qdrant_storage.vectors "
								"ORDER BY substr(column_name, 2)::int");
	for (int row = 0; row < vectors.rows(); row++)
		by_number.at(std::stoull(vectors.text(row, 0)))
			.vectors.push_back({vectors.text(row, 1), vectors.text(row, 2), vectors.text(row, 3)});
	const Result indexes = rows("SELECT collection, path, schema, index_suffix FROM qdrant_storage.payload_indexes");
	for (int row = 0; row < indexes.rows(); row++)
		by_number.at(std::stoull(indexes.text(row, 0))).payload_indexes[indexes.text(row, 1)] = {
			model::payload_field_schema_from(indexes.text(row, 2)), indexes.text(row, 3)};
	const Result shards =
		rows("SELECT collection, shard, operation, points FROM qdrant_storage.shards ORDER BY collection, shard");
	for (int row = 0; row < shards.rows(); row++) {
		const uint64_t number = std::stoull(shards.text(row, 0));
		by_number.at(number).shards.push_back({number, static_cast<uint32_t>(std::stoul(shards.text(row, 1))),
											   std::stoull(shards.text(row, 2)), std::stoull(shards.text(row, 3))});
	}
	std::vector<StoredCollection> all;
	for (auto &[number, collection] : by_number)
		all.push_back(std::move(collection));
	return all;
}

StoredCollection Catalog::create(const std::string &name, const model::CollectionConfig &config)
{
	StoredCollection collection;
	collection.name = name;
	collection.config = config;
	for (const auto &[vector, params] : config.vectors)
		collection.vectors.push_back(new_vector(config, vector, collection.vectors.size() + 1));
	const auto create = [&](Connection &connection) {
		const Result number = connection.command("SELECT nextval('qdrant_storage.collection_numbers')");
		collection.number = std::stoull(number.text(0, 0));
		collection.shards.clear();
		const bool is_custom = config.sharding_method == model::ShardingMethod::kCustom;
		for (uint32_t shard = 0; !is_custom && shard < config.shard_number; shard++)
			collection.shards.push_back({collection.number, shard, 0, 0});
		return connection.command(create_script(collection));
	};
	pool_->run(kNoDeadline, create);
	return collection;
}

void Catalog::drop(const StoredCollection &collection)
{
	std::string sql = drop_view_sql(collection);
	for (const shard::ShardState &shard : collection.shards)
		sql += "DROP TABLE IF EXISTS " + full_table(collection.number, shard.shard) + ";\n";
	run(sql + "DELETE FROM qdrant_storage.collections WHERE number = " + number_text(collection.number));
}

void Catalog::save_config(uint64_t number, const model::CollectionConfig &config)
{
	run(set_config_sql(number, config));
}

/* ---- aliases ---- */

std::map<std::string, uint64_t> Catalog::load_aliases()
{
	const Result rows = pool_->run(kNoDeadline, [](Connection &connection) {
		return connection.command("SELECT alias, collection FROM qdrant_storage.aliases");
	});
	std::map<std::string, uint64_t> aliases;
	for (int row = 0; row < rows.rows(); row++)
		aliases[rows.text(row, 0)] = std::stoull(rows.text(row, 1));
	return aliases;
}

void Catalog::set_alias(const std::string &alias, uint64_t number)
{
	run("INSERT INTO qdrant_storage.aliases VALUES (" + quote_literal(alias) + ", " + number_text(number) +
		") ON CONFLICT (alias) DO UPDATE SET collection = excluded.collection");
}

void Catalog::delete_alias(const std::string &alias)
{
	run("DELETE FROM qdrant_storage.aliases WHERE alias = " + quote_literal(alias));
}

void Catalog::rename_alias(const std::string &old_alias, const std::string &new_alias)
{
	const std::string from = quote_literal(old_alias), to = quote_literal(new_alias);
	run("DELETE FROM qdrant_storage.aliases WHERE alias = " + to + " AND " + to + " <> " + from +
		"; UPDATE qdrant_storage.aliases SET alias = " + to + " WHERE alias = " + from);
}

/* ---- vectors ---- */

StoredVector Catalog::add_vector(const StoredCollection &collection, const std::string &name)
{
	const std::string number = number_text(collection.number);
	const Result column = pool_->run(kNoDeadline, [&](Connection &connection) {
		return connection.command(
			"UPDATE qdrant_storage.collections SET last_column = last_column + 1 WHERE number = " + number +
			" RETURNING last_column");
	});
	const StoredVector vector = new_vector(collection.config, name, std::stoul(column.text(0, 0)));
	StoredCollection extended = collection;
	extended.vectors.push_back(vector);
	std::string sql =
		set_config_sql(collection.number, collection.config) + insert_vector_sql(collection.number, vector);
	const std::string type = shard::column_type(collection.config.vectors.at(name));
	for (const shard::ShardState &shard : collection.shards) {
		sql += "ALTER TABLE " + full_table(collection.number, shard.shard) + " ADD COLUMN " + vector.column + " " +
			   type + ";\n";
		sql += create_vector_index_sql(collection.number, shard.shard, vector);
	}
	run(sql + drop_view_sql(extended) + create_view_sql(extended));
	return vector;
}

void Catalog::drop_vector(const StoredCollection &collection, const StoredVector &vector)
{
	StoredCollection rest = collection;
	std::erase_if(rest.vectors, [&](const StoredVector &other) { return other.name == vector.name; });
	std::string sql = drop_view_sql(collection) + set_config_sql(collection.number, collection.config);
	for (const shard::ShardState &shard : collection.shards)
		sql += "ALTER TABLE " + full_table(collection.number, shard.shard) + " DROP COLUMN " + vector.column + ";\n";
	sql += "DELETE FROM qdrant_storage.vectors WHERE collection = " + number_text(collection.number) +
		   " AND name = " + quote_literal(vector.name) + ";\n";
	run(sql + create_view_sql(rest));
}

void Catalog::save_vector_index(uint64_t number, const StoredVector &vector)
{
	run("UPDATE qdrant_storage.vectors SET index_definition = " + quote_literal(vector.index) +
		" WHERE collection = " + number_text(number) + " AND name = " + quote_literal(vector.name));
}

/* ---- payload indexes ---- */

std::string Catalog::next_index_suffix(uint64_t number)
{
	const Result index = pool_->run(kNoDeadline, [&](Connection &connection) {
		return connection.command("UPDATE qdrant_storage.collections SET last_index = last_index + 1 WHERE number = " +
								  number_text(number) + " RETURNING last_index");
	});
	return "p" + index.text(0, 0);
}

void Catalog::save_payload_index(uint64_t number, const std::string &path, const shard::PayloadIndex &index)
{
	run("INSERT INTO qdrant_storage.payload_indexes VALUES (" + number_text(number) + ", " + quote_literal(path) +
		", " + quote_literal(model::to_stored_json(index.schema)) + ", " + quote_literal(index.suffix) +
		") ON CONFLICT (collection, path) DO UPDATE SET schema = excluded.schema, index_suffix = "
		"excluded.index_suffix");
}

void Catalog::delete_payload_index(uint64_t number, const std::string &path)
{
	run("DELETE FROM qdrant_storage.payload_indexes WHERE collection = " + number_text(number) +
		" AND path = " + quote_literal(path));
}

/* ---- the node ---- */

std::optional<model::QuotaConfig> Catalog::load_quota()
{
	const Result rows = pool_->run(kNoDeadline, [](Connection &connection) {
		return connection.command("SELECT value FROM qdrant_storage.settings WHERE name = 'quota'");
	});
	if (rows.rows() == 0)
		return std::nullopt;
	return model::quota_config_from(rows.text(0, 0));
}

void Catalog::save_quota(const model::QuotaConfig &config)
{
	run("INSERT INTO qdrant_storage.settings VALUES ('quota', " + quote_literal(model::to_stored_json(config)) +
		") ON CONFLICT (name) DO UPDATE SET value = excluded.value");
}

} /* namespace vecext::collection */
