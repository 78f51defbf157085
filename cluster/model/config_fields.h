/*
 * config_fields.h: the fields of configurations, each listed once, under its name in
 * Qdrant's API. Codecs are visitors of these lists.
 *
 * describe(a, value) calls a(name, field) for each field; what is unset in an
 * std::optional is left out by a writer. Where forms differ between codecs, a has a
 * member for it:
 *
 *   nullable(name, optional)          the API shows what is unset as null
 *   constant(name, word)              a word that is always the same
 *   compression(name, number)         4 or "x4"
 *   multivector(optional)             named differently
 *   alternative<T>(name, variant)     one kind of QuantizationConfig
 *   texts(name, metadata)             values are JSON already
 *   stopwords, stemmer(name, optional)  several spellings
 */
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "model/collection_config.h"
#include "model/payload_index.h"
#include "model/quota.h"

namespace vecext::model {

/* V is T, const or not: lists serve readers and writers. */
template <class V, class T>
concept Of = std::same_as<std::remove_const_t<V>, T>;

/* ---- words of enums, in their order ---- */

template <class E> struct Names;
template <> struct Names<Distance> {
	static constexpr std::string_view list[] = {"Cosine", "Euclid", "Dot", "Manhattan"};
};
template <> struct Names<Datatype> {
	static constexpr std::string_view list[] = {"float32", "float16", "uint8", "turbo4"};
};
template <> struct Names<Memory> {
	static constexpr std::string_view list[] = {"cold", "cached", "pinned"};
};
template <> struct Names<Modifier> {
	static constexpr std::string_view list[] = {"none", "idf"};
};
template <> struct Names<ShardingMethod> {
	static constexpr std::string_view list[] = {"auto", "custom"};
};
template <> struct Names<BinaryQuantization::Encoding> {
	static constexpr std::string_view list[] = {"one_bit", "two_bits", "one_and_half_bits"};
};
template <> struct Names<BinaryQuantization::QueryEncoding> {
	static constexpr std::string_view list[] = {"default", "binary", "scalar4bits", "scalar8bits"};
};
template <> struct Names<TurboQuantization::Bits> {
	static constexpr std::string_view list[] = {"bits1", "bits1_5", "bits2", "bits4"};
};
template <> struct Names<MultiVectorComparator> {
	static constexpr std::string_view list[] = {"max_sim"};
};
template <> struct Names<PayloadFieldType> {
	static constexpr std::string_view list[] = {"keyword", "integer", "float",    "geo",
												"text",    "bool",    "datetime", "uuid"};
};
template <> struct Names<Tokenizer> {
	static constexpr std::string_view list[] = {"word", "whitespace", "prefix", "multilingual"};
};

template <class Enum> constexpr std::string_view word_of(Enum value)
{
	return Names<Enum>::list[static_cast<size_t>(value)];
}

/* ---- fields ---- */

template <class A, class V>
	requires Of<V, HnswConfig> || Of<V, HnswConfigDiff>
void describe(A &a, V &v)
{
	a("m", v.m), a("ef_construct", v.ef_construct), a("full_scan_threshold", v.full_scan_threshold);
	a("max_indexing_threads", v.max_indexing_threads), a("payload_m", v.payload_m), a("on_disk", v.on_disk);
	a("inline_storage", v.inline_storage), a("memory", v.memory);
}

template <class A, Of<ScalarQuantization> V> void describe(A &a, V &v)
{
	a.constant("type", "int8"), a("quantile", v.quantile), a("always_ram", v.always_ram), a("memory", v.memory);
}

template <class A, Of<ProductQuantization> V> void describe(A &a, V &v)
{
	a.compression("compression", v.compression), a("always_ram", v.always_ram), a("memory", v.memory);
}

template <class A, Of<BinaryQuantization> V> void describe(A &a, V &v)
{
	a("encoding", v.encoding), a("query_encoding", v.query_encoding), a("always_ram", v.always_ram);
	a("memory", v.memory);
}

template <class A, Of<TurboQuantization> V> void describe(A &a, V &v)
{
	a("bits", v.bits), a("always_ram", v.always_ram), a("memory", v.memory);
}

template <class A, Of<QuantizationConfig> V> void describe(A &a, V &v)
{
	a.template alternative<ScalarQuantization>("scalar", v);
	a.template alternative<ProductQuantization>("product", v);
	a.template alternative<BinaryQuantization>("binary", v);
	a.template alternative<TurboQuantization>("turbo", v);
}

template <class A, Of<VectorParams> V> void describe(A &a, V &v)
{
	a("size", v.size), a("distance", v.distance), a("hnsw_config", v.hnsw), a("quantization_config", v.quantization);
	a("on_disk", v.on_disk), a("memory", v.memory), a("datatype", v.datatype), a.multivector(v.multivector);
}

template <class A, Of<SparseIndexParams> V> void describe(A &a, V &v)
{
	a("full_scan_threshold", v.full_scan_threshold), a("on_disk", v.on_disk), a("memory", v.memory);
	a("datatype", v.datatype);
}

template <class A, Of<SparseVectorParams> V> void describe(A &a, V &v)
{
	a("index", v.index), a("modifier", v.modifier);
}

template <class A, Of<OptimizersConfig> V> void describe(A &a, V &v)
{
	a("deleted_threshold", v.deleted_threshold), a("vacuum_min_vector_number", v.vacuum_min_vector_number);
	a("default_segment_number", v.default_segment_number), a.nullable("max_segment_size", v.max_segment_size);
	a.nullable("memmap_threshold", v.memmap_threshold), a.nullable("indexing_threshold", v.indexing_threshold);
	a("flush_interval_sec", v.flush_interval_sec), a.nullable("max_optimization_threads", v.max_optimization_threads);
	a("prevent_unoptimized", v.prevent_unoptimized);
}

template <class A, Of<WalConfig> V> void describe(A &a, V &v)
{
	a("wal_capacity_mb", v.wal_capacity_mb), a("wal_segments_ahead", v.wal_segments_ahead);
	a("wal_retain_closed", v.wal_retain_closed);
}

template <class A, Of<StrictModeMultivector> V> void describe(A &a, V &v)
{
	a("max_vectors", v.max_vectors);
}

template <class A, Of<StrictModeSparse> V> void describe(A &a, V &v)
{
	a("max_length", v.max_length);
}

template <class A, Of<StrictModeConfig> V> void describe(A &a, V &v)
{
	a("enabled", v.enabled), a("unindexed_filtering_retrieve", v.unindexed_filtering_retrieve);
	a("unindexed_filtering_update", v.unindexed_filtering_update), a("search_allow_exact", v.search_allow_exact);
	a("max_query_limit", v.max_query_limit), a("max_timeout", v.max_timeout);
	a("search_max_hnsw_ef", v.search_max_hnsw_ef), a("upsert_max_batchsize", v.upsert_max_batchsize);
	a("search_max_batchsize", v.search_max_batchsize);
	a("max_collection_vector_size_bytes", v.max_collection_vector_size_bytes);
	a("read_rate_limit", v.read_rate_limit), a("write_rate_limit", v.write_rate_limit);
	a("max_collection_payload_size_bytes", v.max_collection_payload_size_bytes);
	a("max_points_count", v.max_points_count), a("filter_max_conditions", v.filter_max_conditions);
	a("condition_max_size", v.condition_max_size), a("max_payload_index_count", v.max_payload_index_count);
	a("max_resident_memory_percent", v.max_resident_memory_percent);
	a("search_max_oversampling", v.search_max_oversampling), a("multivector_config", v.multivector_config);
	a("sparse_config", v.sparse_config);
}

template <class A, Of<PayloadStorageParams> V> void describe(A &a, V &v)
{
	a("memory", v.memory);
}

template <class A, Of<CollectionConfig> V> void describe(A &a, V &v)
{
	a("vectors", v.vectors), a("sparse_vectors", v.sparse_vectors), a("shard_number", v.shard_number);
	a("replication_factor", v.replication_factor), a("write_consistency_factor", v.write_consistency_factor);
	a("read_fan_out_factor", v.read_fan_out_factor), a("read_fan_out_delay_ms", v.read_fan_out_delay_ms);
	a("sharding_method", v.sharding_method), a("on_disk_payload", v.on_disk_payload), a("payload", v.payload);
	a("hnsw_config", v.hnsw), a("optimizer_config", v.optimizers), a("wal_config", v.wal);
	a("quantization_config", v.quantization), a("strict_mode_config", v.strict_mode);
	a.texts("metadata", v.metadata);
}

template <class A, Of<Stopwords> V> void describe(A &a, V &v)
{
	a("languages", v.languages), a("custom", v.custom);
}

template <class A, Of<TextIndexParams> V> void describe(A &a, V &v)
{
	a("tokenizer", v.tokenizer), a("lowercase", v.lowercase), a("ascii_folding", v.ascii_folding);
	a("phrase_matching", v.phrase_matching), a("min_token_len", v.min_token_len), a("max_token_len", v.max_token_len);
	a.stopwords("stopwords", v.stopwords), a.stemmer("stemmer", v.stemmer);
}

template <class A, Of<PayloadFieldSchema> V> void describe(A &a, V &v)
{
	a("type", v.type), a("is_tenant", v.is_tenant), a("is_principal", v.is_principal), a("on_disk", v.on_disk);
	a("lookup", v.lookup), a("range", v.range), a("prefix", v.prefix), a("enable_hnsw", v.enable_hnsw);
	a("memory", v.memory);
	if (v.type == PayloadFieldType::kText)
		describe(a, v.text);
}

template <class A, Of<QuotaConfig> V> void describe(A &a, V &v)
{
	a("enabled", v.enabled), a("max_resident_memory_percent", v.max_resident_memory_percent);
	a("max_disk_usage_percent", v.max_disk_usage_percent), a("release_margin_percent", v.release_margin_percent);
}

} /* namespace vecext::model */
