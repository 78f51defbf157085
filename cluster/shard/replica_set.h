/*
 * replica_set.h: the replicas of one shard. On one node there is one, local and
 * always active; where others join it decides which of them read and write.
 */
#pragma once

#include <memory>

#include "shard/local_shard.h"

namespace vecext::shard {

class ShardReplicaSet {
public:
	explicit ShardReplicaSet(std::unique_ptr<LocalShard> local) : local_(std::move(local)) {}

	uint32_t id() const { return local_->id(); }
	LocalShard &local() { return *local_; }

	/* Calls `work` with a replica that may answer reads. */
	template <class Work> auto read(Work &&work) { return work(*local_); }

	/* The number of the operation; throws what LocalShard::update throws. */
	uint64_t update(const ShardSchema &schema, const model::UpdateOperation &operation)
	{
		return local_->update(schema, operation);
	}

private:
	std::unique_ptr<LocalShard> local_;
};

} /* namespace vecext::shard */
