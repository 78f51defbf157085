/*
 * dispatcher.cpp: see dispatcher.h. On one node every call goes straight on.
 */
#include "dispatch/dispatcher.h"

#include "collection/table_of_content.h"

namespace vecext::dispatch {

namespace {

/* The point that a group's id names; none for a text that is no UUID, or a negative number. */
std::optional<model::PointId> point_of(const model::GroupId &group)
{
	if (const auto *text = std::get_if<std::string>(&group)) {
		const auto uuid = model::parse_uuid(*text);
		return uuid ? std::optional<model::PointId>(*uuid) : std::nullopt;
	}
	if (const auto *number = std::get_if<int64_t>(&group))
		return *number < 0 ? std::nullopt : std::optional<model::PointId>(static_cast<uint64_t>(*number));
	return model::PointId(std::get<uint64_t>(group));
}

} /* namespace */

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
	return toc_->get(name)->query(requests, finder(), params);
}

std::vector<model::PointGroup> Dispatcher::query_groups(const std::string &name,
														const model::QueryGroupsRequest &request,
														const model::ReadParams &params)
{
	const auto collection = toc_->get(name);
	const auto other = request.with_lookup ? finder()(request.with_lookup->collection) : nullptr;
	std::vector<model::PointGroup> groups = collection->query_groups(request, finder(), params);
	if (!other)
		return groups;
	model::RetrieveRequest lookup;
	lookup.with_payload = request.with_lookup->with_payload;
	lookup.with_vectors = request.with_lookup->with_vectors;
	for (const model::PointGroup &group : groups)
		if (const auto id = point_of(group.id))
			lookup.ids.push_back(*id);
	std::map<model::PointId, model::Record> found;
	for (model::Record &record : other->retrieve(lookup, params))
		found.emplace(record.id, std::move(record));
	for (model::PointGroup &group : groups)
		if (const auto id = point_of(group.id); id && found.contains(*id))
			group.lookup = found.at(*id);
	return groups;
}

std::vector<model::MatrixRow> Dispatcher::search_matrix(const std::string &name, const model::MatrixRequest &request,
														const model::ReadParams &params)
{
	return toc_->get(name)->search_matrix(request, params);
}

/* Finds what a request names beside its own collection. */
std::function<std::shared_ptr<collection::Collection>(const std::string &)> Dispatcher::finder() const
{
	return [this](const std::string &name) {
		if (!toc_->exists(name))
			throw model::not_found("Collection " + name + " not found");
		return toc_->get(name);
	};
}

bool Dispatcher::is_ready()
{
	return toc_->is_ready();
}

} /* namespace vecext::dispatch */
