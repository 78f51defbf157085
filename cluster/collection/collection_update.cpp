/*
 * collection_update.cpp: updates of points: checked, brought into stored form, and
 * carried out on their shards.
 */
#include "collection/collection.h"
#include "collection/collection_template.h"
#include "collection/strict_mode.h"
#include "model/error.h"
#include "shard/vector_sql.h"

namespace vecext::collection {

using model::UpdateOperation;

namespace {

/* Qdrant's pace for changes that are waited for. */
constexpr uint64_t kDefaultTimeoutSeconds = 60;

uint64_t cost_of(const UpdateOperation &operation)
{
	return std::visit(
		[](const auto &request) -> uint64_t {
			if constexpr (requires { request.points; })
				return request.points.size();
			else
				return std::max<size_t>(1, request.selection.ids.size());
		},
		operation);
}

bool is_empty(const UpdateOperation &operation)
{
	return std::visit(
		[](const auto &request) {
			if constexpr (requires { request.points; })
				return request.points.empty();
			else
				return request.selection.ids.empty() && !request.selection.filter;
		},
		operation);
}

bool adds_data(const UpdateOperation &operation)
{
	return std::holds_alternative<model::UpsertPoints>(operation) ||
		   std::holds_alternative<model::UpdateVectors>(operation) ||
		   std::holds_alternative<model::SetPayload>(operation) ||
		   std::holds_alternative<model::OverwritePayload>(operation);
}

std::optional<model::ShardKeySelector> shard_key_of(const UpdateOperation &operation)
{
	return std::visit([](const auto &request) { return request.shard_key; }, operation);
}

std::string text_of(const model::ShardKey &key)
{
	const auto *name = std::get_if<std::string>(&key);
	return name ? *name : std::to_string(std::get<uint64_t>(key));
}

model::DenseVector dense_vector(const shard::VectorColumn &column, model::Vector &&vector)
{
	if (auto *dense = std::get_if<model::DenseVector>(&vector))
		return shard::as_stored(column.params, std::move(*dense));
	if (std::holds_alternative<model::InferenceInput>(vector))
		throw model::unsupported("Inference");
	if (std::holds_alternative<model::SparseVector>(vector))
		throw model::wrong_input("Conversion between sparse and regular vectors failed: vector `" + column.name +
								 "` is dense");
	throw model::unsupported("A multivector");
}

void prepare_vectors(const shard::ShardSchema &schema, model::NamedVectors *vectors)
{
	for (auto &[name, vector] : *vectors)
		vector = dense_vector(schema.vector(name), std::move(vector));
}

} /* namespace */

std::vector<model::UpdateResult> Collection::update(std::vector<UpdateOperation> operations,
													const model::UpdateParams &params)
{
	require_alive();
	const std::shared_lock columns(columns_);
	const StatePtr now = state();
	uint64_t cost = 0;
	for (const UpdateOperation &operation : operations) {
		check(*now, operation);
		cost += cost_of(operation);
	}
	if (const auto *limits = StrictMode(now->stored.config, now->schema).limits())
		writes_.take("Write", limits->write_rate_limit, cost);
	for (UpdateOperation &operation : operations)
		prepare(*now, &operation);
	std::vector<model::UpdateResult> results;
	for (UpdateOperation &operation : operations)
		results.push_back(apply(*now, std::move(operation), params));
	return results;
}

void Collection::check(const State &state, const UpdateOperation &operation)
{
	if (is_empty(operation))
		throw model::wrong_input("Empty update request");
	if (adds_data(operation))
		context_.quota->check_growth();
	const StrictMode strict(state.stored.config, state.schema);
	strict.check_update(operation, points());
	if (adds_data(operation) && strict.limits() && strict.limits()->max_resident_memory_percent)
		strict.check_memory(context_.quota->usage().resident_memory_percent);
	if (strict.limits() && adds_data(operation) &&
		(strict.limits()->max_collection_vector_size_bytes || strict.limits()->max_collection_payload_size_bytes)) {
		const model::StorageSizes sizes = storage_sizes();
		uint64_t vectors = 0;
		for (const auto &[name, bytes] : sizes.vector_bytes)
			vectors += bytes;
		strict.check_storage(vectors, sizes.payload_bytes);
	}
	const auto key = shard_key_of(operation);
	if (shards_.all().empty())
		throw model::wrong_input(key && !key->keys.empty() ? "Shard key " + text_of(key->keys[0]) + " not found"
														   : "Shard key not specified");
	if (key && !key->keys.empty())
		throw model::wrong_input("Shard key " + text_of(key->keys[0]) + " not found");
}

/* Brings vectors into their stored form; refuses those that have none. */
void Collection::prepare(const State &state, UpdateOperation *operation) const
{
	if (auto *upsert = std::get_if<model::UpsertPoints>(operation)) {
		for (model::Point &point : upsert->points)
			prepare_vectors(state.schema, &point.vectors);
	} else if (auto *vectors = std::get_if<model::UpdateVectors>(operation)) {
		for (auto &point : vectors->points)
			prepare_vectors(state.schema, &point.vectors);
	} else if (const auto *deleted = std::get_if<model::DeleteVectors>(operation)) {
		for (const std::string &name : deleted->names)
			state.schema.vector(name);
	}
}

/* Durable when it returns, so that `acknowledged` is true; an error of an operation
 * that is not waited for stays here. */
model::UpdateResult Collection::apply(const State &state, UpdateOperation operation, const model::UpdateParams &params)
{
	using Clock = std::chrono::steady_clock;
	const auto limit =
		std::chrono::seconds(std::min(params.timeout_seconds.value_or(kDefaultTimeoutSeconds), uint64_t(1'000'000)));
	const Clock::time_point start = Clock::now();
	const std::map<size_t, UpdateOperation> parts = shards_.split(std::move(operation));
	std::vector<const std::pair<const size_t, UpdateOperation> *> list;
	for (const auto &part : parts)
		list.push_back(&part);
	std::atomic<uint64_t> number = 0;
	try {
		run_parallel(list.size(), list.size(), [&](size_t i) {
			const uint64_t done = shards_.all()[list[i]->first]->update(state.schema, list[i]->second);
			uint64_t known = number;
			while (known < done && !number.compare_exchange_weak(known, done)) {
			}
		});
	} catch (const model::Error &error) {
		require_alive();
		if (params.wait || error.kind() != model::ErrorKind::kNotFound)
			throw;
	}
	model::UpdateResult result;
	result.operation_id = number;
	if (!params.wait)
		result.status = model::UpdateStatus::kAcknowledged;
	else if (Clock::now() - start > limit)
		result.status = model::UpdateStatus::kWaitTimeout;
	return result;
}

} /* namespace vecext::collection */
