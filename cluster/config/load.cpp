/*
 * load.cpp: the table of keys, in the order of docs/sidecar.md.
 */
#include "config/load.h"

#include <array>
#include <cstdlib>
#include <string_view>

#include "config/layers.h"
#include "config/reader.h"

namespace vecext::config {

namespace {

constexpr uint64_t kUnbounded = std::numeric_limits<uint64_t>::max();

/* Keys of Qdrant's that change nothing here: PostgreSQL does that work, it is how
 * Qdrant's own storage is laid out, or the feature is missing. Accepted silently; one ending in "." stands
 * for all below it. */
constexpr std::array kWithoutEffect{
	"telemetry_disabled", /* nothing is ever sent anywhere */
	"logger.span_events",
	"logger.on_disk.buffer_size_bytes",
	"storage.snapshots_path",
	"storage.snapshots_config.",
	"storage.temp_path",
	"storage.payload.memory",
	"storage.low_memory_mode",
	"storage.update_concurrency",
	"storage.update_queue_size",
	"storage.node_type",
	"storage.performance.",
	"storage.optimizers_overwrite.",
	"storage.collection.vectors.memory",
	"storage.shard_transfer_method",
	"storage.handle_collection_load_errors",
	"storage.mmap_advice",
	"storage.hnsw_global_config.",
	"service.enforce_internal_auth",
	"service.static_content_dir",
	"service.enable_static_content",
	"service.hide_jwt_dashboard",
	"service.hardware_reporting",
	"service.enable_snapshot_url_recovery",
	"cluster.",
	"audit.",
	"inference",
	"inference.",
	"gpu",
	"gpu.",
	"feature_flags",
	"feature_flags.",
	"debugger",
	"debugger.",
};

bool has_no_effect(const std::string &key)
{
	for (const std::string_view known : kWithoutEffect)
		if (key == known || (known.ends_with('.') && key.starts_with(known)))
			return true;
	return false;
}

void read_format(const Reader &reader, const std::string &key, LogFormat &format)
{
	reader.read_word(key, format, {{"text", LogFormat::kText}, {"json", LogFormat::kJson}});
}

void read_logger(const Reader &reader, LoggerSettings &logger)
{
	reader.read("log_level", logger.log_level);
	reader.read("logger.log_level", logger.log_level);
	read_format(reader, "logger.format", logger.format);
	bool color = false;
	if (reader.read_word("logger.color", color, {{"true", true}, {"false", false}, {"auto", false}}))
		logger.color = color;
	reader.read("logger.on_disk.enabled", logger.on_disk.enabled);
	reader.read("logger.on_disk.log_file", logger.on_disk.log_file);
	reader.read("logger.on_disk.log_level", logger.on_disk.log_level);
	read_format(reader, "logger.on_disk.format", logger.on_disk.format);
	if (logger.on_disk.enabled && logger.on_disk.log_file.empty())
		throw ConfigError("logger.on_disk.enabled needs logger.on_disk.log_file");
}

void read_memory(const Reader &reader, const std::string &key, std::optional<model::Memory> &memory)
{
	model::Memory word{};
	if (reader.read_word(
			key, word,
			{{"cold", model::Memory::kCold}, {"cached", model::Memory::kCached}, {"pinned", model::Memory::kPinned}}))
		memory = word;
}

void read_optimizers(const Reader &reader, model::OptimizersConfig &out)
{
	const std::string at = "storage.optimizers.";
	reader.read(at + "deleted_threshold", out.deleted_threshold, 0.0, 1.0);
	reader.read(at + "vacuum_min_vector_number", out.vacuum_min_vector_number, 100, kUnbounded);
	reader.read(at + "default_segment_number", out.default_segment_number);
	reader.read(at + "max_segment_size_kb", out.max_segment_size);
	reader.read(at + "memmap_threshold_kb", out.memmap_threshold);
	reader.read(at + "indexing_threshold_kb", out.indexing_threshold);
	reader.read(at + "flush_interval_sec", out.flush_interval_sec);
	reader.read(at + "max_optimization_threads", out.max_optimization_threads);
}

void read_hnsw(const Reader &reader, model::HnswConfig &out)
{
	const std::string at = "storage.hnsw_index.";
	reader.read(at + "m", out.m, 0, 10000);
	reader.read(at + "ef_construct", out.ef_construct, 4, 10000);
	reader.read(at + "full_scan_threshold_kb", out.full_scan_threshold);
	reader.read(at + "max_indexing_threads", out.max_indexing_threads);
	reader.read(at + "on_disk", out.on_disk);
	reader.read(at + "payload_m", out.payload_m, 0, 10000);
	reader.read(at + "inline_storage", out.inline_storage);
	read_memory(reader, at + "memory", out.memory);
}

model::StrictModeConfig &strict_mode(CollectionDefaults &collection)
{
	if (!collection.strict_mode)
		collection.strict_mode.emplace();
	return *collection.strict_mode;
}

void read_strict_mode(const Reader &reader, Layers &layers, CollectionDefaults &collection)
{
	const std::string at = "storage.collection.strict_mode";
	if (layers.below(at).empty())
		return;
	model::StrictModeConfig &out = strict_mode(collection);
	reader.read(at + ".enabled", out.enabled);
	reader.read(at + ".unindexed_filtering_retrieve", out.unindexed_filtering_retrieve);
	reader.read(at + ".unindexed_filtering_update", out.unindexed_filtering_update);
	reader.read(at + ".search_allow_exact", out.search_allow_exact);
	reader.read(at + ".search_max_oversampling", out.search_max_oversampling, 0.0, 1e9);
	const std::pair<const char *, std::optional<uint64_t> &> limits[] = {
		{".max_query_limit", out.max_query_limit},
		{".max_timeout", out.max_timeout},
		{".search_max_hnsw_ef", out.search_max_hnsw_ef},
		{".upsert_max_batchsize", out.upsert_max_batchsize},
		{".search_max_batchsize", out.search_max_batchsize},
		{".max_collection_vector_size_bytes", out.max_collection_vector_size_bytes},
		{".max_collection_payload_size_bytes", out.max_collection_payload_size_bytes},
		{".read_rate_limit", out.read_rate_limit},
		{".write_rate_limit", out.write_rate_limit},
		{".max_points_count", out.max_points_count},
		{".filter_max_conditions", out.filter_max_conditions},
		{".condition_max_size", out.condition_max_size},
		{".max_payload_index_count", out.max_payload_index_count},
	};
	for (const auto &[name, limit] : limits)
		reader.read(at + name, limit, uint64_t{1}, kUnbounded);
}

model::QuantizationConfig read_scalar(const Reader &reader, const std::string &at)
{
	model::ScalarQuantization out;
	int int8 = 0;
	reader.read_word(at + ".type", int8, {{"int8", 0}});
	std::optional<double> quantile;
	reader.read(at + ".quantile", quantile, 0.5, 1.0);
	if (quantile)
		out.quantile = static_cast<float>(*quantile);
	reader.read(at + ".always_ram", out.always_ram);
	read_memory(reader, at + ".memory", out.memory);
	return out;
}

model::QuantizationConfig read_product(const Reader &reader, const std::string &at)
{
	model::ProductQuantization out;
	reader.read_word<uint32_t>(at + ".compression", out.compression,
							   {{"x4", 4}, {"x8", 8}, {"x16", 16}, {"x32", 32}, {"x64", 64}});
	reader.read(at + ".always_ram", out.always_ram);
	read_memory(reader, at + ".memory", out.memory);
	return out;
}

model::QuantizationConfig read_binary(const Reader &reader, const std::string &at)
{
	using Binary = model::BinaryQuantization;
	Binary out;
	Binary::Encoding encoding{};
	if (reader.read_word(at + ".encoding", encoding,
						 {{"one_bit", Binary::kOneBit},
						  {"two_bits", Binary::kTwoBits},
						  {"one_and_half_bits", Binary::kOneAndHalfBits}}))
		out.encoding = encoding;
	Binary::QueryEncoding query{};
	if (reader.read_word(at + ".query_encoding", query,
						 {{"default", Binary::kDefault},
						  {"binary", Binary::kBinary},
						  {"scalar4bits", Binary::kScalar4Bits},
						  {"scalar8bits", Binary::kScalar8Bits}}))
		out.query_encoding = query;
	reader.read(at + ".always_ram", out.always_ram);
	read_memory(reader, at + ".memory", out.memory);
	return out;
}

model::QuantizationConfig read_turbo(const Reader &reader, const std::string &at)
{
	using Turbo = model::TurboQuantization;
	Turbo out;
	Turbo::Bits bits{};
	if (reader.read_word(at + ".bits", bits,
						 {{"bits1", Turbo::kBits1},
						  {"bits1_5", Turbo::kBits1_5},
						  {"bits2", Turbo::kBits2},
						  {"bits4", Turbo::kBits4}}))
		out.bits = bits;
	reader.read(at + ".always_ram", out.always_ram);
	read_memory(reader, at + ".memory", out.memory);
	return out;
}

void read_quantization(const Reader &reader, Layers &layers, std::optional<model::QuantizationConfig> &out)
{
	const std::string at = "storage.collection.quantization";
	const std::pair<const char *, model::QuantizationConfig (*)(const Reader &, const std::string &)> kinds[] = {
		{".scalar", read_scalar}, {".product", read_product}, {".binary", read_binary}, {".turbo", read_turbo}};
	const Value *whole = layers.find(at);
	if (whole && whole->kind != Value::kNull)
		Reader::refuse(at, *whole, "null or a map of scalar, product, binary or turbo");
	for (const auto &[kind, read_kind] : kinds)
		if (layers.find(at + kind) || !layers.below(at + kind).empty())
			out = read_kind(reader, at + kind);
}

void read_collection(const Reader &reader, Layers &layers, CollectionDefaults &out)
{
	const std::string at = "storage.collection.";
	reader.read("storage.on_disk_payload", out.on_disk_payload);
	reader.read("storage.wal.wal_capacity_mb", out.wal.wal_capacity_mb, 1, kUnbounded);
	reader.read("storage.wal.wal_segments_ahead", out.wal.wal_segments_ahead);
	reader.read("storage.wal.wal_retain_closed", out.wal.wal_retain_closed, 1, kUnbounded);
	read_optimizers(reader, out.optimizers);
	read_hnsw(reader, out.hnsw);
	reader.read(at + "replication_factor", out.replication_factor, 1, UINT32_MAX);
	reader.read(at + "write_consistency_factor", out.write_consistency_factor, 1, UINT32_MAX);
	reader.read(at + "shard_number_per_node", out.shard_number, 1, 10000);
	reader.read(at + "vectors.on_disk", out.vectors_on_disk);
	read_quantization(reader, layers, out.quantization);
	read_strict_mode(reader, layers, out);
}

void read_storage(const Reader &reader, Layers &layers, StorageSettings &out)
{
	reader.read("storage.storage_path", out.storage_path);
	reader.read("storage.recovery_mode", out.recovery_mode);
	reader.read("storage.max_collections", out.max_collections);
	reader.read("storage.performance.search_timeout_sec", out.search_timeout_sec, 1, 86400);
	reader.read("storage.quotas.enabled", out.quotas.enabled);
	reader.read("storage.quotas.max_resident_memory_percent", out.quotas.max_resident_memory_percent, 1u, 100u);
	reader.read("storage.quotas.max_disk_usage_percent", out.quotas.max_disk_usage_percent, 1u, 100u);
	reader.read("storage.quotas.release_margin_percent", out.quotas.release_margin_percent, 0u, 100u);
	read_collection(reader, layers, out.collection);
	if (out.storage_path.empty())
		throw ConfigError("storage.storage_path is empty");
}

void read_service(const Reader &reader, ServiceSettings &out)
{
	reader.read("service.max_request_size_mb", out.max_request_size_mb, 1, 16384);
	reader.read("service.max_workers", out.max_workers, 0, 10000);
	reader.read("service.host", out.host);
	reader.read("service.http_port", out.http_port);
	reader.read("service.grpc_port", out.grpc_port);
	reader.read("service.metrics_port", out.metrics_port);
	reader.read("service.enable_cors", out.enable_cors);
	reader.read("service.enable_tls", out.enable_tls);
	reader.read("service.verify_https_client_certificate", out.verify_https_client_certificate);
	reader.read("service.api_key", out.api_key);
	reader.read("service.alt_api_key", out.alt_api_key);
	reader.read("service.read_only_api_key", out.read_only_api_key);
	reader.read("service.jwt_rbac", out.jwt_rbac);
	reader.read("service.metrics_prefix", out.metrics_prefix);
	reader.read("service.slow_query_secs", out.slow_query_secs, 0.0, 86400.0);
	reader.read_duration("service.http_keep_alive_timeout_sec", out.keep_alive_timeout);
	reader.read_duration("service.http_client_request_timeout_sec", out.client_request_timeout);
	reader.read_duration("service.http_client_disconnect_timeout_sec", out.client_disconnect_timeout);
	if (out.jwt_rbac && out.api_key.empty() && out.alt_api_key.empty())
		throw ConfigError("service.jwt_rbac needs service.api_key, which signs the tokens");
}

void read_tls(const Reader &reader, TlsSettings &out)
{
	reader.read("tls.cert", out.cert);
	reader.read("tls.key", out.key);
	reader.read("tls.ca_cert", out.ca_cert);
	reader.read_duration("tls.cert_ttl", out.cert_ttl);
}

void read_postgres(const Reader &reader, Layers &layers, PostgresSettings &out)
{
	reader.read("postgres.url", out.url);
	reader.read("postgres.pool_size", out.pool_size, 0, 1000);
	reader.read("postgres.bin_dir", out.bin_dir);
	reader.read("postgres.user", out.user);
	reader.read("postgres.shared_buffers_mb", out.shared_buffers_mb, 0, 1 << 24);
	reader.read("postgres.maintenance_work_mem_mb", out.maintenance_work_mem_mb, 0, 1 << 21);
	reader.read_duration("postgres.wait_for_server_ms", out.wait_for_server);
	for (const auto &[name, value] : layers.below("postgres.settings"))
		out.settings[name] = value->text;
}

Settings settings_of(Layers &layers)
{
	const Reader reader(layers);
	Settings settings;
	read_logger(reader, settings.logger);
	read_storage(reader, layers, settings.storage);
	read_service(reader, settings.service);
	read_tls(reader, settings.tls);
	read_postgres(reader, layers, settings.postgres);
	reader.read("cluster.enabled", settings.cluster_enabled);
	return settings;
}

void warn_of_unknown(const Layers &layers, std::vector<std::string> &warnings)
{
	for (const auto &[key, value] : layers.values())
		if (!value.seen && !has_no_effect(key))
			warnings.push_back(value.source + ": unknown setting " + key + " is ignored");
}

std::string run_mode(const char *const *environment)
{
	constexpr std::string_view name = "RUN_MODE=";
	for (; *environment; environment++)
		if (std::string_view(*environment).starts_with(name))
			return std::string(std::string_view(*environment).substr(name.size()));
	return "development";
}

void add_files(Layers &layers, const Flags &flags, const std::string &mode, std::vector<std::string> &warnings)
{
	layers.add_file_if_present("config/config");
	if (!layers.add_file_if_present("config/" + mode))
		warnings.push_back("no configuration file config/" + mode);
	layers.add_file_if_present("config/local");
	layers.add_file_if_present("/etc/qdrant/config");
	if (flags.config_path.empty())
		return;
	/* As Qdrant does, the name may stand without its ending. */
	if (!layers.add_file_if_present(flags.config_path))
		layers.add_file(flags.config_path);
}

} /* namespace */

Loaded load(const Flags &flags, const char *const *environment)
{
	Layers layers;
	Loaded loaded;
	add_files(layers, flags, run_mode(environment), loaded.warnings);
	layers.add_environment("QDRANT", environment);
	layers.add_environment("VECEXT", environment);
	if (!flags.postgres_url.empty())
		layers.set("postgres.url", flags.postgres_url, "--postgres-url");
	loaded.settings = settings_of(layers);
	warn_of_unknown(layers, loaded.warnings);
	return loaded;
}

} /* namespace vecext::config */
