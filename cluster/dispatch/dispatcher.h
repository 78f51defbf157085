/*
 * dispatcher.h: the one door between the APIs and the collections.
 *
 * Every call blocks until its work is done and may be made from any thread. It
 * throws model::Error. Names may be aliases where Qdrant allows them. The APIs
 * have decoded the request and checked that the caller may make it; a caller who
 * sees some collections only says so by `visible` in listings.
 *
 * On one node everything goes straight to the TableOfContent; with a cluster,
 * changes of collections will go through consensus first.
 */
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/collection_config.h"
#include "model/collection_info.h"
#include "model/error.h"
#include "model/issue.h"
#include "model/query.h"
#include "model/quota.h"
#include "model/update.h"

namespace vecext::collection {
class Collection;
class TableOfContent;
}

namespace vecext::dispatch {

class Dispatcher {
public:
	explicit Dispatcher(std::shared_ptr<collection::TableOfContent> toc);

	/* Collections. The bool of each says whether something was changed. */
	bool create_collection(const std::string &name, const model::CreateCollection &request);
	bool update_collection(const std::string &name, const model::UpdateCollection &request);
	bool delete_collection(const std::string &name);
	std::vector<std::string> list_collections();
	bool collection_exists(const std::string &name);
	model::CollectionInfo collection_info(const std::string &name);
	model::Optimizations optimizations(const std::string &name);
	model::StorageSizes storage_sizes(const std::string &name);
	std::vector<model::LocalShardInfo> local_shards(const std::string &name);

	/* Of a name or an alias, the collection; throws where there is neither. */
	std::string resolve(const std::string &name);

	bool update_aliases(const std::vector<model::AliasAction> &actions);
	std::vector<model::AliasDescription> list_aliases();
	std::vector<model::AliasDescription> collection_aliases(const std::string &name);

	/* Updates. */
	model::UpdateResult update(const std::string &name, model::UpdateOperation operation,
							   const model::UpdateParams &params);
	/* In order; stops at the first error, which is thrown. */
	std::vector<model::UpdateResult> update_batch(const std::string &name,
												  std::vector<model::UpdateOperation> operations,
												  const model::UpdateParams &params);
	model::UpdateResult create_field_index(const std::string &name, const std::string &field,
										   const model::PayloadFieldSchema &schema, const model::UpdateParams &params);
	model::UpdateResult delete_field_index(const std::string &name, const std::string &field,
										   const model::UpdateParams &params);
	model::UpdateResult create_vector_name(const std::string &name, const std::string &vector,
										   const model::VectorNameConfig &config, const model::UpdateParams &params);
	model::UpdateResult delete_vector_name(const std::string &name, const std::string &vector,
										   const model::UpdateParams &params);

	/* Reads. */
	std::vector<model::Record> retrieve(const std::string &name, const model::RetrieveRequest &request,
										const model::ReadParams &params);
	model::ScrollResult scroll(const std::string &name, const model::ScrollRequest &request,
							   const model::ReadParams &params);
	uint64_t count(const std::string &name, const model::CountRequest &request, const model::ReadParams &params);
	std::vector<model::FacetHit> facet(const std::string &name, const model::FacetRequest &request,
									   const model::ReadParams &params);
	std::vector<model::ScoredPoint> query(const std::string &name, const model::QueryRequest &request,
										  const model::ReadParams &params);
	/* The queries run side by side; results in the order of the requests. */
	std::vector<std::vector<model::ScoredPoint>> query_batch(const std::string &name,
															 const std::vector<model::QueryRequest> &requests,
															 const model::ReadParams &params);
	std::vector<model::PointGroup> query_groups(const std::string &name, const model::QueryGroupsRequest &request,
												const model::ReadParams &params);
	std::vector<model::MatrixRow> search_matrix(const std::string &name, const model::MatrixRequest &request,
												const model::ReadParams &params);

	/* The node: what may be stored on it, and what slowed it down. */
	model::QuotaConfig quota_config();
	void set_quota_config(const model::QuotaConfig &config); /* durable when it returns */
	model::QuotaUsage quota_usage();
	model::QuotaExceeded quota_exceeded();
	std::vector<model::UnindexedField> issues();
	void clear_issues();

	/* Whether every local shard can answer (readyz). */
	bool is_ready();

private:
	std::function<std::shared_ptr<collection::Collection>(const std::string &)> finder() const;

	std::shared_ptr<collection::TableOfContent> toc_;
};

} /* namespace vecext::dispatch */
