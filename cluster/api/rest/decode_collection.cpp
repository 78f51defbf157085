/*
 * decode_collection.cpp: configurations of collections.
 */
#include "api/rest/decode.h"
#include "model/names.h"

namespace vecext::api::rest {

namespace {

std::optional<model::Memory> optional_memory(const Node &object)
{
	const auto field = object.field("memory");
	if (!field)
		return std::nullopt;
	return static_cast<model::Memory>(field->word({"cold", "cached", "pinned"}));
}

std::optional<uint32_t> optional_small(const Node &object, std::string_view name, uint64_t minimum)
{
	const auto field = object.field(name);
	if (!field)
		return std::nullopt;
	return static_cast<uint32_t>(field->between(minimum, UINT32_MAX));
}

model::HnswConfigDiff decode_hnsw(const Node &node)
{
	model::HnswConfigDiff hnsw;
	hnsw.m = optional_at_least(node, "m", 0);
	hnsw.ef_construct = optional_at_least(node, "ef_construct", 4);
	hnsw.full_scan_threshold = optional_at_least(node, "full_scan_threshold", 10, "full_scan_threshold_kb");
	hnsw.max_indexing_threads = optional_at_least(node, "max_indexing_threads", 0);
	hnsw.payload_m = optional_at_least(node, "payload_m", 0);
	hnsw.on_disk = optional_bool(node, "on_disk");
	hnsw.inline_storage = optional_bool(node, "inline_storage");
	hnsw.memory = optional_memory(node);
	return hnsw;
}

model::ScalarQuantization decode_scalar(const Node &node)
{
	model::ScalarQuantization scalar;
	node.required("type").word({"int8"});
	if (const auto quantile = node.field("quantile"))
		scalar.quantile = static_cast<float>(quantile->number_between(0.5, 1));
	scalar.always_ram = optional_bool(node, "always_ram");
	scalar.memory = optional_memory(node);
	return scalar;
}

model::ProductQuantization decode_product(const Node &node)
{
	model::ProductQuantization product;
	product.compression = 4u << node.required("compression").word({"x4", "x8", "x16", "x32", "x64"});
	product.always_ram = optional_bool(node, "always_ram");
	product.memory = optional_memory(node);
	return product;
}

model::BinaryQuantization decode_binary(const Node &node)
{
	model::BinaryQuantization binary;
	if (const auto encoding = node.field("encoding"))
		binary.encoding = static_cast<model::BinaryQuantization::Encoding>(
			encoding->word({"one_bit", "two_bits", "one_and_half_bits"}));
	if (const auto encoding = node.field("query_encoding"))
		binary.query_encoding = static_cast<model::BinaryQuantization::QueryEncoding>(
			encoding->word({"default", "binary", "scalar4bits", "scalar8bits"}));
	binary.always_ram = optional_bool(node, "always_ram");
	binary.memory = optional_memory(node);
	return binary;
}

model::TurboQuantization decode_turbo(const Node &node)
{
	model::TurboQuantization turbo;
	if (const auto bits = node.field("bits"))
		turbo.bits = static_cast<model::TurboQuantization::Bits>(bits->word({"bits1", "bits1_5", "bits2", "bits4"}));
	turbo.always_ram = optional_bool(node, "always_ram");
	turbo.memory = optional_memory(node);
	return turbo;
}

model::QuantizationConfig decode_quantization(const Node &node)
{
	if (const auto scalar = node.field("scalar"))
		return decode_scalar(*scalar);
	if (const auto product = node.field("product"))
		return decode_product(*product);
	if (const auto binary = node.field("binary"))
		return decode_binary(*binary);
	if (const auto turbo = node.field("turbo"))
		return decode_turbo(*turbo);
	node.malformed("data did not match any variant of untagged enum QuantizationConfig");
}

model::QuantizationDiff decode_quantization_diff(const Node &node)
{
	if (!node.is_string())
		return decode_quantization(node);
	node.word({"Disabled"});
	return model::QuantizationDisabled();
}

void refuse_pinned(const Node &node, const std::optional<model::Memory> &memory)
{
	if (memory == model::Memory::kPinned)
		node.body().violation(node.path() + ".memory", "pinned placement is not allowed for this storage");
}

model::VectorParams decode_vector_params(const Node &node)
{
	model::VectorParams params;
	params.size = node.required("size").between(1, 65536);
	params.distance =
		static_cast<model::Distance>(node.required("distance").word({"Cosine", "Euclid", "Dot", "Manhattan"}));
	if (const auto hnsw = node.field("hnsw_config"))
		params.hnsw = decode_hnsw(*hnsw);
	if (const auto quantization = node.field("quantization_config", "quantization"))
		params.quantization = decode_quantization(*quantization);
	params.on_disk = optional_bool(node, "on_disk");
	params.memory = optional_memory(node);
	refuse_pinned(node, params.memory);
	if (const auto datatype = node.field("datatype"))
		params.datatype = static_cast<model::Datatype>(datatype->word({"float32", "float16", "uint8", "turbo4"}));
	if (const auto multivector = node.field("multivector_config")) {
		multivector->required("comparator").word({"max_sim"});
		params.multivector = model::MultiVectorComparator::kMaxSim;
	}
	return params;
}

/* One vector's parameters, or a map of names: a map has no `size` that is a number. */
void check_vector_name(const Node &node, std::string_view name)
{
	if (const auto problem = model::name_problem(name, model::kMaxVectorName))
		node.violation(*problem);
}

model::VectorsConfig decode_vectors(const Node &node)
{
	const auto size = node.field("size");
	if (size && !size->is_object())
		return {{"", decode_vector_params(node)}};
	model::VectorsConfig vectors;
	for (const auto &[name, value] : node.object()) {
		check_vector_name(node, name);
		vectors[std::string(name)] = decode_vector_params(node.member(value, name));
	}
	return vectors;
}

model::SparseVectorParams decode_sparse_params(const Node &node)
{
	model::SparseVectorParams params;
	if (const auto index = node.field("index")) {
		auto &sparse = params.index.emplace();
		sparse.full_scan_threshold = optional_at_least(*index, "full_scan_threshold", 0);
		sparse.on_disk = optional_bool(*index, "on_disk");
		sparse.memory = optional_memory(*index);
		if (const auto datatype = index->field("datatype"))
			sparse.datatype = static_cast<model::Datatype>(datatype->word({"float32", "float16", "uint8"}));
	}
	if (const auto modifier = node.field("modifier"))
		params.modifier = static_cast<model::Modifier>(modifier->word({"none", "idf"}));
	return params;
}

model::SparseVectorsConfig optional_sparse_vectors(const Node &object)
{
	model::SparseVectorsConfig vectors;
	if (const auto field = object.field("sparse_vectors"))
		for (const auto &[name, value] : field->object()) {
			check_vector_name(*field, name);
			vectors[std::string(name)] = decode_sparse_params(field->member(value, name));
		}
	return vectors;
}

/* Of a single vector name the storage type stands beside the modifier. */
model::SparseVectorParams decode_sparse_vector_name(const Node &node)
{
	model::SparseVectorParams params = decode_sparse_params(node);
	if (const auto datatype = node.field("datatype"))
		params.index.emplace().datatype = static_cast<model::Datatype>(datatype->word({"float32", "float16", "uint8"}));
	return params;
}

model::OptimizersConfigDiff decode_optimizers(const Node &node)
{
	model::OptimizersConfigDiff optimizers;
	if (const auto threshold = node.field("deleted_threshold"))
		optimizers.deleted_threshold = threshold->number_between(0, 1);
	optimizers.vacuum_min_vector_number = optional_at_least(node, "vacuum_min_vector_number", 100);
	optimizers.default_segment_number = optional_at_least(node, "default_segment_number", 0);
	optimizers.max_segment_size = optional_at_least(node, "max_segment_size", 1, "max_segment_size_kb");
	optimizers.memmap_threshold = optional_at_least(node, "memmap_threshold", 0, "memmap_threshold_kb");
	optimizers.indexing_threshold = optional_at_least(node, "indexing_threshold", 0, "indexing_threshold_kb");
	optimizers.flush_interval_sec = optional_at_least(node, "flush_interval_sec", 0);
	if (const auto threads = node.field("max_optimization_threads")) {
		auto &setting = optimizers.max_optimization_threads.emplace();
		if (threads->is_string())
			threads->word({"auto"});
		else
			setting.threads = threads->unsigned_integer();
	}
	optimizers.prevent_unoptimized = optional_bool(node, "prevent_unoptimized");
	return optimizers;
}

model::WalConfigDiff decode_wal(const Node &node)
{
	model::WalConfigDiff wal;
	wal.wal_capacity_mb = optional_at_least(node, "wal_capacity_mb", 1);
	wal.wal_segments_ahead = optional_at_least(node, "wal_segments_ahead", 0);
	wal.wal_retain_closed = optional_at_least(node, "wal_retain_closed", 0);
	return wal;
}

void refuse_unknown(const Node &node, std::string_view known)
{
	for (const auto &[key, value] : node.object())
		if (key != known)
			node.malformed("unknown field `" + std::string(key) + "`, expected `" + std::string(known) + "`");
}

template <class Limits>
std::optional<std::map<std::string, Limits>> optional_limits(const Node &object, std::string_view name,
															 std::string_view key,
															 std::optional<uint64_t> Limits::*limit)
{
	const auto field = object.field(name);
	if (!field)
		return std::nullopt;
	std::map<std::string, Limits> limits;
	for (const auto &[vector, value] : field->object()) {
		const Node node = field->member(value, vector);
		refuse_unknown(node, key);
		limits[std::string(vector)].*limit = optional_at_least(node, key, 1);
	}
	return limits;
}

model::StrictModeConfig decode_strict_mode(const Node &node)
{
	model::StrictModeConfig strict;
	strict.enabled = optional_bool(node, "enabled");
	strict.unindexed_filtering_retrieve = optional_bool(node, "unindexed_filtering_retrieve");
	strict.unindexed_filtering_update = optional_bool(node, "unindexed_filtering_update");
	strict.search_allow_exact = optional_bool(node, "search_allow_exact");
	strict.max_query_limit = optional_at_least(node, "max_query_limit", 1);
	strict.max_timeout = optional_at_least(node, "max_timeout", 1);
	strict.search_max_hnsw_ef = optional_at_least(node, "search_max_hnsw_ef", 0);
	strict.upsert_max_batchsize = optional_at_least(node, "upsert_max_batchsize", 0);
	strict.search_max_batchsize = optional_at_least(node, "search_max_batchsize", 0);
	strict.max_collection_vector_size_bytes = optional_at_least(node, "max_collection_vector_size_bytes", 0);
	strict.read_rate_limit = optional_at_least(node, "read_rate_limit", 1);
	strict.write_rate_limit = optional_at_least(node, "write_rate_limit", 1);
	strict.max_collection_payload_size_bytes = optional_at_least(node, "max_collection_payload_size_bytes", 0);
	strict.max_points_count = optional_at_least(node, "max_points_count", 1);
	strict.filter_max_conditions = optional_at_least(node, "filter_max_conditions", 0);
	strict.condition_max_size = optional_at_least(node, "condition_max_size", 0);
	strict.max_payload_index_count = optional_at_least(node, "max_payload_index_count", 0);
	if (const auto percent = node.field("max_resident_memory_percent"))
		strict.max_resident_memory_percent = percent->between(1, 100);
	if (const auto oversampling = node.field("search_max_oversampling"))
		strict.search_max_oversampling = oversampling->number();
	strict.multivector_config = optional_limits<model::StrictModeMultivector>(
		node, "multivector_config", "max_vectors", &model::StrictModeMultivector::max_vectors);
	strict.sparse_config = optional_limits<model::StrictModeSparse>(node, "sparse_config", "max_length",
																	&model::StrictModeSparse::max_length);
	return strict;
}

std::optional<model::Metadata> optional_metadata(const Node &object)
{
	const auto field = object.field("metadata");
	if (!field)
		return std::nullopt;
	model::Metadata metadata;
	for (const auto &[key, value] : field->object())
		metadata[std::string(key)] = json_text(field->member(value, key));
	return metadata;
}

std::optional<model::PayloadStorageParams> optional_payload_storage(const Node &object)
{
	const auto field = object.field("payload");
	if (!field)
		return std::nullopt;
	model::PayloadStorageParams params;
	params.memory = optional_memory(*field);
	refuse_pinned(*field, params.memory);
	return params;
}

template <class Config, class Decode>
std::optional<Config> optional_config(const Node &object, std::string_view name, Decode decode,
									  std::string_view alias = {})
{
	const auto field = object.field(name, alias);
	return field ? std::optional<Config>(decode(*field)) : std::nullopt;
}

model::CollectionParamsDiff decode_params_diff(const Node &node)
{
	model::CollectionParamsDiff params;
	params.replication_factor = optional_small(node, "replication_factor", 1);
	params.write_consistency_factor = optional_small(node, "write_consistency_factor", 1);
	params.read_fan_out_factor = optional_small(node, "read_fan_out_factor", 0);
	params.read_fan_out_delay_ms = optional_at_least(node, "read_fan_out_delay_ms", 0);
	params.on_disk_payload = optional_bool(node, "on_disk_payload");
	params.payload = optional_payload_storage(node);
	return params;
}

model::VectorParamsDiff decode_vector_diff(const Node &node)
{
	model::VectorParamsDiff diff;
	diff.hnsw = optional_config<model::HnswConfigDiff>(node, "hnsw_config", decode_hnsw);
	diff.quantization =
		optional_config<model::QuantizationDiff>(node, "quantization_config", decode_quantization_diff, "quantization");
	diff.on_disk = optional_bool(node, "on_disk");
	diff.memory = optional_memory(node);
	refuse_pinned(node, diff.memory);
	return diff;
}

model::AliasAction decode_alias_action(const Node &node)
{
	const auto name = [](const Node &action, std::string_view key) { return std::string(action.required(key).text()); };
	if (const auto create = node.field("create_alias"))
		return model::CreateAlias{name(*create, "collection_name"), name(*create, "alias_name")};
	if (const auto drop = node.field("delete_alias"))
		return model::DeleteAlias{name(*drop, "alias_name")};
	if (const auto rename = node.field("rename_alias"))
		return model::RenameAlias{name(*rename, "old_alias_name"), name(*rename, "new_alias_name")};
	node.malformed("data did not match any variant of untagged enum AliasOperations");
}

} /* namespace */

model::CreateCollection decode_create_collection(const Node &node)
{
	model::CreateCollection request;
	if (const auto vectors = node.field("vectors"))
		request.vectors = decode_vectors(*vectors);
	request.sparse_vectors = optional_sparse_vectors(node);
	request.shard_number = optional_small(node, "shard_number", 1);
	request.replication_factor = optional_small(node, "replication_factor", 1);
	request.write_consistency_factor = optional_small(node, "write_consistency_factor", 1);
	if (const auto method = node.field("sharding_method"))
		request.sharding_method = static_cast<model::ShardingMethod>(method->word({"auto", "custom"}));
	request.on_disk_payload = optional_bool(node, "on_disk_payload");
	request.payload = optional_payload_storage(node);
	request.hnsw = optional_config<model::HnswConfigDiff>(node, "hnsw_config", decode_hnsw);
	request.wal = optional_config<model::WalConfigDiff>(node, "wal_config", decode_wal);
	request.optimizers =
		optional_config<model::OptimizersConfigDiff>(node, "optimizers_config", decode_optimizers, "optimizer_config");
	request.quantization =
		optional_config<model::QuantizationConfig>(node, "quantization_config", decode_quantization, "quantization");
	request.strict_mode = optional_config<model::StrictModeConfig>(node, "strict_mode_config", decode_strict_mode);
	request.metadata = optional_metadata(node);
	return request;
}

model::UpdateCollection decode_update_collection(const Node &node)
{
	model::UpdateCollection request;
	if (const auto vectors = node.field("vectors"))
		for (const auto &[name, value] : vectors->object())
			request.vectors[std::string(name)] = decode_vector_diff(vectors->member(value, name));
	request.sparse_vectors = optional_sparse_vectors(node);
	request.optimizers =
		optional_config<model::OptimizersConfigDiff>(node, "optimizers_config", decode_optimizers, "optimizer_config");
	request.params = optional_config<model::CollectionParamsDiff>(node, "params", decode_params_diff);
	request.hnsw = optional_config<model::HnswConfigDiff>(node, "hnsw_config", decode_hnsw);
	request.quantization =
		optional_config<model::QuantizationDiff>(node, "quantization_config", decode_quantization_diff, "quantization");
	request.strict_mode = optional_config<model::StrictModeConfig>(node, "strict_mode_config", decode_strict_mode);
	request.metadata = optional_metadata(node);
	return request;
}

model::VectorNameConfig decode_vector_name_config(const Node &node)
{
	if (const auto dense = node.field("dense"))
		return decode_vector_params(*dense);
	if (const auto sparse = node.field("sparse"))
		return decode_sparse_vector_name(*sparse);
	node.malformed("data did not match any variant of untagged enum VectorNameConfig");
}

std::vector<model::AliasAction> decode_alias_actions(const Node &node)
{
	std::vector<model::AliasAction> actions;
	const Node list = node.required("actions");
	for (const auto value : list.array())
		actions.push_back(decode_alias_action(list.element(value, static_cast<int64_t>(actions.size()))));
	return actions;
}

} /* namespace vecext::api::rest */
