/*
 * dispatcher.cpp: see dispatcher.h. On one node every call goes straight on.
 */
#include "dispatch/dispatcher.h"

#include "collection/table_of_content.h"

namespace vecext::dispatch {

Dispatcher::Dispatcher(std::shared_ptr<collection::TableOfContent> toc) : toc_(std::move(toc)) {}

/* ---- collections ---- */

bool Dispatcher::create_collection(const std::string &name, const model::CreateCollection &request)
{
	return toc_->create(name, request);
}

bool Dispatcher::update_collection(const std::string &name, const model::UpdateCollection &request)
{
	toc_->get(name)->update_config(request);
	return true;
}

bool Dispatcher::delete_collection(const std::string &name)
{
	return toc_->drop(name);
}

std::vector<std::string> Dispatcher::list_collections()
{
	return toc_->names();
}

bool Dispatcher::collection_exists(const std::string &name)
{
	return toc_->exists(name);
}

model::CollectionInfo Dispatcher::collection_info(const std::string &name)
{
	return toc_->get(name)->info();
}

std::vector<model::Optimization> Dispatcher::optimizations(const std::string &name)
{
	return toc_->get(name)->optimizations();
}

model::StorageSizes Dispatcher::storage_sizes(const std::string &name)
{
	return toc_->get(name)->storage_sizes();
}

std::vector<model::LocalShardInfo> Dispatcher::local_shards(const std::string &name)
{
	return toc_->get(name)->local_shards();
}

std::string Dispatcher::resolve(const std::string &name)
{
	return toc_->get(name)->name();
}

bool Dispatcher::update_aliases(const std::vector<model::AliasAction> &actions)
{
	return toc_->update_aliases(actions);
}

std::vector<model::AliasDescription> Dispatcher::list_aliases()
{
	return toc_->aliases();
}

std::vector<model::AliasDescription> Dispatcher::collection_aliases(const std::string &name)
{
	const std::string collection = resolve(name);
	std::vector<model::AliasDescription> aliases = toc_->aliases();
	std::erase_if(aliases, [&](const model::AliasDescription &alias) { return alias.collection != collection; });
	return aliases;
}

/* ---- updates ---- */

model::UpdateResult Dispatcher::update(const std::string &name, const model::UpdateOperation &operation,
									   const model::UpdateParams &params)
{
	return toc_->get(name)->update({operation}, params).front();
}

std::vector<model::UpdateResult> Dispatcher::update_batch(const std::string &name,
														  const std::vector<model::UpdateOperation> &operations,
														  const model::UpdateParams &params)
{
	return toc_->get(name)->update(operations, params);
}

model::UpdateResult Dispatcher::create_field_index(const std::string &name, const std::string &field,
												   const model::PayloadFieldSchema &schema,
												   const model::UpdateParams &params)
{
	return toc_->get(name)->create_field_index(field, schema, params);
}

model::UpdateResult Dispatcher::delete_field_index(const std::string &name, const std::string &field,
												   const model::UpdateParams &params)
{
	return toc_->get(name)->delete_field_index(field, params);
}

model::UpdateResult Dispatcher::create_vector_name(const std::string &name, const std::string &vector,
												   const model::VectorNameConfig &config,
												   const model::UpdateParams &params)
{
	return toc_->get(name)->create_vector_name(vector, config, params);
}

model::UpdateResult Dispatcher::delete_vector_name(const std::string &name, const std::string &vector,
												   const model::UpdateParams &params)
{
	return toc_->get(name)->delete_vector_name(vector, params);
}

/* ---- reads ---- */

std::vector<model::Record> Dispatcher::retrieve(const std::string &name, const model::RetrieveRequest &request,
												const model::ReadParams &params)
{
	return toc_->get(name)->retrieve(request, params);
}

model::ScrollResult Dispatcher::scroll(const std::string &name, const model::ScrollRequest &request,
									   const model::ReadParams &params)
{
	return toc_->get(name)->scroll(request, params);
}

uint64_t Dispatcher::count(const std::string &name, const model::CountRequest &request, const model::ReadParams &params)
{
	return toc_->get(name)->count(request, params);
}

std::vector<model::FacetHit> Dispatcher::facet(const std::string &name, const model::FacetRequest &request,
											   const model::ReadParams &params)
{
	return toc_->get(name)->facet(request, params);
}

std::vector<model::ScoredPoint> Dispatcher::query(const std::string &name, const model::QueryRequest &request,
												  const model::ReadParams &params)
{
	return std::move(query_batch(name, {request}, params).front());
}

std::vector<std::vector<model::ScoredPoint>> Dispatcher::query_batch(const std::string &name,
																	 const std::vector<model::QueryRequest> &requests,
																	 const model::ReadParams &params)
{
	const auto find = [this](const std::string &other) {
		if (!toc_->exists(other))
			throw model::not_found("Collection " + other + " not found");
		return toc_->get(other);
	};
	return toc_->get(name)->query(requests, find, params);
}

std::vector<model::PointGroup> Dispatcher::query_groups(const std::string &name, const model::QueryGroupsRequest &,
														const model::ReadParams &)
{
	toc_->get(name);
	throw model::unsupported("Grouping");
}

std::vector<model::MatrixRow> Dispatcher::search_matrix(const std::string &name, const model::MatrixRequest &,
														const model::ReadParams &)
{
	toc_->get(name);
	throw model::unsupported("A distance matrix");
}

bool Dispatcher::is_ready()
{
	return toc_->is_ready();
}

} /* namespace vecext::dispatch */
