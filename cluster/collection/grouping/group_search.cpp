/*
 * group_search.cpp: see group_search.h.
 */
#include "collection/grouping/group_search.h"

#include <algorithm>
#include <bit>
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

/* How many points a query asks for to find so many of groups: more, since the nearest
 * points are not spread evenly over groups, and a larger limit costs less than a
 * further query; but not many more than `enough`. */
uint64_t helping(uint64_t points, uint64_t factor)
{
	constexpr uint64_t enough = 1000;
	return std::max(points, std::min(saturating_product(points, factor), enough));
}

/* Of the first query, which mostly finds enough groups; of those that follow it while
 * it has not; of those that look at more of the nearest points; and of those that ask
 * for groups by name. */
constexpr uint64_t kFirstFactor = 2, kNextFactor = 4, kLookFactors[] = {16, 40}, kFillFactor = 3;

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
	plain.limit = saturating_product(request.query.limit, request.group_size);
	plain.offset = 0;
	plain.with_payload = {model::PayloadSelection::kInclude, {model::included_path(request.group_by)}};
	plain.with_vectors = {};
	multiply_limits(&plain.prefetch, request.query.limit);
	return plain;
}

class GroupSearch {
public:
	GroupSearch(const model::QueryGroupsRequest &request, const HitOrder &before, const PlainQuery &query, Walks walks)
		: key_(request.group_by), plain_(plain_query(request)), query_(query), walks_(walks),
		  queries_(has_ranks(plain_) ? 1 : kMostGroupQueries),
		  collector_(request.group_by, request.query.limit, request.group_size, before)
	{
	}

	std::vector<model::PointGroup> run()
	{
		bool more = find_groups();
		for (int i = 1; more && queries_ > 1 && i <= queries_; i++) {
			const std::vector<GroupId> unfilled = collector_.unfilled_best_groups();
			if (unfilled.empty())
				break;
			if (walks_ == Walks::kYes && i <= static_cast<int>(std::size(kLookFactors)))
				look_farther(unfilled, kLookFactors[i - 1]);
			else
				more = fill(unfilled);
		}
		return collector_.best_groups();
	}

private:
	/* Until there are enough groups; whether there may be more points than came. The
	 * first query has no condition of ours, so that without a filter it is a plain
	 * search, the fastest there is. */
	bool find_groups()
	{
		bool more = add_hits(plain_, queries_ == 1 ? 1 : kFirstFactor, plain_.limit);
		for (int i = 1; more && i < queries_ && !collector_.has_enough_groups(); i++) {
			model::QueryRequest query = plain_;
			Filter &filter = filter_of(query);
			for (Condition &condition : match_groups<model::MatchExcept>(key_, collector_.full_groups()))
				filter.must.push_back(std::move(condition));
			if (collector_.has_hits_without_group())
				filter.must_not.emplace_back(model::IsEmptyCondition{key_});
			leave_out(collector_.ids_beside_full_groups(), &filter);
			more = add_hits(std::move(query), kNextFactor, plain_.limit);
		}
		return more;
	}

	/* Adds those of these groups that are among more of the nearest points. */
	void look_farther(const std::vector<GroupId> &groups, uint64_t factor)
	{
		model::QueryRequest query = plain_;
		query.limit = helping(plain_.limit, factor);
		const Filter wanted = of_groups(groups);
		collector_.add(query_(query, &wanted));
	}

	Filter of_groups(const std::vector<GroupId> &groups) const
	{
		Filter filter;
		filter.should = match_groups<model::MatchAny>(key_, groups);
		return filter;
	}

	/* Adds hits of these groups; whether there may be more than came. Limits are a part
	 * of statements: a few of them keep those prepared. */
	bool fill(const std::vector<GroupId> &groups)
	{
		model::QueryRequest query = plain_;
		Filter &filter = filter_of(query);
		filter.must.emplace_back(std::make_shared<const Filter>(of_groups(groups)));
		leave_out(collector_.ids_in(groups), &filter);
		return add_hits(std::move(query), kFillFactor, std::bit_ceil(collector_.missing_in(groups)));
	}

	static Filter &filter_of(model::QueryRequest &query)
	{
		return query.filter ? *query.filter : query.filter.emplace();
	}

	static void leave_out(std::vector<model::PointId> ids, Filter *filter)
	{
		if (!ids.empty())
			filter->must_not.emplace_back(model::HasIdCondition{std::move(ids)});
	}

	/* `points`: how many would do if all were of groups that are wanted. */
	bool add_hits(model::QueryRequest query, uint64_t factor, uint64_t points)
	{
		query.limit = helping(points, factor);
		std::vector<model::ScoredPoint> hits = query_(query, nullptr);
		const bool more = hits.size() >= query.limit;
		collector_.add(std::move(hits));
		return more;
	}

	const std::string &key_;
	const model::QueryRequest plain_;
	const PlainQuery &query_;
	const Walks walks_;
	const int queries_;
	GroupCollector collector_;
};

} /* namespace */

std::vector<model::PointGroup> search_groups(const model::QueryGroupsRequest &request, const HitOrder &before,
											 const PlainQuery &query, Walks walks)
{
	return GroupSearch(request, before, query, walks).run();
}

} /* namespace vecext::collection */
