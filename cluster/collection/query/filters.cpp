/*
 * filters.cpp: see filters.h.
 */
#include "collection/query/filters.h"

#include <algorithm>

namespace vecext::collection::queries {

using model::Condition;
using model::Filter;

namespace {

void append(std::vector<Condition> *to, const std::vector<Condition> &from)
{
	to->insert(to->end(), from.begin(), from.end());
}

void merge_counts(std::optional<model::MinShould> *to, const std::optional<model::MinShould> &from)
{
	if (!from)
		return;
	if (!*to) {
		*to = from;
		return;
	}
	append(&(*to)->conditions, from->conditions);
	(*to)->min_count = std::max((*to)->min_count, from->min_count);
}

} /* namespace */

std::optional<Filter> merged(const std::optional<Filter> &above, const std::optional<Filter> &own)
{
	if (!above || !own)
		return above ? above : own;
	Filter filter = *above;
	append(&filter.must, own->must);
	append(&filter.should, own->should);
	append(&filter.must_not, own->must_not);
	merge_counts(&filter.min_should, own->min_should);
	return filter;
}

std::optional<Filter> without_ids(std::optional<Filter> filter, std::vector<model::PointId> ids)
{
	if (ids.empty())
		return filter;
	Filter narrowed = filter ? std::move(*filter) : Filter();
	narrowed.must_not.push_back(model::HasIdCondition{std::move(ids)});
	return narrowed;
}

Filter only_ids(const std::optional<Filter> &filter, std::vector<model::PointId> ids)
{
	Filter narrowed = filter ? *filter : Filter();
	narrowed.must.push_back(model::HasIdCondition{std::move(ids)});
	return narrowed;
}

} /* namespace vecext::collection::queries */
