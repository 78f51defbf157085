/*
 * issues.h: unindexed fields that made searches slow, until their index appears.
 *
 * Kept in memory, at most kMaxIssues; the oldest give way. Safe to use from many
 * threads.
 */
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "collection/filter_indexes.h"
#include "model/issue.h"

namespace vecext::collection {

inline constexpr size_t kMaxIssues = 1000;

class Issues {
public:
	/* A field that is known keeps the time when it was first seen. */
	void report(const std::string &collection, const UnindexedTypes &fields);

	void resolve(const std::string &collection, const std::string &field); /* it has an index now */
	void forget(const std::string &collection);                            /* it is no more */
	void clear();

	std::vector<model::UnindexedField> list() const; /* by collection and field */

private:
	using Key = std::pair<std::string, std::string>; /* collection, field */

	void drop_oldest();

	mutable std::mutex mutex_;
	std::map<Key, model::UnindexedField> fields_;
};

} /* namespace vecext::collection */
