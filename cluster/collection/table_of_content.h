/*
 * table_of_content.h: all collections and aliases of this node, by name.
 *
 * Lookups are short and never wait for PostgreSQL; changes of the list follow one
 * another. On opening it installs the catalog where it is missing, and reads it.
 */
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "collection/collection.h"

namespace vecext::collection {

class TableOfContent {
public:
	/* Throws model::Error where PostgreSQL cannot be reached or prepared. */
	TableOfContent(std::shared_ptr<postgres::Pool> pool, NodeSettings settings);

	bool create(const std::string &name, const model::CreateCollection &request);
	bool drop(const std::string &name); /* false when there is none; not by an alias */

	std::vector<std::string> names() const;
	bool exists(const std::string &name) const; /* aliases count */

	/* Of a collection or an alias; throws collection_not_found. */
	std::shared_ptr<Collection> get(const std::string &name) const;

	/* In order; what came before an error stays done. */
	bool update_aliases(const std::vector<model::AliasAction> &actions);
	std::vector<model::AliasDescription> aliases() const;

	const std::shared_ptr<Issues> &issues() const { return context_.issues; }
	const std::shared_ptr<Quota> &quota() const { return context_.quota; }
	void set_quota(const model::QuotaConfig &config); /* durable when it returns */

	bool is_ready();

private:
	std::shared_ptr<Collection> find(const std::string &name) const; /* under mutex_ */
	void open_all();
	void act(const model::CreateAlias &action);
	void act(const model::DeleteAlias &action);
	void act(const model::RenameAlias &action);

	CollectionContext context_;
	std::mutex changing_; /* held while the list changes */
	mutable std::shared_mutex mutex_;
	std::map<std::string, std::shared_ptr<Collection>> collections_;
	std::map<std::string, std::string> aliases_; /* to names of collections */
};

} /* namespace vecext::collection */
