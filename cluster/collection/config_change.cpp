/*
 * config_change.cpp: see config_change.h.
 */
#include "collection/config_change.h"

#include "model/error.h"

namespace vecext::collection {

namespace {

/* A field that the request names takes its value. */
template <class To, class From> void take(To *to, const std::optional<From> &from)
{
	if (from)
		*to = *from;
}

void merge(model::HnswConfig *config, const model::HnswConfigDiff &diff)
{
	take(&config->m, diff.m), take(&config->ef_construct, diff.ef_construct);
	take(&config->full_scan_threshold, diff.full_scan_threshold);
	take(&config->max_indexing_threads, diff.max_indexing_threads), take(&config->payload_m, diff.payload_m);
	take(&config->on_disk, diff.on_disk), take(&config->inline_storage, diff.inline_storage);
	take(&config->memory, diff.memory);
}

void merge(model::HnswConfigDiff *config, const model::HnswConfigDiff &diff)
{
	take(&config->m, diff.m), take(&config->ef_construct, diff.ef_construct);
	take(&config->full_scan_threshold, diff.full_scan_threshold);
	take(&config->max_indexing_threads, diff.max_indexing_threads), take(&config->payload_m, diff.payload_m);
	take(&config->on_disk, diff.on_disk), take(&config->inline_storage, diff.inline_storage);
	take(&config->memory, diff.memory);
}

void merge(model::OptimizersConfig *config, const model::OptimizersConfigDiff &diff)
{
	take(&config->deleted_threshold, diff.deleted_threshold);
	take(&config->vacuum_min_vector_number, diff.vacuum_min_vector_number);
	take(&config->default_segment_number, diff.default_segment_number);
	take(&config->max_segment_size, diff.max_segment_size), take(&config->memmap_threshold, diff.memmap_threshold);
	take(&config->indexing_threshold, diff.indexing_threshold);
	take(&config->flush_interval_sec, diff.flush_interval_sec);
	take(&config->prevent_unoptimized, diff.prevent_unoptimized);
	if (diff.max_optimization_threads)
		config->max_optimization_threads = diff.max_optimization_threads->threads;
}

void merge(model::WalConfig *config, const model::WalConfigDiff &diff)
{
	take(&config->wal_capacity_mb, diff.wal_capacity_mb), take(&config->wal_segments_ahead, diff.wal_segments_ahead);
	take(&config->wal_retain_closed, diff.wal_retain_closed);
}

void merge(model::StrictModeConfig *config, const model::StrictModeConfig &diff)
{
	take(&config->enabled, diff.enabled);
	take(&config->unindexed_filtering_retrieve, diff.unindexed_filtering_retrieve);
	take(&config->unindexed_filtering_update, diff.unindexed_filtering_update);
	take(&config->search_allow_exact, diff.search_allow_exact), take(&config->max_query_limit, diff.max_query_limit);
	take(&config->max_timeout, diff.max_timeout), take(&config->search_max_hnsw_ef, diff.search_max_hnsw_ef);
	take(&config->upsert_max_batchsize, diff.upsert_max_batchsize);
	take(&config->search_max_batchsize, diff.search_max_batchsize);
	take(&config->max_collection_vector_size_bytes, diff.max_collection_vector_size_bytes);
	take(&config->read_rate_limit, diff.read_rate_limit), take(&config->write_rate_limit, diff.write_rate_limit);
	take(&config->max_collection_payload_size_bytes, diff.max_collection_payload_size_bytes);
	take(&config->max_points_count, diff.max_points_count);
	take(&config->filter_max_conditions, diff.filter_max_conditions);
	take(&config->condition_max_size, diff.condition_max_size);
	take(&config->max_payload_index_count, diff.max_payload_index_count);
	take(&config->max_resident_memory_percent, diff.max_resident_memory_percent);
	take(&config->search_max_oversampling, diff.search_max_oversampling);
	take(&config->multivector_config, diff.multivector_config), take(&config->sparse_config, diff.sparse_config);
}

void change(std::optional<model::QuantizationConfig> *config, const std::optional<model::QuantizationDiff> &diff)
{
	if (!diff)
		return;
	if (const auto *wanted = std::get_if<model::QuantizationConfig>(&*diff))
		*config = *wanted;
	else
		config->reset();
}

void change(model::VectorParams *params, const model::VectorParamsDiff &diff)
{
	if (diff.hnsw) {
		if (!params->hnsw)
			params->hnsw.emplace();
		merge(&*params->hnsw, *diff.hnsw);
	}
	change(&params->quantization, diff.quantization);
	take(&params->on_disk, diff.on_disk), take(&params->memory, diff.memory);
}

void change(model::CollectionConfig *config, const model::CollectionParamsDiff &diff)
{
	take(&config->replication_factor, diff.replication_factor);
	take(&config->write_consistency_factor, diff.write_consistency_factor);
	take(&config->read_fan_out_factor, diff.read_fan_out_factor);
	take(&config->read_fan_out_delay_ms, diff.read_fan_out_delay_ms);
	take(&config->on_disk_payload, diff.on_disk_payload), take(&config->payload, diff.payload);
}

void change(model::Metadata *metadata, const model::Metadata &diff)
{
	for (const auto &[key, value] : diff)
		if (value == "null")
			metadata->erase(key);
		else
			(*metadata)[key] = value;
}

} /* namespace */

model::HnswConfig merged(model::HnswConfig config, const std::optional<model::HnswConfigDiff> &diff)
{
	if (diff)
		merge(&config, *diff);
	return config;
}

model::CollectionConfig new_config(const model::CreateCollection &request, const CollectionDefaults &defaults)
{
	model::CollectionConfig config;
	config.vectors = request.vectors;
	config.sparse_vectors = request.sparse_vectors;
	for (auto &[name, params] : config.vectors)
		if (!params.on_disk && !params.memory)
			params.on_disk = defaults.vectors_on_disk;
	config.shard_number = request.shard_number.value_or(defaults.shard_number);
	config.replication_factor = request.replication_factor.value_or(defaults.replication_factor);
	config.write_consistency_factor = request.write_consistency_factor.value_or(defaults.write_consistency_factor);
	config.sharding_method = request.sharding_method;
	config.on_disk_payload = request.on_disk_payload.value_or(defaults.on_disk_payload);
	config.payload = request.payload;
	config.hnsw = merged(defaults.hnsw, request.hnsw);
	config.optimizers = defaults.optimizers;
	if (request.optimizers)
		merge(&config.optimizers, *request.optimizers);
	config.wal = defaults.wal;
	if (request.wal)
		merge(&config.wal, *request.wal);
	config.quantization = request.quantization ? request.quantization : defaults.quantization;
	config.strict_mode = defaults.strict_mode;
	if (request.strict_mode) {
		if (!config.strict_mode)
			config.strict_mode.emplace();
		merge(&*config.strict_mode, *request.strict_mode);
	}
	if (request.metadata)
		change(&config.metadata, *request.metadata);
	return config;
}

model::CollectionConfig changed_config(model::CollectionConfig config, const model::UpdateCollection &request)
{
	for (const auto &[name, diff] : request.vectors) {
		const auto found = config.vectors.find(name);
		if (found == config.vectors.end())
			throw model::unknown_vector(name);
		change(&found->second, diff);
	}
	for (const auto &[name, params] : request.sparse_vectors) {
		const auto found = config.sparse_vectors.find(name);
		if (found == config.sparse_vectors.end())
			throw model::unknown_vector(name);
		take(&found->second.index, params.index), take(&found->second.modifier, params.modifier);
	}
	if (request.optimizers)
		merge(&config.optimizers, *request.optimizers);
	if (request.params)
		change(&config, *request.params);
	config.hnsw = merged(config.hnsw, request.hnsw);
	change(&config.quantization, request.quantization);
	if (request.strict_mode) {
		if (!config.strict_mode)
			config.strict_mode.emplace();
		merge(&*config.strict_mode, *request.strict_mode);
	}
	if (request.metadata)
		change(&config.metadata, *request.metadata);
	return config;
}

} /* namespace vecext::collection */
