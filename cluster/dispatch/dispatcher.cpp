/*
 * dispatcher.cpp: see dispatcher.h. On one node every call goes straight on.
 */
#include "dispatch/dispatcher.h"

#include "collection/table_of_content.h"

namespace vecext::dispatch {

using collection::Collection;

namespace {

using Filters = std::vector<const model::Filter *>;

void add_filter(const std::optional<model::Filter> &filter, Filters *filters)
{
	if (filter)
		filters->push_back(&*filter);
}

void add_prefetches(const std::vector<model::Prefetch> &prefetches, Filters *filters)
{
	for (const model::Prefetch &prefetch : prefetches) {
		add_filter(prefetch.filter, filters);
		add_prefetches(prefetch.prefetch, filters);
	}
}

/* A scroll, a count, a facet, a matrix. */
template <class Request> Filters filters_of(const Request &request)
{
	Filters filters;
	add_filter(request.filter, &filters);
	return filters;
}

void add_filters(const model::QueryRequest &request, Filters *filters)
{
	add_filter(request.filter, filters);
	add_prefetches(request.prefetch, filters);
}

Filters filters_of(const model::QueryGroupsRequest &request)
{
	Filters filters;
	add_filters(request.query, &filters);
	return filters;
}

Filters filters_of(const std::vector<model::QueryRequest> &requests)
{
	Filters filters;
	for (const model::QueryRequest &request : requests)
		add_filters(request, &filters);
	return filters;
}

/* Reads, and reports a read that took long, one that timed out, too. */
template <class Request, class Read> auto watched(Collection &collection, const Request &request, const Read &read)
{
	const auto start = std::chrono::steady_clock::now();
	const auto report = [&] {
		const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
		collection.report_if_slow(took, filters_of(request));
	};
	try {
		auto result = read();
		report();
		return result;
	} catch (const model::Error &error) {
		if (error.kind() == model::ErrorKind::kTimeout)
			report();
		throw;
	}
}

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

model::Optimizations Dispatcher::optimizations(const std::string &name)
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

model::UpdateResult Dispatcher::update(const std::string &name, model::UpdateOperation operation,
									   const model::UpdateParams &params)
{
	std::vector<model::UpdateOperation> operations;
	operations.push_back(std::move(operation));
	return toc_->get(name)->update(std::move(operations), params).front();
}

std::vector<model::UpdateResult> Dispatcher::update_batch(const std::string &name,
														  std::vector<model::UpdateOperation> operations,
														  const model::UpdateParams &params)
{
	return toc_->get(name)->update(std::move(operations), params);
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
	const auto collection = toc_->get(name);
	return watched(*collection, request, [&] { return collection->scroll(request, params); });
}

uint64_t Dispatcher::count(const std::string &name, const model::CountRequest &request, const model::ReadParams &params)
{
	const auto collection = toc_->get(name);
	return watched(*collection, request, [&] { return collection->count(request, params); });
}

std::vector<model::FacetHit> Dispatcher::facet(const std::string &name, const model::FacetRequest &request,
											   const model::ReadParams &params)
{
	const auto collection = toc_->get(name);
	return watched(*collection, request, [&] { return collection->facet(request, params); });
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
	const auto collection = toc_->get(name);
	return watched(*collection, requests, [&] { return collection->query(requests, finder(), params); });
}

std::vector<model::PointGroup> Dispatcher::query_groups(const std::string &name,
														const model::QueryGroupsRequest &request,
														const model::ReadParams &params)
{
	const auto collection = toc_->get(name);
	const auto other = request.with_lookup ? finder()(request.with_lookup->collection) : nullptr;
	std::vector<model::PointGroup> groups =
		watched(*collection, request, [&] { return collection->query_groups(request, finder(), params); });
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
	const auto collection = toc_->get(name);
	return watched(*collection, request, [&] { return collection->search_matrix(request, params); });
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

/* ---- the node ---- */

model::QuotaConfig Dispatcher::quota_config()
{
	return toc_->quota()->config();
}

void Dispatcher::set_quota_config(const model::QuotaConfig &config)
{
	toc_->set_quota(config);
}

model::QuotaUsage Dispatcher::quota_usage()
{
	return toc_->quota()->usage();
}

model::QuotaExceeded Dispatcher::quota_exceeded()
{
	return toc_->quota()->exceeded();
}

std::vector<model::UnindexedField> Dispatcher::issues()
{
	return toc_->issues()->list();
}

void Dispatcher::clear_issues()
{
	toc_->issues()->clear();
}

bool Dispatcher::is_ready()
{
	return toc_->is_ready();
}

} /* namespace vecext::dispatch */
