/*
 * collection_config.h: how a collection is set up, as created, changed and echoed.
 *
 * "Diff" structs carry what a request named; unset fields keep what is there
 * (PATCH) or take the node's defaults (PUT). Bounds have been checked.
 */
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/payload.h"

namespace vecext::model {

enum class Distance : uint8_t { kCosine, kEuclid, kDot, kManhattan };
enum class Datatype : uint8_t { kFloat32, kFloat16, kUint8, kTurbo4 };
enum class Memory : uint8_t { kCold, kCached, kPinned };
enum class Modifier : uint8_t { kNone, kIdf };
enum class ShardingMethod : uint8_t { kAuto, kCustom };

struct HnswConfigDiff {
	std::optional<uint64_t> m, ef_construct, full_scan_threshold, max_indexing_threads, payload_m;
	std::optional<bool> on_disk, inline_storage;
	std::optional<Memory> memory;

	bool operator==(const HnswConfigDiff &) const = default;
};

struct HnswConfig {
	uint64_t m = 16, ef_construct = 100, full_scan_threshold = 10000, max_indexing_threads = 0;
	std::optional<bool> on_disk = false;
	std::optional<uint64_t> payload_m;
	std::optional<bool> inline_storage;
	std::optional<Memory> memory;
};

struct ScalarQuantization {
	std::optional<float> quantile;
	std::optional<bool> always_ram;
	std::optional<Memory> memory;
	bool operator==(const ScalarQuantization &) const = default;
};

struct ProductQuantization {
	uint32_t compression = 4; /* 4, 8, 16, 32, 64 */
	std::optional<bool> always_ram;
	std::optional<Memory> memory;
	bool operator==(const ProductQuantization &) const = default;
};

struct BinaryQuantization {
	enum Encoding : uint8_t { kOneBit, kTwoBits, kOneAndHalfBits };
	enum QueryEncoding : uint8_t { kDefault, kBinary, kScalar4Bits, kScalar8Bits };

	std::optional<Encoding> encoding;
	std::optional<QueryEncoding> query_encoding;
	std::optional<bool> always_ram;
	std::optional<Memory> memory;
	bool operator==(const BinaryQuantization &) const = default;
};

struct TurboQuantization {
	enum Bits : uint8_t { kBits1, kBits1_5, kBits2, kBits4 };

	std::optional<Bits> bits;
	std::optional<bool> always_ram;
	std::optional<Memory> memory;
	bool operator==(const TurboQuantization &) const = default;
};

using QuantizationConfig = std::variant<ScalarQuantization, ProductQuantization, BinaryQuantization, TurboQuantization>;

/* Of a PATCH: a new configuration, or none any more. */
struct QuantizationDisabled {};
using QuantizationDiff = std::variant<QuantizationConfig, QuantizationDisabled>;

enum class MultiVectorComparator : uint8_t { kMaxSim };

struct VectorParams {
	uint64_t size = 0; /* 1 to 65536 */
	Distance distance = Distance::kCosine;
	std::optional<HnswConfigDiff> hnsw;
	std::optional<QuantizationConfig> quantization;
	std::optional<bool> on_disk;
	std::optional<Memory> memory;
	std::optional<Datatype> datatype;
	std::optional<MultiVectorComparator> multivector;

