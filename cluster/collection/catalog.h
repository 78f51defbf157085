/*
 * catalog.h: what PostgreSQL knows of collections: the tables of schema
 * qdrant_storage, and a view for each collection in schema qdrant.
 * docs/sidecar-storage.md describes both.
 *
 * A change of the catalog and of the tables that it speaks of is one transaction.
 */
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/collection_config.h"
#include "model/payload_index.h"
#include "model/quota.h"
#include "postgres/pool.h"
#include "shard/local_shard.h"

namespace vecext::collection {

struct StoredVector {
	std::string name, column;
	std::string index; /* as index_sql() wrote the index that is there; "" for none */
};

struct StoredCollection {
	uint64_t number = 0;
	std::string name;
	model::CollectionConfig config;
	std::vector<StoredVector> vectors;
	std::map<std::string, shard::PayloadIndex> payload_indexes;
	std::vector<shard::ShardState> shards;
};

class Catalog {
public:
	explicit Catalog(std::shared_ptr<postgres::Pool> pool);

	/* Creates the extension and the catalog where they are missing. */
	void install();

	/* Throws kStorageLocked while sessions of another sidecar are in the database:
	 * two would count each other's operations and points wrongly. Waits a while
	 * for those of one that has just died. */
	void refuse_other_sidecars();

	std::vector<StoredCollection> load();
	std::map<std::string, uint64_t> load_aliases(); /* to numbers of collections */

	/* Tables, indexes and view of a new collection. */
	StoredCollection create(const std::string &name, const model::CollectionConfig &config);
	void drop(const StoredCollection &collection);
	void save_config(uint64_t number, const model::CollectionConfig &config);

	void set_alias(const std::string &alias, uint64_t number);
	void delete_alias(const std::string &alias);
	void rename_alias(const std::string &old_alias, const std::string &new_alias);

	/* The name of a new vector's column; the config comes with it. */
	StoredVector add_vector(const StoredCollection &collection, const std::string &name);
	void drop_vector(const StoredCollection &collection, const StoredVector &vector);
	void save_vector_index(uint64_t number, const StoredVector &vector);

	std::string next_index_suffix(uint64_t number);
	void save_payload_index(uint64_t number, const std::string &path, const shard::PayloadIndex &index);
	void delete_payload_index(uint64_t number, const std::string &path);

	/* The node's quota; unset until one is saved. */
	std::optional<model::QuotaConfig> load_quota();
	void save_quota(const model::QuotaConfig &config);

private:
	void run(const std::string &script);

	std::shared_ptr<postgres::Pool> pool_;
};

/* SQL of a payload field's index on a shard's table (without its schema). */
std::string payload_index_sql(const std::string &table, const std::string &path, const shard::PayloadIndex &index);

/* The name of the vector's index on a shard's table. */
std::string vector_index_name(const std::string &table, const StoredVector &vector);

shard::VectorColumn vector_column(const model::CollectionConfig &config, const StoredVector &vector);

} /* namespace vecext::collection */
