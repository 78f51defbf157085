/*
 * group_search.cpp: see group_search.h.
 */
#include "collection/grouping/group_search.h"

#include <algorithm>
#include <iterator>

#include "model/payload_path.h"

namespace vecext::collection {

using model::Condition;
using model::Filter;
using model::GroupId;

namespace {

uint64_t saturating_product(uint64_t a, uint64_t b)
{
	uint64_t product;
	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

template <class Values> Values values_of(const std::vector<GroupId> &groups)
{
	Values values;
	for (const GroupId &group : groups)
		if (const auto *text = std::get_if<std::string>(&group))
			values.strings.push_back(*text);
		else
			values.integers.push_back(std::get<int64_t>(group));
	return values;
}

Condition match_condition(const std::string &key, model::Match match)
{
	model::FieldCondition condition;
	condition.key = key;
	condition.match = std::move(match);
	return condition;
}

/* Strings and integers cannot stand in one list: a condition for each that is there. */
template <class Values> std::vector<Condition> match_groups(const std::string &key, const std::vector<GroupId> &groups)
{
	std::vector<Condition> conditions;
	Values values = values_of<Values>(groups);
	if (!values.strings.empty())
		conditions.push_back(match_condition(key, Values{std::move(values.strings), {}}));
	if (!values.integers.empty())
		conditions.push_back(match_condition(key, Values{{}, std::move(values.integers)}));
	return conditions;
}

void multiply_limits(std::vector<model::Prefetch> *prefetches, uint64_t factor)
{
	for (model::Prefetch &prefetch : *prefetches) {
		prefetch.limit = saturating_product(prefetch.limit, factor);
		multiply_limits(&prefetch.prefetch, factor);
	}
}

/* How many points a query asks for at a time. More than would fill all groups, since
 * the nearest points are not spread evenly over them, and a larger limit costs less
 * than a further query. */
uint64_t helping(uint64_t groups, uint64_t group_size)
{
	constexpr uint64_t factor = 4, enough = 1000;
	const uint64_t least = saturating_product(groups, group_size);
	return std::max(least, std::min(saturating_product(least, factor), enough));
}

/* Whether scores follow from the ranks among all that a query finds, so that those of
 * another query cannot be compared with them. */
template <class Level> bool has_ranks(const Level &level)
{
	if (level.query && (std::holds_alternative<model::FusionQuery>(*level.query) ||
						std::holds_alternative<model::SampleQuery>(*level.query)))
		return true;
	const auto *nearest = level.query ? std::get_if<model::NearestQuery>(&*level.query) : nullptr;
	return (nearest && nearest->mmr) ||
		   std::any_of(level.prefetch.begin(), level.prefetch.end(),
					   [](const model::Prefetch &prefetch) { return has_ranks(prefetch); });
}

/* The query that the plain queries are variants of. */
model::QueryRequest plain_query(const model::QueryGroupsRequest &request)
{
	model::QueryRequest plain = request.query;
	plain.limit = has_ranks(plain) ? saturating_product(request.query.limit, request.group_size)
								   : helping(request.query.limit, request.group_size);
	plain.offset = 0;
	plain.with_payload = {model::PayloadSelection::kInclude, {model::included_path(request.group_by)}};
	plain.with_vectors = {};
	multiply_limits(&plain.prefetch, request.query.limit);
	return plain;
}

class GroupSearch {
public:
	GroupSearch(const model::QueryGroupsRequest &request, const HitOrder &before, const PlainQuery &query)
		: key_(request.group_by), plain_(plain_query(request)), query_(query),
		  queries_(has_ranks(plain_) ? 1 : kMostGroupQueries),
		  collector_(request.group_by, request.query.limit, request.group_size, before)
	{
	}

	std::vector<model::PointGroup> run()
	{
		bool more = true;
		for (int i = 0; more && i < queries_ && (i == 0 || !collector_.has_enough_groups()); i++)
			more = add_hits(match_groups<model::MatchExcept>(key_, collector_.full_groups()));
		for (int i = 1; more && i < queries_; i++) {
			Filter wanted;
			wanted.should = match_groups<model::MatchAny>(key_, collector_.unfilled_best_groups());
			if (wanted.should.empty())
				break;
			more = add_hits({std::make_shared<const Filter>(std::move(wanted))});
		}
		return collector_.best_groups();
	}

private:
	/* Adds the hits for which all conditions hold; whether there may be more than came. */
	bool add_hits(std::vector<Condition> conditions)
	{
		model::QueryRequest query = plain_;
		Filter &filter = query.filter ? *query.filter : query.filter.emplace();
		std::move(conditions.begin(), conditions.end(), std::back_inserter(filter.must));
		filter.must_not.push_back(model::IsEmptyCondition{key_});
		if (!collector_.ids().empty())
			filter.must_not.push_back(model::HasIdCondition{collector_.ids()});
		std::vector<model::ScoredPoint> hits = query_(query);
		const bool more = hits.size() >= query.limit;
		collector_.add(std::move(hits));
		return more;
	}

	const std::string &key_;
	const model::QueryRequest plain_;
	const PlainQuery &query_;
	const int queries_;
	GroupCollector collector_;
};

} /* namespace */

std::vector<model::PointGroup> search_groups(const model::QueryGroupsRequest &request, const HitOrder &before,
											 const PlainQuery &query)
{
	return GroupSearch(request, before, query).run();
}

} /* namespace vecext::collection */
