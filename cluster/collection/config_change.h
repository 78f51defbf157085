/*
 * config_change.h: configurations made and changed by requests.
 */
#pragma once

#include <optional>

#include "model/collection_config.h"

namespace vecext::collection {

/* What a node gives to collections that do not say otherwise. */
struct CollectionDefaults {
	model::HnswConfig hnsw;
	model::OptimizersConfig optimizers;
	model::WalConfig wal;
	std::optional<model::QuantizationConfig> quantization;
	std::optional<model::StrictModeConfig> strict_mode;
	std::optional<bool> vectors_on_disk;
	bool on_disk_payload = true;
	uint32_t shard_number = 1, replication_factor = 1, write_consistency_factor = 1;
};

model::CollectionConfig new_config(const model::CreateCollection &request, const CollectionDefaults &defaults);

/* Field by field. Throws unknown_vector. */
model::CollectionConfig changed_config(model::CollectionConfig config, const model::UpdateCollection &request);

model::HnswConfig merged(model::HnswConfig config, const std::optional<model::HnswConfigDiff> &diff);

} /* namespace vecext::collection */
