/*
 * filter_indexes.cpp: see filter_indexes.h.
 */
#include "collection/filter_indexes.h"

#include <algorithm>

namespace vecext::collection {

using model::PayloadFieldType;

namespace {

WantedIndex wanted_by(const model::MatchValue &match)
{
	if (std::holds_alternative<std::string>(match.value))
		return {{PayloadFieldType::kKeyword, PayloadFieldType::kUuid}, "keyword, uuid"};
	if (std::holds_alternative<bool>(match.value))
		return {{PayloadFieldType::kBool}, "bool"};
	return {{PayloadFieldType::kInteger}, "integer"};
}

WantedIndex wanted_by(const model::MatchText &match)
{
	if (match.kind == model::MatchText::kPrefix)
		return {{PayloadFieldType::kKeyword}, "keyword"};
	return {{PayloadFieldType::kText}, "text"};
}

/* MatchAny and MatchExcept. */
template <class List> WantedIndex wanted_by(const List &match)
{
	if (!match.integers.empty())
		return {{PayloadFieldType::kInteger}, "integer"};
	return {{PayloadFieldType::kKeyword, PayloadFieldType::kUuid}, "keyword, uuid"};
}

class Collector {
public:
	Collector(const shard::ShardSchema &schema, UnindexedTypes *fields) : schema_(schema), fields_(fields) {}

	void collect(const model::Filter &filter, const std::string &prefix)
	{
		for (const auto *list : {&filter.must, &filter.should, &filter.must_not})
			collect(*list, prefix);
		if (filter.min_should)
			collect(filter.min_should->conditions, prefix);
	}

private:
	void collect(const std::vector<model::Condition> &conditions, const std::string &prefix)
	{
		for (const model::Condition &condition : conditions)
			if (const auto *field = std::get_if<model::FieldCondition>(&condition))
				collect(*field, prefix);
			else if (const auto *filter = std::get_if<std::shared_ptr<const model::Filter>>(&condition))
				collect(**filter, prefix);
			else if (const auto *nested = std::get_if<model::NestedCondition>(&condition))
				collect(*nested->filter, prefix + nested->key + "[].");
	}

	void collect(const model::FieldCondition &condition, const std::string &prefix)
	{
		const std::string path = prefix + condition.key;
		for (const WantedIndex &wanted : wanted_indexes(condition)) {
			if (serves(schema_.payload_index(path), wanted))
				continue;
			std::vector<PayloadFieldType> &types = (*fields_)[path];
			for (const PayloadFieldType type : wanted.types)
				if (std::find(types.begin(), types.end(), type) == types.end())
					types.push_back(type);
		}
	}

	const shard::ShardSchema &schema_;
	UnindexedTypes *fields_;
};

} /* namespace */

std::vector<WantedIndex> wanted_indexes(const model::FieldCondition &condition)
{
	std::vector<WantedIndex> all;
	if (condition.match)
		all.push_back(std::visit([](const auto &match) { return wanted_by(match); }, *condition.match));
	if (condition.range && std::holds_alternative<model::NumberRange>(*condition.range))
		all.push_back({{PayloadFieldType::kInteger, PayloadFieldType::kFloat}, "integer, float"});
	else if (condition.range)
		all.push_back({{PayloadFieldType::kDatetime}, "datetime"});
	if (condition.geo_bounding_box || condition.geo_radius || condition.geo_polygon)
		all.push_back({{PayloadFieldType::kGeo}, "geo"});
	return all;
}

bool serves(const model::PayloadFieldSchema *index, const WantedIndex &wanted)
{
	return index && std::find(wanted.types.begin(), wanted.types.end(), index->type) != wanted.types.end();
}

void collect_unindexed(const model::Filter &filter, const shard::ShardSchema &schema, UnindexedTypes *fields)
{
	Collector(schema, fields).collect(filter, "");
}

} /* namespace vecext::collection */