	bool operator==(const VectorParams &) const = default;
};

struct VectorParamsDiff {
	std::optional<HnswConfigDiff> hnsw;
	std::optional<QuantizationDiff> quantization;
	std::optional<bool> on_disk;
	std::optional<Memory> memory;
};

struct SparseIndexParams {
	std::optional<uint64_t> full_scan_threshold;
	std::optional<bool> on_disk;
	std::optional<Memory> memory;
	std::optional<Datatype> datatype;
	bool operator==(const SparseIndexParams &) const = default;
};

struct SparseVectorParams {
	std::optional<SparseIndexParams> index;
	std::optional<Modifier> modifier;
	bool operator==(const SparseVectorParams &) const = default;
};

/* "auto" or a number of threads. */
struct MaxOptimizationThreads {
	std::optional<uint64_t> threads; /* unset: auto */
	bool operator==(const MaxOptimizationThreads &) const = default;
};

struct OptimizersConfigDiff {
	std::optional<double> deleted_threshold;
	std::optional<uint64_t> vacuum_min_vector_number, default_segment_number, max_segment_size, memmap_threshold,
		indexing_threshold, flush_interval_sec;
	std::optional<MaxOptimizationThreads> max_optimization_threads;
	std::optional<bool> prevent_unoptimized;
};

struct OptimizersConfig {
	double deleted_threshold = 0.2;
	uint64_t vacuum_min_vector_number = 1000, default_segment_number = 0;
	std::optional<uint64_t> max_segment_size, memmap_threshold, indexing_threshold = 10000;
	uint64_t flush_interval_sec = 5;
	std::optional<uint64_t> max_optimization_threads; /* unset: auto, echoed as null */
	std::optional<bool> prevent_unoptimized;
};

struct WalConfigDiff {
	std::optional<uint64_t> wal_capacity_mb, wal_segments_ahead, wal_retain_closed;
};

struct WalConfig {
	uint64_t wal_capacity_mb = 32, wal_segments_ahead = 0, wal_retain_closed = 1;
};

struct StrictModeMultivector {
	std::optional<uint64_t> max_vectors;
};

struct StrictModeSparse {
	std::optional<uint64_t> max_length;
};

struct StrictModeConfig {
	std::optional<bool> enabled, unindexed_filtering_retrieve, unindexed_filtering_update, search_allow_exact;
	std::optional<uint64_t> max_query_limit, max_timeout, search_max_hnsw_ef, upsert_max_batchsize,
		search_max_batchsize, max_collection_vector_size_bytes, read_rate_limit, write_rate_limit,
		max_collection_payload_size_bytes, max_points_count, filter_max_conditions, condition_max_size,
		max_payload_index_count, max_resident_memory_percent;
	std::optional<double> search_max_oversampling;
	std::optional<std::map<std::string, StrictModeMultivector>> multivector_config;
	std::optional<std::map<std::string, StrictModeSparse>> sparse_config;
};

/* The map of `vectors`; one with the only key "" was sent without a map. */
using VectorsConfig = std::map<std::string, VectorParams>;
using SparseVectorsConfig = std::map<std::string, SparseVectorParams>;
using Metadata = std::map<std::string, JsonText>; /* a value "null" removes the key in a PATCH */

struct PayloadStorageParams {
	std::optional<Memory> memory;
};

struct CreateCollection {
	VectorsConfig vectors;
	SparseVectorsConfig sparse_vectors;
	std::optional<uint32_t> shard_number, replication_factor, write_consistency_factor;
	std::optional<ShardingMethod> sharding_method;
	std::optional<bool> on_disk_payload;
	std::optional<PayloadStorageParams> payload;
	std::optional<HnswConfigDiff> hnsw;
	std::optional<WalConfigDiff> wal;
	std::optional<OptimizersConfigDiff> optimizers;
	std::optional<QuantizationConfig> quantization;
	std::optional<StrictModeConfig> strict_mode;
	std::optional<Metadata> metadata;
};

struct CollectionParamsDiff {
	std::optional<uint32_t> replication_factor, write_consistency_factor, read_fan_out_factor;
	std::optional<uint64_t> read_fan_out_delay_ms;
	std::optional<bool> on_disk_payload;
	std::optional<PayloadStorageParams> payload;
};

struct UpdateCollection {
	std::map<std::string, VectorParamsDiff> vectors;
	SparseVectorsConfig sparse_vectors;
	std::optional<OptimizersConfigDiff> optimizers;
	std::optional<CollectionParamsDiff> params;
	std::optional<HnswConfigDiff> hnsw;
	std::optional<QuantizationDiff> quantization;
	std::optional<StrictModeConfig> strict_mode;
	std::optional<Metadata> metadata;
};

/* What a collection is, defaults filled in. */
struct CollectionConfig {
	VectorsConfig vectors;
	SparseVectorsConfig sparse_vectors;
	uint32_t shard_number = 1, replication_factor = 1, write_consistency_factor = 1;
	std::optional<uint32_t> read_fan_out_factor;
	std::optional<uint64_t> read_fan_out_delay_ms;
	std::optional<ShardingMethod> sharding_method;
	bool on_disk_payload = true;
	std::optional<PayloadStorageParams> payload;
	HnswConfig hnsw;
	OptimizersConfig optimizers;
	WalConfig wal;
	std::optional<QuantizationConfig> quantization;
	std::optional<StrictModeConfig> strict_mode;
	Metadata metadata;
};

/* PUT /collections/{c}/vectors/{name} */
using VectorNameConfig = std::variant<VectorParams, SparseVectorParams>;

} /* namespace vecext::model */
