/*
 * collection.cpp: state, information and changes of the configuration.
 */
#include "collection/collection.h"

#include "collection/collection_template.h"
#include "collection/strict_mode.h"
#include "model/error.h"
#include "shard/vector_sql.h"

namespace vecext::collection {

using postgres::Deadline;
using postgres::kNoDeadline;

namespace {

std::vector<std::unique_ptr<shard::ShardReplicaSet>> make_shards(const std::shared_ptr<postgres::Pool> &pool,
																 const StoredCollection &stored)
{
	std::vector<std::unique_ptr<shard::ShardReplicaSet>> shards;
	for (const shard::ShardState &state : stored.shards)
		shards.push_back(std::make_unique<shard::ShardReplicaSet>(std::make_unique<shard::LocalShard>(pool, state)));
	return shards;
}

StoredVector *find_vector(StoredCollection *stored, const std::string &name)
{
	for (StoredVector &vector : stored->vectors)
		if (vector.name == name)
			return &vector;
	return nullptr;
}

} /* namespace */

Collection::Collection(CollectionContext context, StoredCollection stored)
	: context_(std::move(context)), number_(stored.number), name_(stored.name),
	  shards_(make_shards(context_.pool, stored)), state_(make_state(std::move(stored)))
{
}

/* ---- state ---- */

Collection::StatePtr Collection::make_state(StoredCollection stored)
{
	shard::ShardSchema schema;
	for (const StoredVector &vector : stored.vectors)
		schema.vectors.push_back(vector_column(stored.config, vector));
	schema.payload_indexes = stored.payload_indexes;
	schema.indexing_threshold_kb = stored.config.optimizers.indexing_threshold.value_or(0);
	return std::make_shared<const State>(State{std::move(stored), std::move(schema)});
}

Collection::StatePtr Collection::state() const
{
	const std::lock_guard lock(state_mutex_);
	return state_;
}

void Collection::set_state(StoredCollection stored)
{
	StatePtr next = make_state(std::move(stored));
	const std::lock_guard lock(state_mutex_);
	state_ = std::move(next);
}

StoredCollection Collection::stored() const
{
	return state()->stored;
}

model::CollectionConfig Collection::config() const
{
	return state()->stored.config;
}

void Collection::require_alive() const
{
	if (dropped_)
		throw model::collection_not_found(name_);
}

uint64_t Collection::points() const
{
	uint64_t points = 0;
	for (const auto &shard : shards_.all())
		points += shard->local().points();
	return points;
}

uint64_t Collection::operations() const
{
	uint64_t operations = 0;
	for (const auto &shard : shards_.all())
		operations += shard->local().operations();
	return operations;
}

uint64_t Collection::timeout_seconds(const model::ReadParams &params) const
{
	constexpr uint64_t most = 1'000'000;
	return std::min(params.timeout_seconds.value_or(context_.settings.search_timeout_seconds), most);
}

Deadline Collection::deadline(const model::ReadParams &params) const
{
	const Deadline patience(params.patience.until, params.patience.gone);
	return patience.not_after(std::chrono::steady_clock::now() + std::chrono::seconds(timeout_seconds(params)));
}

model::Error Collection::timed_out(const std::string &operation, const model::ReadParams &params) const
{
	return model::Error(model::ErrorKind::kTimeout, "Operation '" + operation + "' timed out after " +
														std::to_string(timeout_seconds(params)) + "s");
}

void Collection::drop()
{
	dropped_ = true;
	try {
		const TableTurns::Turn turn = turns_.for_change([this] { context_.worker->cancel(this); });
		context_.catalog->drop(stored());
	} catch (...) {
		dropped_ = false;
		submit_index_builds();
		throw;
	}
	context_.issues->forget(name_);
}

/* ---- information ---- */

model::CollectionInfo Collection::info()
{
	return with_state([this](const State &state) {
		model::CollectionInfo info;
		info.config = state.stored.config;
		info.points_count = points();
		info.segments_count = std::max<size_t>(1, shards_.all().size());
		for (const shard::VectorColumn &vector : state.schema.vectors)
			if (!reads(state, kNoDeadline).searches_exactly(vector))
				info.indexed_vectors_count += info.points_count;
		for (const auto &[path, index] : state.stored.payload_indexes)
			info.payload_schema[path] = {index.schema, points_with_value(state, path)};
		const std::lock_guard lock(tasks_mutex_);
		if (!tasks_.empty())
			info.status = model::CollectionStatus::kYellow;
		for (const auto &[vector, error] : task_errors_) {
			info.status = model::CollectionStatus::kRed;
			info.optimizer_error = error;
		}
		return info;
	});
}

std::vector<model::LocalShardInfo> Collection::local_shards()
{
	require_alive();
	std::vector<model::LocalShardInfo> all;
	for (const auto &shard : shards_.all())
		all.push_back({shard->id(), shard->local().points()});
	return all;
}

model::StorageSizes Collection::storage_sizes()
{
	return with_state([this](const State &state) {
		model::StorageSizes sizes;
		uint64_t vectors = 0;
		for (const shard::VectorColumn &vector : state.schema.vectors)
			vectors += sizes.vector_bytes[vector.name] = points() * (shard::bytes_of(vector.params) + 8);
		for (const auto &shard : shards_.all()) {
			postgres::Parameters parameters(context_.pool->types());
			const std::string &table = shard->local().table();
			const auto size = [&](const std::string &function, const std::string &relation) {
				postgres::Parameters none(context_.pool->types());
				const std::string sql = "SELECT coalesce(" + function + "(to_regclass('" + relation + "')), 0)::bigint";
				return static_cast<uint64_t>(context_.pool->execute(kNoDeadline, sql, none).integer(0, 0));
			};
			sizes.payload_bytes += size("pg_table_size", table);
			sizes.id_index_bytes += size("pg_relation_size", table + "_pkey");
			for (const StoredVector &vector : state.stored.vectors)
				sizes.vector_index_bytes[vector.name] += size("pg_relation_size", vector_index_name(table, vector));
			for (const auto &[path, index] : state.stored.payload_indexes)
				sizes.payload_index_bytes[path] += size("pg_relation_size", table + "_" + index.suffix);
		}
		sizes.payload_bytes -= std::min(vectors, sizes.payload_bytes);
		return sizes;
	});
}

void Collection::report_if_slow(std::chrono::duration<double> took, const std::vector<const model::Filter *> &filters)
{
	if (took <= context_.settings.slow_read)
		return;
	UnindexedTypes fields;
	const StatePtr now = state();
	for (const model::Filter *filter : filters)
		collect_unindexed(*filter, now->schema, &fields);
	if (!dropped_)
		context_.issues->report(name_, fields);
}

/* ---- configuration ---- */

void Collection::update_config(const model::UpdateCollection &request)
{
	const std::lock_guard lock(changing_);
	require_alive();
	StoredCollection stored = this->stored();
	stored.config = changed_config(stored.config, request);
	context_.catalog->save_config(number_, stored.config);
	set_state(std::move(stored));
	submit_index_builds();
}

model::UpdateResult Collection::create_vector_name(const std::string &vector, const model::VectorNameConfig &config,
												   const model::UpdateParams &params)
{
	const auto *dense = std::get_if<model::VectorParams>(&config);
	if (!dense)
		throw model::unsupported("A sparse vector");
	if (dense->multivector)
		throw model::unsupported("A multivector");
	context_.quota->check_growth();
	const std::lock_guard lock(changing_);
	require_alive();
	StoredCollection stored = this->stored();
	if (const auto found = stored.config.vectors.find(vector); found != stored.config.vectors.end()) {
		if (found->second == *dense)
			return {std::nullopt, params.wait ? model::UpdateStatus::kCompleted : model::UpdateStatus::kAcknowledged};
		throw model::wrong_input("Vector `" + vector + "` already exists with another configuration");
	}
	stored.config.vectors[vector] = *dense;
	const TableTurns::Turn turn = turns_.for_change();
	const std::unique_lock columns(columns_);
	stored.vectors.push_back(context_.catalog->add_vector(stored, vector));
	set_state(std::move(stored));
	return {std::nullopt, params.wait ? model::UpdateStatus::kCompleted : model::UpdateStatus::kAcknowledged};
}

model::UpdateResult Collection::delete_vector_name(const std::string &vector, const model::UpdateParams &params)
{
	const std::lock_guard lock(changing_);
	require_alive();
	StoredCollection stored = this->stored();
	const StoredVector *found = find_vector(&stored, vector);
	if (!found)
		throw model::unknown_vector(vector);
	const StoredVector dropped = *found;
	stored.config.vectors.erase(vector);
	const TableTurns::Turn turn = turns_.for_change();
	const std::unique_lock columns(columns_);
	context_.catalog->drop_vector(stored, dropped);
	std::erase_if(stored.vectors, [&](const StoredVector &other) { return other.name == vector; });
	set_state(std::move(stored));
	return {std::nullopt, params.wait ? model::UpdateStatus::kCompleted : model::UpdateStatus::kAcknowledged};
}

} /* namespace vecext::collection */
