/*
 * collection.h: one collection: its configuration, its shards, and how requests are
 * spread over these.
 *
 * Calls may come from any thread. Readers and writers work on a State that is
 * replaced as a whole when the configuration changes; changes follow one another.
 * What this version does not search (sparse vectors, multivectors, inference) is
 * refused by name.
 */
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "collection/catalog.h"
#include "collection/config_change.h"
#include "collection/index_worker.h"
#include "collection/issues.h"
#include "collection/query/inputs.h"
#include "collection/quota.h"
#include "collection/rate_limiter.h"
#include "collection/shard_reads.h"
#include "collection/table_turns.h"
#include "model/collection_info.h"
#include "model/query.h"
#include "model/update.h"
#include "shard/shard_holder.h"

namespace vecext::collection {

class StrictMode;

struct NodeSettings {
	CollectionDefaults defaults;
	uint64_t search_timeout_seconds = 60;
	std::optional<uint64_t> max_collections;
	model::QuotaConfig quota; /* until the catalog has another */
	Quota::Measure measure;   /* unset: nothing is known, no quota holds */
	std::chrono::duration<double> slow_read{1.2};
};

/* What collections share. */
struct CollectionContext {
	std::shared_ptr<postgres::Pool> pool;
	std::shared_ptr<Catalog> catalog;
	std::shared_ptr<IndexWorker> worker;
	std::shared_ptr<Quota> quota;
	std::shared_ptr<Issues> issues;
	NodeSettings settings;
};

class Collection : public std::enable_shared_from_this<Collection> {
public:
	Collection(CollectionContext context, StoredCollection stored);

	uint64_t number() const { return number_; }
	const std::string &name() const { return name_; }
	StoredCollection stored() const; /* as it is now */
	model::CollectionConfig config() const;

	/* Rebuilds what a restart interrupted. Called once, when it is shared. */
	void resume_index_builds();

	/* Drops its tables. From then on, and meanwhile, calls throw collection_not_found. */
	void drop();

	model::CollectionInfo info();
	model::Optimizations optimizations();
	model::StorageSizes storage_sizes();
	std::vector<model::LocalShardInfo> local_shards();

	/* Changes of the configuration. */
	void update_config(const model::UpdateCollection &request);
	model::UpdateResult create_field_index(const std::string &path, const model::PayloadFieldSchema &schema,
										   const model::UpdateParams &params);
	model::UpdateResult delete_field_index(const std::string &path, const model::UpdateParams &params);
	model::UpdateResult create_vector_name(const std::string &vector, const model::VectorNameConfig &config,
										   const model::UpdateParams &params);
	model::UpdateResult delete_vector_name(const std::string &vector, const model::UpdateParams &params);

	/* Updates: all are checked before the first is carried out. */
	std::vector<model::UpdateResult> update(std::vector<model::UpdateOperation> operations,
											const model::UpdateParams &params);

	/* Reads. */
	std::vector<model::Record> retrieve(const model::RetrieveRequest &request, const model::ReadParams &params);
	model::ScrollResult scroll(const model::ScrollRequest &request, const model::ReadParams &params);
	uint64_t count(const model::CountRequest &request, const model::ReadParams &params);
	std::vector<model::FacetHit> facet(const model::FacetRequest &request, const model::ReadParams &params);

	/* Vectors of points by their ids. Throws point_not_found and unknown_vector. */
	queries::PointVectors stored_vectors(const std::string &vector, const std::vector<model::PointId> &ids,
										 postgres::Deadline deadline);

	/* After a read: where it was slow, unindexed fields of its filters become issues. */
	void report_if_slow(std::chrono::duration<double> took, const std::vector<const model::Filter *> &filters);

	/* The collection that a request's lookup_from names; throws not_found. */
	using CollectionFinder = std::function<std::shared_ptr<Collection>(const std::string &name)>;

	/* The queries run side by side; results in the order of the requests. */
	std::vector<std::vector<model::ScoredPoint>> query(const std::vector<model::QueryRequest> &requests,
													   const CollectionFinder &find, const model::ReadParams &params);

	/* The groups without what with_lookup asks for. */
	std::vector<model::PointGroup> query_groups(const model::QueryGroupsRequest &request, const CollectionFinder &find,
												const model::ReadParams &params);

	/* By ascending id. */
	std::vector<model::MatrixRow> search_matrix(const model::MatrixRequest &request, const model::ReadParams &params);

private:
	struct State {
		StoredCollection stored;
		shard::ShardSchema schema;
	};
	/* How many points have a value at an indexed path, when last counted. */
	struct FieldCount {
		uint64_t points = 0, operations = 0;
		std::chrono::steady_clock::time_point keep_until;
	};
	using StatePtr = std::shared_ptr<const State>;

	static StatePtr make_state(StoredCollection stored);
	StatePtr state() const;
	void set_state(StoredCollection stored);
	void require_alive() const;

	/* collection_update.cpp */
	void check(const State &state, const model::UpdateOperation &operation);
	void prepare(const State &state, model::UpdateOperation *operation) const;
	model::UpdateResult apply(const State &state, model::UpdateOperation operation, const model::UpdateParams &params);
	void build_payload_index(const std::string &path, const shard::PayloadIndex &index);
	void drop_payload_index(const shard::PayloadIndex &index);

	/* collection_index.cpp */
	void submit_index_builds();
	void build_vector_index(postgres::Connection &connection, const std::string &vector);
	void replace_index(postgres::Connection &connection, const shard::LocalShard &shard, const StoredVector &vector,
					   const std::string &definition);
	void run_task(postgres::Connection &connection, uint64_t number, const std::string &vector);
	void begin_task(uint64_t number);
	void end_task(uint64_t number, std::optional<std::string> error);
	uint64_t points_indexed_so_far();
	uint64_t points_with_value(const State &state, const std::string &path);

	/* collection_query.cpp */
	void take_reads(const StrictMode &strict, const std::vector<model::QueryRequest> &requests);
	queries::PointLookup lookup(const CollectionFinder &find, postgres::Deadline until);

	ShardReads reads(const State &state, postgres::Deadline deadline) const
	{
		return ShardReads(shards_, state.schema, deadline);
	}

	uint64_t points() const;
	uint64_t operations() const; /* of all shards */
	uint64_t timeout_seconds(const model::ReadParams &params) const;
	postgres::Deadline deadline(const model::ReadParams &params) const;
	model::Error timed_out(const std::string &operation, const model::ReadParams &params) const;

	/* Calls work(shard, place in all()) for every shard, side by side. */
	template <class Work> void on_shards(const Work &work);

	/* With the state as it is; again when the tables changed meanwhile. */
	template <class Work> auto with_state(const Work &work);

	const CollectionContext context_;
	const uint64_t number_;
	const std::string name_;
	shard::ShardHolder shards_;

	mutable std::mutex state_mutex_;
	StatePtr state_;
	std::atomic<bool> dropped_ = false;

	TableTurns turns_;
	std::mutex changing_;       /* held while the configuration changes */
	std::shared_mutex columns_; /* shared by updates, exclusive to changes of columns */

	std::mutex tasks_mutex_;
	uint64_t last_task_ = 0;
	std::vector<model::Optimization> tasks_;    /* that wait or run, in their order */
	std::deque<model::Optimization> completed_; /* the last first */
	std::map<std::string, std::string> task_errors_;

	std::mutex counts_mutex_;
	std::map<std::string, FieldCount> counts_; /* by path */

	RateLimiter reads_, writes_;
};

} /* namespace vecext::collection */
