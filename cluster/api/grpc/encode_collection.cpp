/*
 * encode_collection.cpp: collections and their configuration.
 */
#include <algorithm>

#include "api/grpc/encode.h"

namespace vecext::api::grpc {

namespace {

/* Fields of std::optional into those of the same name. */
#define PUT(source, out, field)                  \
	do                                           \
		if ((source).field)                      \
			(out)->set_##field(*(source).field); \
	while (false)

/* Of an enum that has an unknown value 0 on the wire. */
template <class Wire, class Enum> Wire behind_unknown(Enum value)
{
	return static_cast<Wire>(static_cast<int>(value) + 1);
}

pb::Datatype wire_datatype(model::Datatype datatype)
{
	constexpr pb::Datatype datatypes[] = {pb::Float32, pb::Float16, pb::Uint8, pb::Turbo4};
	return datatypes[static_cast<size_t>(datatype)];
}

template <class Source, class Message> void put_memory(const Source &source, Message *out)
{
	if (source.memory)
		out->set_memory(behind_unknown<pb::Memory>(*source.memory));
}

void encode_hnsw(const model::HnswConfigDiff &hnsw, pb::HnswConfigDiff *out)
{
	PUT(hnsw, out, m);
	PUT(hnsw, out, ef_construct);
	PUT(hnsw, out, full_scan_threshold);
	PUT(hnsw, out, max_indexing_threads);
	PUT(hnsw, out, on_disk);
	PUT(hnsw, out, payload_m);
	PUT(hnsw, out, inline_storage);
	put_memory(hnsw, out);
}

void encode_whole_hnsw(const model::HnswConfig &hnsw, pb::HnswConfigDiff *out)
{
	encode_hnsw({hnsw.m, hnsw.ef_construct, hnsw.full_scan_threshold, hnsw.max_indexing_threads, hnsw.payload_m,
				 hnsw.on_disk, hnsw.inline_storage, hnsw.memory},
				out);
}

void encode_kind(const model::ScalarQuantization &scalar, pb::QuantizationConfig *config)
{
	pb::ScalarQuantization *out = config->mutable_scalar();
	out->set_type(pb::Int8);
	PUT(scalar, out, quantile);
	PUT(scalar, out, always_ram);
	put_memory(scalar, out);
}

void encode_kind(const model::ProductQuantization &product, pb::QuantizationConfig *config)
{
	pb::ProductQuantization *out = config->mutable_product();
	for (int i = 0; i < pb::CompressionRatio_ARRAYSIZE; i++)
		if (4u << i == product.compression)
			out->set_compression(static_cast<pb::CompressionRatio>(i));
	PUT(product, out, always_ram);
	put_memory(product, out);
}

void encode_kind(const model::BinaryQuantization &binary, pb::QuantizationConfig *config)
{
	using Setting = pb::BinaryQuantizationQueryEncoding::Setting;
	pb::BinaryQuantization *out = config->mutable_binary();
	if (binary.encoding)
		out->set_encoding(static_cast<pb::BinaryQuantizationEncoding>(*binary.encoding));
	if (binary.query_encoding)
		out->mutable_query_encoding()->set_setting(static_cast<Setting>(*binary.query_encoding));
	PUT(binary, out, always_ram);
	put_memory(binary, out);
}

void encode_kind(const model::TurboQuantization &turbo, pb::QuantizationConfig *config)
{
	pb::TurboQuantization *out = config->mutable_turboquant();
	if (turbo.bits)
		out->set_bits(static_cast<pb::TurboQuantBitSize>(*turbo.bits));
	PUT(turbo, out, always_ram);
	put_memory(turbo, out);
}

void encode_quantization(const model::QuantizationConfig &quantization, pb::QuantizationConfig *out)
{
	std::visit([&](const auto &kind) { encode_kind(kind, out); }, quantization);
}

void encode_vector_params(const model::VectorParams &params, pb::VectorParams *out)
{
	out->set_size(params.size);
	out->set_distance(behind_unknown<pb::Distance>(params.distance));
	if (params.hnsw)
		encode_hnsw(*params.hnsw, out->mutable_hnsw_config());
	if (params.quantization)
		encode_quantization(*params.quantization, out->mutable_quantization_config());
	PUT(params, out, on_disk);
	put_memory(params, out);
	if (params.datatype)
		out->set_datatype(wire_datatype(*params.datatype));
	if (params.multivector)
		out->mutable_multivector_config()->set_comparator(pb::MaxSim);
}

void encode_vectors(const model::VectorsConfig &vectors, pb::VectorsConfig *out)
{
	if (vectors.size() == 1 && vectors.begin()->first.empty()) {
		encode_vector_params(vectors.begin()->second, out->mutable_params());
		return;
	}
	auto &map = *out->mutable_params_map()->mutable_map();
	for (const auto &[name, params] : vectors)
		encode_vector_params(params, &map[name]);
}

void encode_sparse_params(const model::SparseVectorParams &params, pb::SparseVectorParams *out)
{
	if (params.index) {
		pb::SparseIndexConfig *index = out->mutable_index();
		PUT(*params.index, index, full_scan_threshold);
		PUT(*params.index, index, on_disk);
		put_memory(*params.index, index);
		if (params.index->datatype)
			index->set_datatype(wire_datatype(*params.index->datatype));
	}
	if (params.modifier)
		out->set_modifier(static_cast<pb::Modifier>(*params.modifier));
}

void encode_params(const model::CollectionConfig &config, pb::CollectionParams *out)
{
	encode_vectors(config.vectors, out->mutable_vectors_config());
	for (const auto &[name, params] : config.sparse_vectors)
		encode_sparse_params(params, &(*out->mutable_sparse_vectors_config()->mutable_map())[name]);
	out->set_shard_number(config.shard_number);
	out->set_replication_factor(config.replication_factor);
	out->set_write_consistency_factor(config.write_consistency_factor);
	out->set_on_disk_payload(config.on_disk_payload);
	PUT(config, out, read_fan_out_factor);
	PUT(config, out, read_fan_out_delay_ms);
	if (config.sharding_method)
		out->set_sharding_method(static_cast<pb::ShardingMethod>(*config.sharding_method));
	if (config.payload)
		put_memory(*config.payload, out->mutable_payload());
}

void encode_optimizers(const model::OptimizersConfig &optimizers, pb::OptimizersConfigDiff *out)
{
	out->set_deleted_threshold(optimizers.deleted_threshold);
	out->set_vacuum_min_vector_number(optimizers.vacuum_min_vector_number);
	out->set_default_segment_number(optimizers.default_segment_number);
	PUT(optimizers, out, max_segment_size);
	PUT(optimizers, out, memmap_threshold);
	PUT(optimizers, out, indexing_threshold);
	out->set_flush_interval_sec(optimizers.flush_interval_sec);
	PUT(optimizers, out, prevent_unoptimized);
	if (optimizers.max_optimization_threads) {
		out->set_deprecated_max_optimization_threads(*optimizers.max_optimization_threads);
		out->mutable_max_optimization_threads()->set_value(*optimizers.max_optimization_threads);
	} else {
		out->mutable_max_optimization_threads()->set_setting(pb::MaxOptimizationThreads::Auto);
	}
}

void encode_wal(const model::WalConfig &wal, pb::WalConfigDiff *out)
{
	out->set_wal_capacity_mb(wal.wal_capacity_mb);
	out->set_wal_segments_ahead(wal.wal_segments_ahead);
	out->set_wal_retain_closed(wal.wal_retain_closed);
}

void encode_vector_limits(const model::StrictModeConfig &strict, pb::StrictModeConfig *out)
{
	if (strict.multivector_config) {
		auto &limits = *out->mutable_multivector_config()->mutable_multivector_config();
		for (const auto &[name, limit] : *strict.multivector_config)
			PUT(limit, &limits[name], max_vectors);
	}
	if (strict.sparse_config) {
		auto &limits = *out->mutable_sparse_config()->mutable_sparse_config();
		for (const auto &[name, limit] : *strict.sparse_config)
			PUT(limit, &limits[name], max_length);
	}
}

/* Numbers of 32 bits on the wire say the most they can. */
uint32_t narrowed(uint64_t value)
{
	return static_cast<uint32_t>(std::min<uint64_t>(value, UINT32_MAX));
}

#define PUT_NARROW(source, out, field)                     \
	do                                                     \
		if ((source).field)                                \
			(out)->set_##field(narrowed(*(source).field)); \
	while (false)

void encode_strict_mode(const model::StrictModeConfig &strict, pb::StrictModeConfig *out)
{
	PUT(strict, out, enabled);
	PUT_NARROW(strict, out, max_query_limit);
	PUT_NARROW(strict, out, max_timeout);
	PUT(strict, out, unindexed_filtering_retrieve);
	PUT(strict, out, unindexed_filtering_update);
	PUT_NARROW(strict, out, search_max_hnsw_ef);
	PUT(strict, out, search_allow_exact);
	if (strict.search_max_oversampling)
		out->set_search_max_oversampling(static_cast<float>(*strict.search_max_oversampling));
	PUT(strict, out, upsert_max_batchsize);
	PUT(strict, out, search_max_batchsize);
	PUT(strict, out, max_collection_vector_size_bytes);
	PUT_NARROW(strict, out, read_rate_limit);
	PUT_NARROW(strict, out, write_rate_limit);
	PUT(strict, out, max_collection_payload_size_bytes);
	PUT(strict, out, max_points_count);
	PUT(strict, out, filter_max_conditions);
	PUT(strict, out, condition_max_size);
	PUT(strict, out, max_payload_index_count);
	PUT_NARROW(strict, out, max_resident_memory_percent);
	encode_vector_limits(strict, out);
}

void encode_config(const model::CollectionConfig &config, pb::CollectionConfig *out)
{
	encode_params(config, out->mutable_params());
	encode_whole_hnsw(config.hnsw, out->mutable_hnsw_config());
	encode_optimizers(config.optimizers, out->mutable_optimizer_config());
	encode_wal(config.wal, out->mutable_wal_config());
	if (config.quantization)
		encode_quantization(*config.quantization, out->mutable_quantization_config());
	if (config.strict_mode)
		encode_strict_mode(*config.strict_mode, out->mutable_strict_mode_config());
	for (const auto &[key, value] : config.metadata)
		encode_json(value, &(*out->mutable_metadata())[key]);
}

/* The parameters that every type of index has. */
template <class Message> Message *with_common(const model::PayloadFieldSchema &schema, Message *out)
{
	PUT(schema, out, on_disk);
	PUT(schema, out, enable_hnsw);
	put_memory(schema, out);
	return out;
}

void encode_text_params(const model::TextIndexParams &text, pb::TextIndexParams *out)
{
	constexpr pb::TokenizerType tokenizers[] = {pb::Word, pb::Whitespace, pb::Prefix, pb::Multilingual};
	out->set_tokenizer(tokenizers[static_cast<size_t>(text.tokenizer.value_or(model::Tokenizer::kWord))]);
	PUT(text, out, lowercase);
	PUT(text, out, ascii_folding);
	PUT(text, out, phrase_matching);
	PUT(text, out, min_token_len);
	PUT(text, out, max_token_len);
	if (text.stopwords) {
		for (const std::string &language : text.stopwords->languages)
			out->mutable_stopwords()->add_languages(language);
		for (const std::string &word : text.stopwords->custom)
			out->mutable_stopwords()->add_custom(word);
	}
	if (text.stemmer && text.stemmer->none)
		out->mutable_stemmer()->mutable_disabled();
	else if (text.stemmer)
		out->mutable_stemmer()->mutable_snowball()->set_language(text.stemmer->language);
}

void encode_integer_params(const model::PayloadFieldSchema &schema, pb::IntegerIndexParams *out)
{
	PUT(schema, out, lookup);
	PUT(schema, out, range);
	PUT(schema, out, is_principal);
}

void encode_keyword_params(const model::PayloadFieldSchema &schema, pb::KeywordIndexParams *out)
{
	PUT(schema, out, is_tenant);
	if (schema.prefix.value_or(false))
		out->mutable_prefix();
}

void encode_index_params(const model::PayloadFieldSchema &schema, pb::PayloadIndexParams *out)
{
	using Type = model::PayloadFieldType;
	switch (schema.type) {
	case Type::kKeyword:
		encode_keyword_params(schema, with_common(schema, out->mutable_keyword_index_params()));
		return;
	case Type::kInteger:
		encode_integer_params(schema, with_common(schema, out->mutable_integer_index_params()));
		return;
	case Type::kFloat:
		with_common(schema, out->mutable_float_index_params());
		PUT(schema, out->mutable_float_index_params(), is_principal);
		return;
	case Type::kGeo:
		with_common(schema, out->mutable_geo_index_params());
		return;
	case Type::kText:
		encode_text_params(schema.text, with_common(schema, out->mutable_text_index_params()));
		return;
	case Type::kBool:
		with_common(schema, out->mutable_bool_index_params());
		return;
	case Type::kDatetime:
		with_common(schema, out->mutable_datetime_index_params());
		PUT(schema, out->mutable_datetime_index_params(), is_principal);
		return;
	case Type::kUuid:
		with_common(schema, out->mutable_uuid_index_params());
		PUT(schema, out->mutable_uuid_index_params(), is_tenant);
	}
}

void encode_index(const model::PayloadIndexInfo &index, pb::PayloadSchemaInfo *out)
{
	out->set_data_type(behind_unknown<pb::PayloadSchemaType>(index.schema.type));
	if (index.schema.has_params)
		encode_index_params(index.schema, out->mutable_params());
	out->set_points(index.points);
}

} /* namespace */

void encode(const model::CollectionInfo &info, pb::CollectionInfo *out)
{
	constexpr pb::CollectionStatus statuses[] = {pb::Green, pb::Yellow, pb::Grey, pb::Red};
	out->set_status(statuses[static_cast<size_t>(info.status)]);
	out->mutable_optimizer_status()->set_ok(!info.optimizer_error);
	out->mutable_optimizer_status()->set_error(info.optimizer_error.value_or(""));
	for (const std::string &warning : info.warnings)
		out->add_warnings()->set_message(warning);
	out->set_segments_count(info.segments_count);
	out->set_points_count(info.points_count);
	out->set_indexed_vectors_count(info.indexed_vectors_count);
	encode_config(info.config, out->mutable_config());
	for (const auto &[field, index] : info.payload_schema)
		encode_index(index, &(*out->mutable_payload_schema())[field]);
	out->mutable_update_queue()->set_length(info.update_queue_length);
}

} /* namespace vecext::api::grpc */
