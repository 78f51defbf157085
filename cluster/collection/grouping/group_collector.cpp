/*
 * group_collector.cpp: see group_collector.h.
 */
#include "collection/grouping/group_collector.h"

#include <algorithm>

#include "model/error.h"
#include "vecext/filter/evaluate.h"

namespace vecext::collection {

using filter::JsonKind;
using filter::JsonValue;
using model::GroupId;
using model::PointId;
using model::ScoredPoint;

GroupCollector::GroupCollector(const std::string &group_by, uint64_t groups, uint64_t group_size, HitOrder before)
	: group_by_(group_by), wanted_groups_(groups), group_size_(group_size), before_(std::move(before))
{
	const auto path = filter::parse_path(group_by_, memory_.arena());
	if (!path.is_ok())
		throw model::wrong_input("`" + group_by + "` is not a path: " + path.status().message());
	path_ = path.value();
}

void GroupCollector::add(std::vector<ScoredPoint> hits)
{
	for (ScoredPoint &hit : hits) {
		const auto [known, is_new] = groups_of_hits_.try_emplace(hit.id, groups_of(hit));
		if (!is_new)
			continue;
		hit.payload.reset();
		has_hits_without_group_ |= known->second.empty();
		for (const GroupId &id : known->second) {
			Hits &group = groups_[id];
			group.insert(std::upper_bound(group.begin(), group.end(), hit, before_), hit);
		}
	}
}

std::vector<GroupId> GroupCollector::groups_of(const ScoredPoint &hit) const
{
	std::vector<GroupId> groups;
	if (!hit.payload)
		return groups;
	MallocArena memory;
	const auto payload = filter::parse_json(*hit.payload, memory.arena());
	if (!payload.is_ok())
		throw model::internal(std::string("a payload that is no JSON: ") + payload.status().message());
	filter::any_item(path_, *payload.value(), [&](const JsonValue &value) {
		if (value.kind() == JsonKind::kString)
			groups.emplace_back(std::string(value.text()));
		else if (value.kind() == JsonKind::kNumber && value.number().is_integer)
			groups.emplace_back(value.number().integer);
		return false;
	});
	std::sort(groups.begin(), groups.end());
	groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
	return groups;
}

std::vector<const GroupCollector::Group *> GroupCollector::best() const
{
	std::vector<const Group *> groups;
	for (const Group &group : groups_)
		groups.push_back(&group);
	std::stable_sort(groups.begin(), groups.end(),
					 [&](const Group *a, const Group *b) { return before_(a->second.front(), b->second.front()); });
	if (groups.size() > wanted_groups_)
		groups.resize(wanted_groups_);
	return groups;
}

std::vector<GroupId> GroupCollector::full_groups() const
{
	std::vector<GroupId> full;
	for (const auto &[id, hits] : groups_)
		if (hits.size() >= group_size_)
			full.push_back(id);
	return full;
}

std::vector<GroupId> GroupCollector::unfilled_best_groups() const
{
	std::vector<GroupId> unfilled;
	for (const Group *group : best())
		if (group->second.size() < group_size_)
			unfilled.push_back(group->first);
	return unfilled;
}

uint64_t GroupCollector::missing_in(const std::vector<GroupId> &groups) const
{
	uint64_t missing = 0;
	for (const GroupId &group : groups)
		missing += group_size_ - groups_.at(group).size();
	return missing;
}

std::vector<PointId> GroupCollector::ids_in(const std::vector<GroupId> &groups) const
{
	std::vector<PointId> ids;
	for (const GroupId &group : groups)
		for (const ScoredPoint &hit : groups_.at(group))
			ids.push_back(hit.id);
	std::sort(ids.begin(), ids.end());
	ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
	return ids;
}

std::vector<PointId> GroupCollector::ids_beside_full_groups() const
{
	std::vector<PointId> ids;
	for (const auto &[id, groups] : groups_of_hits_)
		if (groups.size() != 1 || groups_.at(groups[0]).size() < group_size_)
			ids.push_back(id);
	return ids;
}

std::vector<model::PointGroup> GroupCollector::best_groups() const
{
	std::vector<model::PointGroup> groups;
	for (const Group *group : best()) {
		model::PointGroup &taken = groups.emplace_back();
		taken.id = group->first;
		taken.hits = group->second;
		if (taken.hits.size() > group_size_)
			taken.hits.resize(group_size_);
	}
	return groups;
}

} /* namespace vecext::collection */
