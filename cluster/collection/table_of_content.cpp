/*
 * table_of_content.cpp: see table_of_content.h.
 */
#include "collection/table_of_content.h"

#include "model/error.h"

namespace vecext::collection {

namespace {

void check_supported(const model::CreateCollection &request)
{
	if (!request.sparse_vectors.empty())
		throw model::unsupported("A sparse vector");
	for (const auto &[name, params] : request.vectors)
		if (params.multivector)
			throw model::unsupported("A multivector");
}

} /* namespace */

TableOfContent::TableOfContent(std::shared_ptr<postgres::Pool> pool, NodeSettings settings)
{
	context_.catalog = std::make_shared<Catalog>(pool);
	context_.catalog->refuse_other_sidecars();
	context_.catalog->install();
	context_.worker = std::make_shared<IndexWorker>(pool->conninfo());
	context_.pool = std::move(pool);
	context_.issues = std::make_shared<Issues>();
	context_.quota = std::make_shared<Quota>(context_.catalog->load_quota().value_or(settings.quota), settings.measure);
	context_.settings = std::move(settings);
	open_all();
}

void TableOfContent::open_all()
{
	std::map<uint64_t, std::string> names;
	for (StoredCollection &stored : context_.catalog->load()) {
		names[stored.number] = stored.name;
		const auto collection = std::make_shared<Collection>(context_, std::move(stored));
		collections_[collection->name()] = collection;
		collection->resume_index_builds();
	}
	for (const auto &[alias, number] : context_.catalog->load_aliases())
		aliases_[alias] = names.at(number);
}

/* ---- collections ---- */

bool TableOfContent::create(const std::string &name, const model::CreateCollection &request)
{
	const std::lock_guard lock(changing_);
	{
		const std::shared_lock reading(mutex_);
		if (collections_.contains(name))
			throw model::Error(model::ErrorKind::kAlreadyExists, "Collection `" + name + "` already exists!");
		if (aliases_.contains(name))
			throw model::wrong_input("Can't create collection with name " + name +
									 ". Alias with the same name already exists");
		const auto limit = context_.settings.max_collections;
		if (limit && collections_.size() >= *limit)
			throw model::wrong_input("Can't create collection with name " + name +
									 ". Max collections limit reached: " + std::to_string(*limit));
	}
	check_supported(request);
	context_.quota->check_growth();
	StoredCollection stored = context_.catalog->create(name, new_config(request, context_.settings.defaults));
	const auto collection = std::make_shared<Collection>(context_, std::move(stored));
	const std::unique_lock writing(mutex_);
	collections_[name] = collection;
	return true;
}

bool TableOfContent::drop(const std::string &name)
{
	const std::lock_guard lock(changing_);
	std::shared_ptr<Collection> collection;
	{
		const std::shared_lock reading(mutex_);
		const auto found = collections_.find(name);
		if (found == collections_.end())
			return false;
		collection = found->second;
	}
	collection->drop();
	const std::unique_lock writing(mutex_);
	collections_.erase(name);
	std::erase_if(aliases_, [&](const auto &alias) { return alias.second == name; });
	return true;
}

std::vector<std::string> TableOfContent::names() const
{
	const std::shared_lock reading(mutex_);
	std::vector<std::string> names;
	for (const auto &[name, collection] : collections_)
		names.push_back(name);
	return names;
}

std::shared_ptr<Collection> TableOfContent::find(const std::string &name) const
{
	const auto alias = aliases_.find(name);
	const auto found = collections_.find(alias == aliases_.end() ? name : alias->second);
	return found == collections_.end() ? nullptr : found->second;
}

bool TableOfContent::exists(const std::string &name) const
{
	const std::shared_lock reading(mutex_);
	return find(name) != nullptr;
}

std::shared_ptr<Collection> TableOfContent::get(const std::string &name) const
{
	const std::shared_lock reading(mutex_);
	if (auto collection = find(name))
		return collection;
	throw model::collection_not_found(name);
}

/* ---- aliases ---- */

bool TableOfContent::update_aliases(const std::vector<model::AliasAction> &actions)
{
	const std::lock_guard lock(changing_);
	for (const model::AliasAction &action : actions)
		std::visit([this](const auto &kind) { act(kind); }, action);
	return true;
}

void TableOfContent::act(const model::CreateAlias &action)
{
	std::shared_ptr<Collection> collection;
	{
		const std::shared_lock reading(mutex_);
		if (collections_.contains(action.alias))
			throw model::Error(model::ErrorKind::kAlreadyExists, "Collection `" + action.alias + "` already exists!");
		const auto found = collections_.find(action.collection);
		if (found == collections_.end())
			throw model::collection_not_found(action.collection);
		collection = found->second;
	}
	context_.catalog->set_alias(action.alias, collection->number());
	const std::unique_lock writing(mutex_);
	aliases_[action.alias] = action.collection;
}

void TableOfContent::act(const model::DeleteAlias &action)
{
	context_.catalog->delete_alias(action.alias);
	const std::unique_lock writing(mutex_);
	aliases_.erase(action.alias);
}

void TableOfContent::act(const model::RenameAlias &action)
{
	{
		const std::shared_lock reading(mutex_);
		if (!aliases_.contains(action.old_alias))
			throw model::not_found("Alias " + action.old_alias + " does not exists!");
		if (collections_.contains(action.new_alias))
			throw model::Error(model::ErrorKind::kAlreadyExists,
							   "Collection `" + action.new_alias + "` already exists!");
	}
	context_.catalog->rename_alias(action.old_alias, action.new_alias);
	const std::unique_lock writing(mutex_);
	const std::string collection = aliases_.at(action.old_alias);
	aliases_.erase(action.old_alias);
	aliases_[action.new_alias] = collection;
}

std::vector<model::AliasDescription> TableOfContent::aliases() const
{
	const std::shared_lock reading(mutex_);
	std::vector<model::AliasDescription> all;
	for (const auto &[alias, collection] : aliases_)
		all.push_back({alias, collection});
	return all;
}

/* ---- the node ---- */

void TableOfContent::set_quota(const model::QuotaConfig &config)
{
	const std::lock_guard lock(changing_);
	context_.catalog->save_quota(config);
	context_.quota->set_config(config);
}

bool TableOfContent::is_ready()
{
	try {
		postgres::Parameters none(context_.pool->types());
		const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
		return context_.pool->execute(deadline, "SELECT 1", none).rows() == 1;
	} catch (const model::Error &) {
		return false;
	}
}

} /* namespace vecext::collection */
