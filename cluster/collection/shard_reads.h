/*
 * shard_reads.h: reads of all shards of a collection as if they were one: each read
 * goes to every shard side by side, and what comes back is merged into one list in
 * the order that one shard gives.
 *
 * It lives as long as one request: it refers to the shards and to a schema, and all
 * its reads end by one deadline.
 */
#pragma once

#include <vector>

#include "shard/shard_holder.h"

namespace vecext::collection {

class ShardReads {
public:
	ShardReads(const shard::ShardHolder &shards, const shard::ShardSchema &schema, postgres::Deadline deadline)
		: shards_(shards), schema_(schema), deadline_(deadline)
	{
	}

	const shard::ShardSchema &schema() const { return schema_; }
	postgres::Deadline deadline() const { return deadline_; }

	/* In the order of the ids; those that are not there are left out, and so are
	 * second mentions. */
	std::vector<model::Record> retrieve(const std::vector<model::PointId> &ids,
										const shard::Selection &selection) const;

	/* In any order; points that are not there are left out. */
	std::vector<shard::PointFacts> facts(const shard::FactsRead &read) const;

	std::vector<model::Record> scroll(const shard::ScrollPage &page) const;

	/* Throws wrong_input for a field without an index that knows ranges. */
	std::vector<model::Record> ordered(const shard::OrderedPage &page) const;

	std::vector<model::Record> sample(const shard::Sample &sample) const;

	/* Best first, equal scores by id in the direction of the scores. */
	std::vector<model::ScoredPoint> search(const shard::VectorSearch &search) const;

	/* Whether searches compare all vectors: below the thresholds, so that small
	 * collections give exact results, and where there is no index. */
	bool searches_exactly(const shard::VectorColumn &vector) const;

private:
	/* Calls work(shard, place in all()) for every shard, side by side. */
	template <class Work> void on_shards(const Work &work) const;
	template <class Read> auto lists_of(const Read &read) const;

	const shard::ShardHolder &shards_;
	const shard::ShardSchema &schema_;
	postgres::Deadline deadline_;
};

} /* namespace vecext::collection */
