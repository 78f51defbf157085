/*
 * shard_schema.h: what a shard must know of its collection to write SQL: columns of
 * vectors, indexed payload fields, and from which size on an index is searched.
 *
 * A schema never changes: a changed collection hands out a new one, and calls that
 * are going on keep the old (std::shared_ptr<const ShardSchema>).
 */
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/collection_config.h"
#include "model/payload_index.h"

namespace vecext::shard {

struct VectorColumn {
	std::string name;   /* "" for the default vector */
	std::string column; /* "v1" */
	model::VectorParams params;
	bool has_index = false;
	model::HnswConfig hnsw; /* the collection's with the vector's own */
};

struct PayloadIndex {
	model::PayloadFieldSchema schema;
	std::string suffix; /* of the index's name, behind that of the table: "p3" */
};

struct ShardSchema {
	std::vector<VectorColumn> vectors;
	std::map<std::string, PayloadIndex> payload_indexes; /* by path */
	uint64_t indexing_threshold_kb = 0;                  /* 0: indexes are not searched */

	const VectorColumn *find(const std::string &name) const;
	const VectorColumn &vector(const std::string &name) const; /* throws unknown_vector */
	const model::PayloadFieldSchema *payload_index(const std::string &path) const;
};

} /* namespace vecext::shard */
