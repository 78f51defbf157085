/*
 * filter_indexes.h: which payload indexes the conditions of a filter can use.
 */
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/filter.h"
#include "shard/shard_schema.h"

namespace vecext::collection {

/* A test of a field, and the types of index that serve it. */
struct WantedIndex {
	std::vector<model::PayloadFieldType> types;
	const char *names; /* the types as error texts list them */
};

std::vector<WantedIndex> wanted_indexes(const model::FieldCondition &condition);

/* Whether the field's index (null: none) is of one of the types. */
bool serves(const model::PayloadFieldSchema *index, const WantedIndex &wanted);

/* Fields of the filter with a test that no index serves, nested ones by their whole
 * path, each with the types that would. */
using UnindexedTypes = std::map<std::string, std::vector<model::PayloadFieldType>>;
void collect_unindexed(const model::Filter &filter, const shard::ShardSchema &schema, UnindexedTypes *fields);

} /* namespace vecext::collection */
