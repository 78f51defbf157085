/*
 * point.h: points as written, read and scored.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/payload.h"
#include "model/point_id.h"
#include "model/vector.h"

namespace vecext::model {

using ShardKey = std::variant<std::string, uint64_t>;

struct ShardKeySelector {
	std::vector<ShardKey> keys;
	std::optional<ShardKey> fallback;
};

struct Point {
	PointId id;
	NamedVectors vectors; /* no InferenceInput below the codecs' inference step */
	std::optional<Payload> payload;
};

using OrderValue = std::variant<int64_t, double>;

/* What reads return; unset fields are left out of the response. */
struct Record {
	PointId id;
	std::optional<Payload> payload;
	std::optional<NamedVectors> vectors;
	std::optional<ShardKey> shard_key;
	std::optional<OrderValue> order_value;
};

struct ScoredPoint {
	PointId id;
	uint64_t version = 0;
	float score = 0;
	std::optional<Payload> payload;
	std::optional<NamedVectors> vectors;
	std::optional<ShardKey> shard_key;
	std::optional<OrderValue> order_value;
};

} /* namespace vecext::model */
