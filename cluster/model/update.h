/*
 * update.h: operations that change points, and how they are to be carried out.
 */
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/filter.h"
#include "model/payload_index.h"
#include "model/point.h"

namespace vecext::model {

enum class WriteOrdering : uint8_t { kWeak, kMedium, kStrong };
enum class UpdateMode : uint8_t { kUpsert, kInsertOnly, kUpdateOnly };
enum class UpdateStatus : uint8_t { kAcknowledged, kCompleted, kWaitTimeout };

struct UpdateParams {
	bool wait = false;
	WriteOrdering ordering = WriteOrdering::kWeak;
	std::optional<uint64_t> timeout_seconds; /* 60 when unset */
};

struct UpdateResult {
	std::optional<uint64_t> operation_id;
	UpdateStatus status = UpdateStatus::kCompleted;
};

/* Ids, a filter, or both; the codecs refuse neither. */
struct PointSelection {
	std::vector<PointId> ids;
	std::optional<Filter> filter;
	bool has_ids = false; /* an empty list was sent */
};

struct UpsertPoints {
	std::vector<Point> points;
	std::optional<Filter> update_filter;
	UpdateMode mode = UpdateMode::kUpsert;
	std::optional<ShardKeySelector> shard_key;
};

struct DeletePoints {
	PointSelection selection;
	std::optional<ShardKeySelector> shard_key;
};

struct SetPayload {
	Payload payload;
	PointSelection selection;
	std::optional<std::string> key;
	std::optional<ShardKeySelector> shard_key;
};

struct OverwritePayload {
	Payload payload;
	PointSelection selection;
	std::optional<ShardKeySelector> shard_key;
};

struct DeletePayload {
	std::vector<std::string> keys; /* paths */
	PointSelection selection;
	std::optional<ShardKeySelector> shard_key;
};

struct ClearPayload {
	PointSelection selection;
	std::optional<ShardKeySelector> shard_key;
};

struct UpdateVectors {
	struct PointVectors {
		PointId id;
		NamedVectors vectors;
	};
	std::vector<PointVectors> points;
	std::optional<Filter> update_filter;
	std::optional<ShardKeySelector> shard_key;
};

struct DeleteVectors {
	PointSelection selection;
	std::vector<std::string> names;
	std::optional<ShardKeySelector> shard_key;
};

using UpdateOperation = std::variant<UpsertPoints, DeletePoints, SetPayload, OverwritePayload, DeletePayload,
									 ClearPayload, UpdateVectors, DeleteVectors>;

} /* namespace vecext::model */
