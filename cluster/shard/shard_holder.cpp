/*
 * shard_holder.cpp: see shard_holder.h.
 */
#include "shard/shard_holder.h"

#include "vecext/sip_hash.h"

namespace vecext::shard {

namespace {

constexpr int kPlacesOnRing = 100;

uint64_t hash_of(uint64_t number)
{
	unsigned char bytes[8];
	for (int i = 0; i < 8; i++)
		bytes[i] = static_cast<unsigned char>(number >> 8 * i);
	return sip_hash(bytes, sizeof(bytes));
}

uint64_t hash_of(const model::PointId &id)
{
	if (const auto *number = std::get_if<uint64_t>(&id))
		return hash_of(*number);
	const auto &bytes = std::get<model::Uuid>(id).bytes;
	return sip_hash(bytes.data(), bytes.size());
}

/* The part of an operation that concerns one shard, empty at first. */
model::UpdateOperation without_ids(const model::UpdateOperation &operation)
{
	model::UpdateOperation copy = operation;
	std::visit(
		[](auto &request) {
			if constexpr (requires { request.selection; })
				request.selection.ids.clear();
		},
		copy);
	return copy;
}

const model::PointSelection *selection_of(const model::UpdateOperation &operation)
{
	return std::visit(
		[](const auto &request) -> const model::PointSelection * {
			if constexpr (requires { request.selection; })
				return &request.selection;
			return nullptr;
		},
		operation);
}

} /* namespace */

ShardHolder::ShardHolder(std::vector<std::unique_ptr<ShardReplicaSet>> shards) : shards_(std::move(shards))
{
	for (size_t i = 0; i < shards_.size(); i++)
		for (uint64_t place = 0; place < kPlacesOnRing; place++)
			ring_.emplace(hash_of(static_cast<uint64_t>(shards_[i]->id()) << 32 | place), i);
}

size_t ShardHolder::shard_of(const model::PointId &id) const
{
	if (shards_.size() == 1)
		return 0;
	const auto next = ring_.lower_bound(hash_of(id));
	return next == ring_.end() ? ring_.begin()->second : next->second;
}

std::map<size_t, std::vector<model::PointId>> ShardHolder::split(const std::vector<model::PointId> &ids) const
{
	std::map<size_t, std::vector<model::PointId>> parts;
	for (const model::PointId &id : ids)
		parts[shard_of(id)].push_back(id);
	return parts;
}

std::map<size_t, model::UpdateOperation> ShardHolder::split(model::UpdateOperation operation) const
{
	std::map<size_t, model::UpdateOperation> parts;
	if (shards_.size() == 1) {
		parts.emplace(0, std::move(operation));
		return parts;
	}
	const auto part = [&](size_t shard) -> model::UpdateOperation & {
		const auto found = parts.find(shard);
		return found != parts.end() ? found->second : parts.emplace(shard, without_ids(operation)).first->second;
	};
	if (auto *upsert = std::get_if<model::UpsertPoints>(&operation)) {
		std::vector<model::Point> points = std::move(upsert->points);
		upsert->points.clear();
		for (model::Point &point : points)
			std::get<model::UpsertPoints>(part(shard_of(point.id))).points.push_back(std::move(point));
	} else if (auto *vectors = std::get_if<model::UpdateVectors>(&operation)) {
		auto points = std::move(vectors->points);
		vectors->points.clear();
		for (auto &point : points)
			std::get<model::UpdateVectors>(part(shard_of(point.id))).points.push_back(std::move(point));
	} else if (const auto *selection = selection_of(operation)) {
		for (size_t shard = 0; selection->filter && shard < shards_.size(); shard++)
			part(shard);
		for (const model::PointId &id : selection->ids)
			const_cast<model::PointSelection *>(selection_of(part(shard_of(id))))->ids.push_back(id);
	}
	return parts;
}

} /* namespace vecext::shard */
