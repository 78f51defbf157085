/*
 * decode_collection.cpp: configurations of collections.
 */
#include "api/grpc/decode.h"

namespace vecext::api::grpc {

namespace {

/* The enums of the wire have an unknown value 0 before those of the model. */
template <class Enum> Enum behind_unknown(int value, int count, const Place &place)
{
	if (value < 1 || value > count)
		place.malformed("unknown value " + std::to_string(value));
	return static_cast<Enum>(value - 1);
}

template <class Enum> Enum same_number(int value, int count, const Place &place)
{
	if (value < 0 || value >= count)
		place.malformed("unknown value " + std::to_string(value));
	return static_cast<Enum>(value);
}

template <class Message> std::optional<model::Memory> memory_of(const Message &message, const Place &place)
{
	if (!message.has_memory())
		return std::nullopt;
	return behind_unknown<model::Memory>(message.memory(), 3, place.in("memory"));
}

/* Of vectors and payloads. */
template <class Message> std::optional<model::Memory> storage_memory(const Message &message, const Place &place)
{
	const std::optional<model::Memory> memory = memory_of(message, place);
	if (memory == model::Memory::kPinned)
		place.in("memory").violation("pinned placement is not allowed for this storage");
	return memory;
}

/* Default (0) is a choice, too: none is named. */
std::optional<model::Datatype> decode_datatype(pb::Datatype datatype, int count, const Place &place)
{
	constexpr model::Datatype datatypes[] = {model::Datatype::kFloat32, model::Datatype::kUint8,
											 model::Datatype::kFloat16, model::Datatype::kTurbo4};
	if (datatype == pb::Default)
		return std::nullopt;
	return datatypes[behind_unknown<size_t>(datatype, count, place)];
}

constexpr int kDenseDatatypes = 4, kSparseDatatypes = 3;

/* `optional` fields into std::optional of the same name; T may convert. */
#define TAKE(target, message, field)            \
	do                                          \
		if ((message).has_##field())            \
			(target).field = (message).field(); \
	while (false)

model::HnswConfigDiff decode_hnsw(const pb::HnswConfigDiff &message, const Place &place)
{
	model::HnswConfigDiff hnsw;
	TAKE(hnsw, message, m);
	if (message.has_ef_construct())
		hnsw.ef_construct = place.in("ef_construct").at_least(uint64_t(message.ef_construct()), 4);
	TAKE(hnsw, message, full_scan_threshold);
	TAKE(hnsw, message, max_indexing_threads);
	TAKE(hnsw, message, on_disk);
	TAKE(hnsw, message, payload_m);
	TAKE(hnsw, message, inline_storage);
	hnsw.memory = memory_of(message, place);
	return hnsw;
}

model::ScalarQuantization decode_scalar(const pb::ScalarQuantization &message, const Place &place)
{
	model::ScalarQuantization scalar;
	if (message.type() != pb::Int8)
		place.in("type").malformed("unknown value " + std::to_string(message.type()));
	if (message.has_quantile())
		scalar.quantile = static_cast<float>(place.in("quantile").between(double(message.quantile()), 0.5, 1.0));
	TAKE(scalar, message, always_ram);
	scalar.memory = memory_of(message, place);
	return scalar;
}

model::ProductQuantization decode_product(const pb::ProductQuantization &message, const Place &place)
{
	model::ProductQuantization product;
	product.compression = 4u << same_number<uint8_t>(message.compression(), 5, place.in("compression"));
	TAKE(product, message, always_ram);
	product.memory = memory_of(message, place);
	return product;
}

model::BinaryQuantization decode_binary(const pb::BinaryQuantization &message, const Place &place)
{
	using Binary = model::BinaryQuantization;
	Binary binary;
	if (message.has_encoding())
		binary.encoding = same_number<Binary::Encoding>(message.encoding(), 3, place.in("encoding"));
	if (message.has_query_encoding())
		binary.query_encoding =
			same_number<Binary::QueryEncoding>(message.query_encoding().setting(), 4, place.in("query_encoding"));
	TAKE(binary, message, always_ram);
	binary.memory = memory_of(message, place);
	return binary;
}

model::TurboQuantization decode_turbo(const pb::TurboQuantization &message, const Place &place)
{
	model::TurboQuantization turbo;
	if (message.has_bits())
		turbo.bits = same_number<model::TurboQuantization::Bits>(message.bits(), 4, place.in("bits"));
	TAKE(turbo, message, always_ram);
	turbo.memory = memory_of(message, place);
	return turbo;
}

/* Also of QuantizationConfigDiff. */
template <class Message> model::QuantizationConfig decode_quantization(const Message &message, const Place &place)
{
	if (message.has_scalar())
		return decode_scalar(message.scalar(), place.in("scalar"));
	if (message.has_product())
		return decode_product(message.product(), place.in("product"));
	if (message.has_binary())
		return decode_binary(message.binary(), place.in("binary"));
	if (message.has_turboquant())
		return decode_turbo(message.turboquant(), place.in("turboquant"));
	place.malformed("missing quantization");
}

model::QuantizationDiff decode_quantization_diff(const pb::QuantizationConfigDiff &message, const Place &place)
{
	if (message.has_disabled())
		return model::QuantizationDisabled();
	return decode_quantization(message, place);
}

/* Also of DenseVectorCreationConfig. */
template <class Message> model::VectorParams decode_dense_params(const Message &message, const Place &place)
{
	model::VectorParams params;
	params.size = place.in("size").between(uint64_t(message.size()), 1, 65536);
	params.distance = behind_unknown<model::Distance>(message.distance(), 4, place.in("distance"));
	if (message.has_datatype())
		params.datatype = decode_datatype(message.datatype(), kDenseDatatypes, place.in("datatype"));
	if (message.has_multivector_config())
		params.multivector = same_number<model::MultiVectorComparator>(message.multivector_config().comparator(), 1,
																	   place.in("multivector_config"));
	return params;
}

model::VectorParams decode_vector_params(const pb::VectorParams &message, const Place &place)
{
	model::VectorParams params = decode_dense_params(message, place);
	if (message.has_hnsw_config())
		params.hnsw = decode_hnsw(message.hnsw_config(), place.in("hnsw_config"));
	if (message.has_quantization_config())
		params.quantization = decode_quantization(message.quantization_config(), place.in("quantization_config"));
	TAKE(params, message, on_disk);
	params.memory = storage_memory(message, place);
	return params;
}

model::VectorsConfig decode_vectors(const pb::VectorsConfig &message, const Place &place)
{
	model::VectorsConfig vectors;
	if (message.has_params())
		vectors.emplace("", decode_vector_params(message.params(), place.in("params")));
	for (const auto &[name, params] : message.params_map().map())
		vectors.emplace(name, decode_vector_params(params, place.in(name)));
	return vectors;
}

model::VectorParamsDiff decode_vector_diff(const pb::VectorParamsDiff &message, const Place &place)
{
	model::VectorParamsDiff diff;
	if (message.has_hnsw_config())
		diff.hnsw = decode_hnsw(message.hnsw_config(), place.in("hnsw_config"));
	if (message.has_quantization_config())
		diff.quantization = decode_quantization_diff(message.quantization_config(), place.in("quantization_config"));
	TAKE(diff, message, on_disk);
	diff.memory = storage_memory(message, place);
	return diff;
}

model::SparseVectorParams decode_sparse_params(const pb::SparseVectorParams &message, const Place &place)
{
	model::SparseVectorParams params;
	if (message.has_index()) {
		auto &index = params.index.emplace();
		TAKE(index, message.index(), full_scan_threshold);
		TAKE(index, message.index(), on_disk);
		index.memory = memory_of(message.index(), place.in("index"));
		if (message.index().has_datatype())
			index.datatype =
				decode_datatype(message.index().datatype(), kSparseDatatypes, place.in("index").in("datatype"));
	}
	if (message.has_modifier())
		params.modifier = same_number<model::Modifier>(message.modifier(), 2, place.in("modifier"));
	return params;
}

model::SparseVectorsConfig decode_sparse_vectors(const pb::SparseVectorConfig &message, const Place &place)
{
	model::SparseVectorsConfig vectors;
	for (const auto &[name, params] : message.map())
		vectors.emplace(name, decode_sparse_params(params, place.in(name)));
	return vectors;
}

/* 0 threads of the older field are the server's choice. */
std::optional<model::MaxOptimizationThreads> decode_threads(const pb::OptimizersConfigDiff &message)
{
	if (message.has_max_optimization_threads()) {
		const pb::MaxOptimizationThreads &threads = message.max_optimization_threads();
		if (threads.has_value())
			return model::MaxOptimizationThreads{threads.value()};
		return model::MaxOptimizationThreads();
	}
	if (message.has_deprecated_max_optimization_threads())
		return model::MaxOptimizationThreads{message.deprecated_max_optimization_threads()};
	return std::nullopt;
}

model::OptimizersConfigDiff decode_optimizers(const pb::OptimizersConfigDiff &message, const Place &place)
{
	model::OptimizersConfigDiff optimizers;
	if (message.has_deleted_threshold())
		optimizers.deleted_threshold = place.in("deleted_threshold").between(message.deleted_threshold(), 0.0, 1.0);
	if (message.has_vacuum_min_vector_number())
		optimizers.vacuum_min_vector_number =
			place.in("vacuum_min_vector_number").at_least(uint64_t(message.vacuum_min_vector_number()), 100);
	TAKE(optimizers, message, default_segment_number);
	if (message.has_max_segment_size())
		optimizers.max_segment_size = place.in("max_segment_size").at_least(uint64_t(message.max_segment_size()), 1);
	TAKE(optimizers, message, memmap_threshold);
	TAKE(optimizers, message, indexing_threshold);
	TAKE(optimizers, message, flush_interval_sec);
	TAKE(optimizers, message, prevent_unoptimized);
	optimizers.max_optimization_threads = decode_threads(message);
	return optimizers;
}

model::WalConfigDiff decode_wal(const pb::WalConfigDiff &message, const Place &place)
{
	model::WalConfigDiff wal;
	if (message.has_wal_capacity_mb())
		wal.wal_capacity_mb = place.in("wal_capacity_mb").at_least(uint64_t(message.wal_capacity_mb()), 1);
	TAKE(wal, message, wal_segments_ahead);
	if (message.has_wal_retain_closed())
		wal.wal_retain_closed = place.in("wal_retain_closed").at_least(uint64_t(message.wal_retain_closed()), 1);
	return wal;
}

void decode_vector_limits(const pb::StrictModeConfig &message, const Place &place, model::StrictModeConfig &strict)
{
	if (message.has_multivector_config()) {
		auto &limits = strict.multivector_config.emplace();
		for (const auto &[name, limit] : message.multivector_config().multivector_config()) {
			TAKE(limits[name], limit, max_vectors);
			place.in("multivector_config").at_least(limits[name].max_vectors.value_or(1), uint64_t(1));
		}
	}
	if (message.has_sparse_config()) {
		auto &limits = strict.sparse_config.emplace();
		for (const auto &[name, limit] : message.sparse_config().sparse_config()) {
			TAKE(limits[name], limit, max_length);
			place.in("sparse_config").at_least(limits[name].max_length.value_or(1), uint64_t(1));
		}
	}
}

model::StrictModeConfig decode_strict_mode(const pb::StrictModeConfig &message, const Place &place)
{
	model::StrictModeConfig strict;
	TAKE(strict, message, enabled);
	TAKE(strict, message, unindexed_filtering_retrieve);
	TAKE(strict, message, unindexed_filtering_update);
	TAKE(strict, message, search_allow_exact);
	TAKE(strict, message, search_max_hnsw_ef);
	TAKE(strict, message, search_max_oversampling);
	TAKE(strict, message, upsert_max_batchsize);
	TAKE(strict, message, search_max_batchsize);
	TAKE(strict, message, max_collection_vector_size_bytes);
	TAKE(strict, message, max_collection_payload_size_bytes);
	TAKE(strict, message, filter_max_conditions);
	TAKE(strict, message, condition_max_size);
	TAKE(strict, message, max_payload_index_count);
	const auto positive = [&](bool is_set, uint64_t value, const char *name) -> std::optional<uint64_t> {
		return is_set ? std::optional(place.in(name).at_least(value, uint64_t(1))) : std::nullopt;
	};
	strict.max_query_limit = positive(message.has_max_query_limit(), message.max_query_limit(), "max_query_limit");
	strict.max_timeout = positive(message.has_max_timeout(), message.max_timeout(), "max_timeout");
	strict.read_rate_limit = positive(message.has_read_rate_limit(), message.read_rate_limit(), "read_rate_limit");
	strict.write_rate_limit = positive(message.has_write_rate_limit(), message.write_rate_limit(), "write_rate_limit");
	strict.max_points_count = positive(message.has_max_points_count(), message.max_points_count(), "max_points_count");
	if (message.has_max_resident_memory_percent())
		strict.max_resident_memory_percent =
			place.in("max_resident_memory_percent").between(uint64_t(message.max_resident_memory_percent()), 1, 100);
	decode_vector_limits(message, place, strict);
	return strict;
}

std::optional<model::Metadata> decode_metadata(const PayloadMap &map, const Place &place)
{
	if (map.empty())
		return std::nullopt;
	model::Metadata metadata;
	for (const auto &[key, value] : map)
		metadata[key] = decode_json(value, place.in(key));
	return metadata;
}

template <class Message>
std::optional<model::PayloadStorageParams> payload_storage(const Message &message, const Place &place)
{
	if (!message.has_payload())
		return std::nullopt;
	return model::PayloadStorageParams{storage_memory(message.payload(), place.in("payload"))};
}

std::optional<uint32_t> at_least_one(bool is_set, uint32_t value, const Place &place)
{
	return is_set ? std::optional(static_cast<uint32_t>(place.at_least(uint64_t(value), 1))) : std::nullopt;
}

/* Fields of the same names in two messages. */
template <class Message, class Request>
void decode_factors(const Message &message, const Place &place, Request &request)
{
	request.replication_factor =
		at_least_one(message.has_replication_factor(), message.replication_factor(), place.in("replication_factor"));
	request.write_consistency_factor =
		at_least_one(message.has_write_consistency_factor(), message.write_consistency_factor(),
					 place.in("write_consistency_factor"));
	TAKE(request, message, on_disk_payload);
	request.payload = payload_storage(message, place);
}

model::CollectionParamsDiff decode_params_diff(const pb::CollectionParamsDiff &message, const Place &place)
{
	model::CollectionParamsDiff params;
	decode_factors(message, place, params);
	TAKE(params, message, read_fan_out_factor);
	TAKE(params, message, read_fan_out_delay_ms);
	return params;
}

/* What creation and update have in common beside quantization. */
template <class Message, class Request>
void decode_configs(const Message &message, const Place &place, Request &request)
{
	if (message.has_hnsw_config())
		request.hnsw = decode_hnsw(message.hnsw_config(), place.in("hnsw_config"));
	if (message.has_optimizers_config())
		request.optimizers = decode_optimizers(message.optimizers_config(), place.in("optimizers_config"));
	if (message.has_sparse_vectors_config())
		request.sparse_vectors =
			decode_sparse_vectors(message.sparse_vectors_config(), place.in("sparse_vectors_config"));
	if (message.has_strict_mode_config())
		request.strict_mode = decode_strict_mode(message.strict_mode_config(), place.in("strict_mode_config"));
	request.metadata = decode_metadata(message.metadata(), place.in("metadata"));
}

model::AliasAction decode_alias_action(const pb::AliasOperations &operation, const Place &place)
{
	switch (operation.action_case()) {
	case pb::AliasOperations::kCreateAlias:
		return model::CreateAlias{operation.create_alias().collection_name(), operation.create_alias().alias_name()};
	case pb::AliasOperations::kDeleteAlias:
		return model::DeleteAlias{operation.delete_alias().alias_name()};
	case pb::AliasOperations::kRenameAlias:
		return model::RenameAlias{operation.rename_alias().old_alias_name(), operation.rename_alias().new_alias_name()};
	case pb::AliasOperations::ACTION_NOT_SET:
		break;
	}
	place.malformed("missing action");
}

} /* namespace */

model::CreateCollection decode_create_collection(const pb::CreateCollection &message, const Place &place)
{
	model::CreateCollection request;
	if (message.has_vectors_config())
		request.vectors = decode_vectors(message.vectors_config(), place.in("vectors_config"));
	request.shard_number = at_least_one(message.has_shard_number(), message.shard_number(), place.in("shard_number"));
	if (message.has_sharding_method())
		request.sharding_method =
			same_number<model::ShardingMethod>(message.sharding_method(), 2, place.in("sharding_method"));
	decode_factors(message, place, request);
	decode_configs(message, place, request);
	if (message.has_wal_config())
		request.wal = decode_wal(message.wal_config(), place.in("wal_config"));
	if (message.has_quantization_config())
		request.quantization = decode_quantization(message.quantization_config(), place.in("quantization_config"));
	return request;
}

model::UpdateCollection decode_update_collection(const pb::UpdateCollection &message, const Place &place)
{
	model::UpdateCollection request;
	const pb::VectorsConfigDiff &vectors = message.vectors_config();
	const Place config = place.in("vectors_config");
	if (vectors.has_params())
		request.vectors[""] = decode_vector_diff(vectors.params(), config.in("params"));
	for (const auto &[name, diff] : vectors.params_map().map())
		request.vectors[name] = decode_vector_diff(diff, config.in(name));
	decode_configs(message, place, request);
	if (message.has_params())
		request.params = decode_params_diff(message.params(), place.in("params"));
	if (message.has_quantization_config())
		request.quantization = decode_quantization_diff(message.quantization_config(), place.in("quantization_config"));
	return request;
}

model::VectorNameConfig decode_vector_name_config(const pb::CreateVectorNameRequest &message, const Place &place)
{
	if (message.has_dense_config())
		return decode_dense_params(message.dense_config(), place.in("dense_config"));
	if (!message.has_sparse_config())
		place.malformed("missing configuration of the vector");
	const pb::SparseVectorCreationConfig &sparse = message.sparse_config();
	model::SparseVectorParams params;
	if (sparse.has_modifier())
		params.modifier = same_number<model::Modifier>(sparse.modifier(), 2, place.in("sparse_config").in("modifier"));
	if (sparse.has_datatype())
		params.index.emplace().datatype =
			decode_datatype(sparse.datatype(), kSparseDatatypes, place.in("sparse_config").in("datatype"));
	return params;
}

std::vector<model::AliasAction> decode_alias_actions(const pb::ChangeAliases &message, const Place &place)
{
	std::vector<model::AliasAction> actions;
	for (const pb::AliasOperations &operation : message.actions())
		actions.push_back(decode_alias_action(operation, place.in("actions").at(actions.size())));
	return actions;
}

} /* namespace vecext::api::grpc */
