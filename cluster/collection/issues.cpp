/*
 * issues.cpp: see issues.h.
 */
#include "collection/issues.h"

#include <algorithm>

namespace vecext::collection {

void Issues::report(const std::string &collection, const UnindexedTypes &fields)
{
	const auto now = std::chrono::system_clock::now();
	const std::lock_guard lock(mutex_);
	for (const auto &[field, types] : fields) {
		if (fields_.size() >= kMaxIssues && !fields_.contains({collection, field}))
			drop_oldest();
		fields_.try_emplace({collection, field}, model::UnindexedField{collection, field, types, now});
	}
}

void Issues::drop_oldest()
{
	fields_.erase(std::min_element(fields_.begin(), fields_.end(), [](const auto &one, const auto &other) {
		return one.second.seen < other.second.seen;
	}));
}

void Issues::resolve(const std::string &collection, const std::string &field)
{
	const std::lock_guard lock(mutex_);
	fields_.erase({collection, field});
}

void Issues::forget(const std::string &collection)
{
	const std::lock_guard lock(mutex_);
	std::erase_if(fields_, [&](const auto &entry) { return entry.first.first == collection; });
}

void Issues::clear()
{
	const std::lock_guard lock(mutex_);
	fields_.clear();
}

std::vector<model::UnindexedField> Issues::list() const
{
	const std::lock_guard lock(mutex_);
	std::vector<model::UnindexedField> all;
	for (const auto &[key, field] : fields_)
		all.push_back(field);
	return all;
}

} /* namespace vecext::collection */
