/*
 * group_collector.h: hits of a query dealt into groups by the values of a payload
 * field.
 *
 * Groups are of strings and integers; a point whose field has several values is in
 * several groups, one without such a value in none. Hits may come in several
 * helpings, each in the order of the query; of a point that comes twice the first
 * mention stands.
 */
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "model/query.h"
#include "vecext/arena.h"
#include "vecext/filter/path.h"

namespace vecext::collection {

/* Whether one hit comes before another. */
using HitOrder = std::function<bool(const model::ScoredPoint &, const model::ScoredPoint &)>;

class GroupCollector {
public:
	/* The path is one by the grammar of paths. */
	GroupCollector(const std::string &group_by, uint64_t groups, uint64_t group_size, HitOrder before);

	/* The hits have the payload that includes the field; they are kept without it. */
	void add(std::vector<model::ScoredPoint> hits);

	bool has_enough_groups() const { return groups_.size() >= wanted_groups_; }
	std::vector<model::GroupId> full_groups() const;
	std::vector<model::GroupId> unfilled_best_groups() const;
	bool has_hits_without_group() const { return has_hits_without_group_; }

	/* How many hits would fill these groups, none of which is full. */
	uint64_t missing_in(const std::vector<model::GroupId> &groups) const;

	/* The hits in these groups. */
	std::vector<model::PointId> ids_in(const std::vector<model::GroupId> &groups) const;

	/* The hits but those in one group alone that is full. */
	std::vector<model::PointId> ids_beside_full_groups() const;

	/* The best groups, by their best hits. */
	std::vector<model::PointGroup> best_groups() const;

private:
	using Hits = std::vector<model::ScoredPoint>;
	using Group = std::pair<const model::GroupId, Hits>;

	std::vector<model::GroupId> groups_of(const model::ScoredPoint &hit) const;
	std::vector<const Group *> best() const;

	MallocArena memory_;
	std::string group_by_; /* the path's keys point into it */
	filter::PayloadPath path_;
	uint64_t wanted_groups_, group_size_;
	HitOrder before_;
	std::map<model::GroupId, Hits> groups_; /* hits in order */
	std::map<model::PointId, std::vector<model::GroupId>> groups_of_hits_;
	bool has_hits_without_group_ = false;
};

} /* namespace vecext::collection */
