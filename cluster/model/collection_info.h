/*
 * collection_info.h: what is told about collections.
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/collection_config.h"
#include "model/payload_index.h"

namespace vecext::model {

enum class CollectionStatus : uint8_t { kGreen, kYellow, kGrey, kRed };

struct PayloadIndexInfo {
	PayloadFieldSchema schema;
	uint64_t points = 0; /* with an indexable value */
};

struct CollectionInfo {
	CollectionStatus status = CollectionStatus::kGreen;
	std::optional<std::string> optimizer_error; /* unset: "ok" */
	std::vector<std::string> warnings;
	uint64_t indexed_vectors_count = 0, points_count = 0, segments_count = 1;
	CollectionConfig config;
	std::map<std::string, PayloadIndexInfo> payload_schema;
	uint64_t update_queue_length = 0;
};

struct AliasDescription {
	std::string alias, collection;
};

struct CreateAlias {
	std::string collection, alias;
};

struct DeleteAlias {
	std::string alias;
};

struct RenameAlias {
	std::string old_alias, new_alias;
};

using AliasAction = std::variant<CreateAlias, DeleteAlias, RenameAlias>;

struct LocalShardInfo {
	uint32_t shard_id = 0;
	uint64_t points_count = 0;
};

/* An index of a vector that is built, on all shards. */
struct Optimization {
	using Time = std::chrono::system_clock::time_point;

	uint64_t number = 0; /* within the collection, since start */
	std::string vector;
	std::optional<Time> started, finished;
	std::optional<std::string> error; /* of one that has finished */
	uint64_t done = 0, total = 0;     /* points */
};

struct Optimizations {
	std::vector<Optimization> running, queued;
	std::vector<Optimization> completed; /* the last first; since start, a limited number */
	std::vector<LocalShardInfo> shards;
};

/* Bytes by part, for /collections/{c}/memory and the metrics. */
struct StorageSizes {
	std::map<std::string, uint64_t> vector_bytes, vector_index_bytes, payload_index_bytes;
	uint64_t payload_bytes = 0, id_index_bytes = 0;
};

} /* namespace vecext::model */
