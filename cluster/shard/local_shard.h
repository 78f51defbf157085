/*
 * local_shard.h: a shard in this node's PostgreSQL: one table, and the SQL of every
 * operation on it.
 *
 * Reads run side by side. Updates run one after the other, each one statement and
 * so one transaction that also records the operation's number and the number of
 * points in qdrant_storage.shards: what is acknowledged is durable and numbered. An
 * update whose connection is lost is repeated under the same number.
 */
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "model/collection_info.h"
#include "model/update.h"
#include "postgres/pool.h"
#include "shard/read_request.h"

namespace vecext::shard {

/* The storage of points: their tables and the catalog's. */
inline constexpr char kStorageSchema[] = "qdrant_storage";

struct ShardState {
	uint64_t collection = 0; /* its number */
	uint32_t shard = 0;
	uint64_t operation = 0; /* of the last one */
	uint64_t points = 0;
};

std::string shard_table(uint64_t collection, uint32_t shard); /* "c17_s0" */

class LocalShard {
public:
	LocalShard(std::shared_ptr<postgres::Pool> pool, const ShardState &state);

	const std::string &table() const { return table_; } /* with its schema */
	uint32_t id() const { return state_.shard; }
	uint64_t points() const { return points_; }
	uint64_t operations() const { return operation_; } /* the number of the last */

	/* Reads. Null filters mean none. */
	std::vector<model::Record> retrieve(const ShardSchema &schema, const std::vector<model::PointId> &ids,
										const Selection &selection, postgres::Deadline deadline);
	std::vector<model::Record> scroll(const ShardSchema &schema, const ScrollPage &page, postgres::Deadline deadline);
	std::vector<model::Record> ordered(const ShardSchema &schema, const OrderedPage &page, postgres::Deadline deadline);
	uint64_t count(const ShardSchema &schema, const model::Filter *filter, postgres::Deadline deadline);
	std::vector<model::FacetHit> facet(const ShardSchema &schema, const FacetCount &facet, postgres::Deadline deadline);
	/* Best first; a plain nearest search scores in the terms of the distance. */
	std::vector<model::ScoredPoint> search(const ShardSchema &schema, const VectorSearch &search,
										   postgres::Deadline deadline);
	/* In any order; points that are not there are left out. */
	std::vector<PointFacts> facts(const ShardSchema &schema, const FactsRead &read, postgres::Deadline deadline);
	std::vector<model::Record> sample(const ShardSchema &schema, const Sample &sample, postgres::Deadline deadline);

	/* Carries out the operation and returns its number. Throws point_not_found after
	 * the part that Qdrant applies. Vectors are as_stored(). */
	uint64_t update(const ShardSchema &schema, const model::UpdateOperation &operation);

	/* Runs DDL while no update goes on. */
	void change_table(const std::string &sql);

private:
	void apply(const ShardSchema &schema, const model::UpsertPoints &upsert);
	void apply(const ShardSchema &schema, const model::DeletePoints &request);
	void apply(const ShardSchema &schema, const model::SetPayload &request);
	void apply(const ShardSchema &schema, const model::OverwritePayload &request);
	void apply(const ShardSchema &schema, const model::DeletePayload &request);
	void apply(const ShardSchema &schema, const model::ClearPayload &request);
	void apply(const ShardSchema &schema, const model::UpdateVectors &request);
	void apply(const ShardSchema &schema, const model::DeleteVectors &request);

	std::string upsert_sql(const ShardSchema &schema, const model::UpsertPoints &upsert,
						   postgres::Parameters *parameters);
	/* `assignment` writes the SET list. Ids go before the filter. */
	using Assignment = std::function<std::string(postgres::Parameters *)>;
	void update_selected(const ShardSchema &schema, const model::PointSelection &selection,
						 const Assignment &assignment);
	void update_where(const std::function<std::string(postgres::Parameters *)> &condition,
					  const Assignment &assignment);

	/* Of ids in this order, how many a chunk-wise update reaches; `missing` is the
	 * first that is not there. */
	size_t reached(const std::vector<model::PointId> &ids, std::optional<model::PointId> *missing);
	void record(const std::string &change, postgres::Parameters *parameters);

	uint64_t next_operation() const { return operation_ + 1; }
	std::string where(const model::Filter *filter, const ShardSchema &schema, postgres::Parameters *parameters) const;

	std::shared_ptr<postgres::Pool> pool_;
	ShardState state_;
	std::string table_;
	std::mutex writing_;
	std::atomic<uint64_t> operation_; /* changed under writing_ */
	std::atomic<uint64_t> points_;
};

} /* namespace vecext::shard */
