/*
 * shard_holder.h: the shards of a collection, and which of them a point lies in.
 *
 * Ids are spread by a ring of hashes with 100 places for each shard, so that most
 * points stay where they are when shards are added (consistent hashing, Karger et
 * al., 1997).
 */
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "model/update.h"
#include "shard/replica_set.h"

namespace vecext::shard {

class ShardHolder {
public:
	explicit ShardHolder(std::vector<std::unique_ptr<ShardReplicaSet>> shards);

	const std::vector<std::unique_ptr<ShardReplicaSet>> &all() const { return shards_; }

	/* Index into all(). There must be a shard. */
	size_t shard_of(const model::PointId &id) const;

	/* The parts of an operation, by index into all(). A selection by filter goes to
	 * every shard, ids and points to their own. */
	std::map<size_t, model::UpdateOperation> split(model::UpdateOperation operation) const;

	std::map<size_t, std::vector<model::PointId>> split(const std::vector<model::PointId> &ids) const;

private:
	std::vector<std::unique_ptr<ShardReplicaSet>> shards_;
	std::map<uint64_t, size_t> ring_;
};

} /* namespace vecext::shard */
