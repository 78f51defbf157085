/*
 * encode_collection.cpp: collections, their configuration and their aliases.
 */
#include "api/rest/encode.h"

namespace vecext::api::rest {

namespace {

constexpr std::string_view kDistances[] = {"Cosine", "Euclid", "Dot", "Manhattan"};
constexpr std::string_view kDatatypes[] = {"float32", "float16", "uint8", "turbo4"};
constexpr std::string_view kMemories[] = {"cold", "cached", "pinned"};
constexpr std::string_view kModifiers[] = {"none", "idf"};
constexpr std::string_view kStatuses[] = {"green", "yellow", "grey", "red"};
constexpr std::string_view kFieldTypes[] = {"keyword", "integer", "float", "geo", "text", "bool", "datetime", "uuid"};
constexpr std::string_view kTokenizers[] = {"word", "whitespace", "prefix", "multilingual"};

template <class Enum, size_t size> std::string_view word(const std::string_view (&words)[size], Enum value)
{
	return words[static_cast<size_t>(value)];
}

void write(JsonWriter &out, std::string_view name, std::string_view value)
{
	out.name(name);
	out.text(value);
}

void write(JsonWriter &out, std::string_view name, uint64_t value)
{
	out.name(name);
	out.unsigned_integer(value);
}

/* What is unset is left out. */
void write_set(JsonWriter &out, std::string_view name, const std::optional<bool> &value)
{
	if (value) {
		out.name(name);
		out.boolean(*value);
	}
}

template <class Integer>
	requires std::is_unsigned_v<Integer>
void write_set(JsonWriter &out, std::string_view name, const std::optional<Integer> &value)
{
	if (value)
		write(out, name, uint64_t(*value));
}

void write_set(JsonWriter &out, std::string_view name, const std::optional<model::Memory> &value)
{
	if (value)
		write(out, name, word(kMemories, *value));
}

/* What is unset is null. */
void write_or_null(JsonWriter &out, std::string_view name, const std::optional<uint64_t> &value)
{
	out.name(name);
	if (value)
		out.unsigned_integer(*value);
	else
		out.null();
}

void write_hnsw_diff(JsonWriter &out, const model::HnswConfigDiff &hnsw)
{
	out.begin_object();
	write_set(out, "m", hnsw.m);
	write_set(out, "ef_construct", hnsw.ef_construct);
	write_set(out, "full_scan_threshold", hnsw.full_scan_threshold);
	write_set(out, "max_indexing_threads", hnsw.max_indexing_threads);
	write_set(out, "on_disk", hnsw.on_disk);
	write_set(out, "memory", hnsw.memory);
	write_set(out, "payload_m", hnsw.payload_m);
	write_set(out, "inline_storage", hnsw.inline_storage);
	out.end_object();
}

void write_hnsw(JsonWriter &out, const model::HnswConfig &hnsw)
{
	out.begin_object();
	write(out, "m", hnsw.m);
	write(out, "ef_construct", hnsw.ef_construct);
	write(out, "full_scan_threshold", hnsw.full_scan_threshold);
	write(out, "max_indexing_threads", hnsw.max_indexing_threads);
	write_set(out, "on_disk", hnsw.on_disk);
	write_set(out, "memory", hnsw.memory);
	write_set(out, "payload_m", hnsw.payload_m);
	write_set(out, "inline_storage", hnsw.inline_storage);
	out.end_object();
}

void write_kind(JsonWriter &out, const model::ScalarQuantization &scalar)
{
	out.name("scalar");
	out.begin_object();
	write(out, "type", "int8");
	if (scalar.quantile) {
		out.name("quantile");
		out.number32(*scalar.quantile);
	}
	write_set(out, "always_ram", scalar.always_ram);
	write_set(out, "memory", scalar.memory);
	out.end_object();
}

void write_kind(JsonWriter &out, const model::ProductQuantization &product)
{
	out.name("product");
	out.begin_object();
	write(out, "compression", "x" + std::to_string(product.compression));
	write_set(out, "always_ram", product.always_ram);
	write_set(out, "memory", product.memory);
	out.end_object();
}

void write_kind(JsonWriter &out, const model::BinaryQuantization &binary)
{
	constexpr std::string_view encodings[] = {"one_bit", "two_bits", "one_and_half_bits"};
	constexpr std::string_view query_encodings[] = {"default", "binary", "scalar4bits", "scalar8bits"};
	out.name("binary");
	out.begin_object();
	write_set(out, "always_ram", binary.always_ram);
	write_set(out, "memory", binary.memory);
	if (binary.encoding)
		write(out, "encoding", word(encodings, *binary.encoding));
	if (binary.query_encoding)
		write(out, "query_encoding", word(query_encodings, *binary.query_encoding));
	out.end_object();
}

void write_kind(JsonWriter &out, const model::TurboQuantization &turbo)
{
	constexpr std::string_view bits[] = {"bits1", "bits1_5", "bits2", "bits4"};
	out.name("turbo");
	out.begin_object();
	write_set(out, "always_ram", turbo.always_ram);
	write_set(out, "memory", turbo.memory);
	if (turbo.bits)
		write(out, "bits", word(bits, *turbo.bits));
	out.end_object();
}

void write_quantization(JsonWriter &out, const model::QuantizationConfig &quantization)
{
	out.begin_object();
	std::visit([&](const auto &kind) { write_kind(out, kind); }, quantization);
	out.end_object();
}

void write_vector_params(JsonWriter &out, const model::VectorParams &params)
{
	out.begin_object();
	write(out, "size", params.size);
	write(out, "distance", word(kDistances, params.distance));
	if (params.hnsw) {
		out.name("hnsw_config");
		write_hnsw_diff(out, *params.hnsw);
	}
	if (params.quantization) {
		out.name("quantization_config");
		write_quantization(out, *params.quantization);
	}
	write_set(out, "on_disk", params.on_disk);
	write_set(out, "memory", params.memory);
	if (params.datatype)
		write(out, "datatype", word(kDatatypes, *params.datatype));
	if (params.multivector) {
		out.name("multivector_config");
		out.begin_object();
		write(out, "comparator", "max_sim");
		out.end_object();
	}
	out.end_object();
}

void write_vectors(JsonWriter &out, const model::VectorsConfig &vectors)
{
	if (vectors.size() == 1 && vectors.begin()->first.empty()) {
		write_vector_params(out, vectors.begin()->second);
		return;
	}
	out.begin_object();
	for (const auto &[name, params] : vectors) {
		out.name(name);
		write_vector_params(out, params);
	}
	out.end_object();
}

void write_sparse_params(JsonWriter &out, const model::SparseVectorParams &params)
{
	out.begin_object();
	if (params.index) {
		out.name("index");
		out.begin_object();
		write_set(out, "full_scan_threshold", params.index->full_scan_threshold);
		write_set(out, "on_disk", params.index->on_disk);
		write_set(out, "memory", params.index->memory);
		if (params.index->datatype)
			write(out, "datatype", word(kDatatypes, *params.index->datatype));
		out.end_object();
	}
	if (params.modifier)
		write(out, "modifier", word(kModifiers, *params.modifier));
	out.end_object();
}

void write_payload_storage(JsonWriter &out, const std::optional<model::PayloadStorageParams> &payload)
{
	if (!payload)
		return;
	out.name("payload");
	out.begin_object();
	write_set(out, "memory", payload->memory);
	out.end_object();
}

void write_params(JsonWriter &out, const model::CollectionConfig &config)
{
	out.begin_object();
	out.name("vectors");
	write_vectors(out, config.vectors);
	write(out, "shard_number", config.shard_number);
	if (config.sharding_method)
		write(out, "sharding_method", config.sharding_method == model::ShardingMethod::kCustom ? "custom" : "auto");
	write(out, "replication_factor", config.replication_factor);
	write(out, "write_consistency_factor", config.write_consistency_factor);
	write_set(out, "read_fan_out_factor", config.read_fan_out_factor);
	write_set(out, "read_fan_out_delay_ms", config.read_fan_out_delay_ms);
	out.name("on_disk_payload");
	out.boolean(config.on_disk_payload);
	write_payload_storage(out, config.payload);
	if (!config.sparse_vectors.empty()) {
		out.name("sparse_vectors");
		out.begin_object();
		for (const auto &[name, params] : config.sparse_vectors) {
			out.name(name);
			write_sparse_params(out, params);
		}
		out.end_object();
	}
	out.end_object();
}

void write_optimizers(JsonWriter &out, const model::OptimizersConfig &optimizers)
{
	out.begin_object();
	out.name("deleted_threshold");
	out.number(optimizers.deleted_threshold);
	write(out, "vacuum_min_vector_number", optimizers.vacuum_min_vector_number);
	write(out, "default_segment_number", optimizers.default_segment_number);
	write_or_null(out, "max_segment_size", optimizers.max_segment_size);
	write_or_null(out, "memmap_threshold", optimizers.memmap_threshold);
	write_or_null(out, "indexing_threshold", optimizers.indexing_threshold);
	write(out, "flush_interval_sec", optimizers.flush_interval_sec);
	write_or_null(out, "max_optimization_threads", optimizers.max_optimization_threads);
	write_set(out, "prevent_unoptimized", optimizers.prevent_unoptimized);
	out.end_object();
}

void write_wal(JsonWriter &out, const model::WalConfig &wal)
{
	out.begin_object();
	write(out, "wal_capacity_mb", wal.wal_capacity_mb);
	write(out, "wal_segments_ahead", wal.wal_segments_ahead);
	write(out, "wal_retain_closed", wal.wal_retain_closed);
	out.end_object();
}

template <class Limits>
void write_limits(JsonWriter &out, std::string_view name, const std::optional<std::map<std::string, Limits>> &limits,
				  std::string_view key, std::optional<uint64_t> Limits::*limit)
{
	if (!limits)
		return;
	out.name(name);
	out.begin_object();
	for (const auto &[vector, value] : *limits) {
		out.name(vector);
		out.begin_object();
		write_set(out, key, value.*limit);
		out.end_object();
	}
	out.end_object();
}

void write_strict_mode(JsonWriter &out, const model::StrictModeConfig &strict)
{
	out.begin_object();
	write_set(out, "enabled", strict.enabled);
	write_set(out, "max_query_limit", strict.max_query_limit);
	write_set(out, "max_timeout", strict.max_timeout);
	write_set(out, "unindexed_filtering_retrieve", strict.unindexed_filtering_retrieve);
	write_set(out, "unindexed_filtering_update", strict.unindexed_filtering_update);
	write_set(out, "search_max_hnsw_ef", strict.search_max_hnsw_ef);
	write_set(out, "search_allow_exact", strict.search_allow_exact);
	if (strict.search_max_oversampling) {
		out.name("search_max_oversampling");
		out.number(*strict.search_max_oversampling);
	}
	write_set(out, "upsert_max_batchsize", strict.upsert_max_batchsize);
	write_set(out, "search_max_batchsize", strict.search_max_batchsize);
	write_set(out, "max_collection_vector_size_bytes", strict.max_collection_vector_size_bytes);
	write_set(out, "read_rate_limit", strict.read_rate_limit);
	write_set(out, "write_rate_limit", strict.write_rate_limit);
	write_set(out, "max_collection_payload_size_bytes", strict.max_collection_payload_size_bytes);
	write_set(out, "max_points_count", strict.max_points_count);
	write_set(out, "filter_max_conditions", strict.filter_max_conditions);
	write_set(out, "condition_max_size", strict.condition_max_size);
	write_limits(out, "multivector_config", strict.multivector_config, "max_vectors",
				 &model::StrictModeMultivector::max_vectors);
	write_limits(out, "sparse_config", strict.sparse_config, "max_length", &model::StrictModeSparse::max_length);
	write_set(out, "max_payload_index_count", strict.max_payload_index_count);
	write_set(out, "max_resident_memory_percent", strict.max_resident_memory_percent);
	out.end_object();
}

void write_texts(JsonWriter &out, std::string_view name, const std::vector<std::string> &texts)
{
	out.name(name);
	out.begin_array();
	for (const std::string &text : texts)
		out.text(text);
	out.end_array();
}

void write_text_params(JsonWriter &out, const model::TextIndexParams &text)
{
	if (text.tokenizer)
		write(out, "tokenizer", word(kTokenizers, *text.tokenizer));
	write_set(out, "min_token_len", text.min_token_len);
	write_set(out, "max_token_len", text.max_token_len);
	write_set(out, "lowercase", text.lowercase);
	write_set(out, "ascii_folding", text.ascii_folding);
	write_set(out, "phrase_matching", text.phrase_matching);
	if (text.stopwords && text.stopwords->single_language) {
		write(out, "stopwords", text.stopwords->languages.front());
	} else if (text.stopwords) {
		out.name("stopwords");
		out.begin_object();
		write_texts(out, "languages", text.stopwords->languages);
		write_texts(out, "custom", text.stopwords->custom);
		out.end_object();
	}
	if (text.stemmer) {
		out.name("stemmer");
		out.begin_object();
		write(out, "type", text.stemmer->none ? "none" : "snowball");
		if (!text.stemmer->none)
			write(out, "language", text.stemmer->language);
		out.end_object();
	}
}

void write_index_info(JsonWriter &out, const model::PayloadIndexInfo &info)
{
	const model::PayloadFieldSchema &schema = info.schema;
	out.begin_object();
	write(out, "data_type", word(kFieldTypes, schema.type));
	if (schema.has_params) {
		out.name("params");
		out.begin_object();
		write(out, "type", word(kFieldTypes, schema.type));
		write_set(out, "lookup", schema.lookup);
		write_set(out, "range", schema.range);
		write_set(out, "is_tenant", schema.is_tenant);
		write_set(out, "is_principal", schema.is_principal);
		write_set(out, "on_disk", schema.on_disk);
		write_set(out, "memory", schema.memory);
		write_set(out, "enable_hnsw", schema.enable_hnsw);
		write_set(out, "prefix", schema.prefix);
		write_text_params(out, schema.text);
		out.end_object();
	}
	write(out, "points", info.points);
	out.end_object();
}

void write_metadata(JsonWriter &out, const model::Metadata &metadata)
{
	out.begin_object();
	for (const auto &[key, value] : metadata) {
		out.name(key);
		out.raw(value);
	}
	out.end_object();
}

void write_optimizer_status(JsonWriter &out, const std::optional<std::string> &error)
{
	out.name("optimizer_status");
	if (!error) {
		out.text("ok");
		return;
	}
	out.begin_object();
	write(out, "error", *error);
	out.end_object();
}

void write_warnings(JsonWriter &out, const std::vector<std::string> &warnings)
{
	if (warnings.empty())
		return;
	out.name("warnings");
	out.begin_array();
	for (const std::string &warning : warnings) {
		out.begin_object();
		write(out, "message", warning);
		out.end_object();
	}
	out.end_array();
}

} /* namespace */

void write_collection_config(JsonWriter &out, const model::CollectionConfig &config)
{
	out.begin_object();
	out.name("params");
	write_params(out, config);
	out.name("hnsw_config");
	write_hnsw(out, config.hnsw);
	out.name("optimizer_config");
	write_optimizers(out, config.optimizers);
	out.name("wal_config");
	write_wal(out, config.wal);
	out.name("quantization_config");
	if (config.quantization)
		write_quantization(out, *config.quantization);
	else
		out.null();
	if (config.strict_mode) {
		out.name("strict_mode_config");
		write_strict_mode(out, *config.strict_mode);
	}
	if (!config.metadata.empty()) {
		out.name("metadata");
		write_metadata(out, config.metadata);
	}
	out.end_object();
}

void write_collection_info(JsonWriter &out, const model::CollectionInfo &info)
{
	out.begin_object();
	write(out, "status", word(kStatuses, info.status));
	write_optimizer_status(out, info.optimizer_error);
	write_warnings(out, info.warnings);
	write(out, "indexed_vectors_count", info.indexed_vectors_count);
	write(out, "points_count", info.points_count);
	write(out, "segments_count", info.segments_count);
	out.name("config");
	write_collection_config(out, info.config);
	out.name("payload_schema");
	out.begin_object();
	for (const auto &[field, index] : info.payload_schema) {
		out.name(field);
		write_index_info(out, index);
	}
	out.end_object();
	out.name("update_queue");
	out.begin_object();
	write(out, "length", info.update_queue_length);
	out.end_object();
	out.end_object();
}

void write_aliases(JsonWriter &out, const std::vector<model::AliasDescription> &aliases)
{
	out.begin_object();
	out.name("aliases");
	out.begin_array();
	for (const model::AliasDescription &alias : aliases) {
		out.begin_object();
		write(out, "alias_name", alias.alias);
		write(out, "collection_name", alias.collection);
		out.end_object();
	}
	out.end_array();
	out.end_object();
}

} /* namespace vecext::api::rest */
