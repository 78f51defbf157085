/*
 * filter.h: a filter as the APIs send it (behaviour: docs/filters.md).
 *
 * The codecs have checked paths, bounds and rings; shard/ renders the tree as
 * SQL. Full-text conditions mean tokens or substrings by the index of the field.
 */
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/point_id.h"

namespace vecext::model {

struct Filter;

struct MatchValue {
	std::variant<std::string, int64_t, bool> value;
};

/* Strings or integers; both empty: matches nothing (any), or all (except). */
struct MatchAny {
	std::vector<std::string> strings;
	std::vector<int64_t> integers;
};

struct MatchExcept {
	std::vector<std::string> strings;
	std::vector<int64_t> integers;
};

struct MatchText {
	enum Kind : uint8_t { kText, kTextAny, kPhrase, kPrefix };

	Kind kind = kText;
	std::string text;
};

using Match = std::variant<MatchValue, MatchAny, MatchExcept, MatchText>;

template <class T> struct Bounds {
	std::optional<T> gt, gte, lt, lte;
};

using NumberRange = Bounds<double>;
using DatetimeRange = Bounds<std::string>; /* as sent; known to parse */
using ValuesCount = Bounds<uint64_t>;

struct GeoPoint {
	double lon, lat;
};

struct GeoBoundingBox {
	GeoPoint top_left, bottom_right;
};

struct GeoRadius {
	GeoPoint center;
	double radius; /* metres */
};

struct GeoPolygon {
	std::vector<GeoPoint> exterior; /* closed, at least 4 points */
	std::vector<std::vector<GeoPoint>> interiors;
};

/* Several tests in one condition are OR-ed, except that values_count, is_empty and is_null go first. */
struct FieldCondition {
	std::string key;
	std::optional<Match> match;
	std::optional<std::variant<NumberRange, DatetimeRange>> range;
	std::optional<GeoBoundingBox> geo_bounding_box;
	std::optional<GeoRadius> geo_radius;
	std::optional<GeoPolygon> geo_polygon;
	std::optional<ValuesCount> values_count;
	std::optional<bool> is_empty, is_null;
};

struct IsEmptyCondition {
	std::string key;
};

struct IsNullCondition {
	std::string key;
};

struct HasIdCondition {
	std::vector<PointId> ids;
};

struct HasVectorCondition {
	std::string name;
};

struct NestedCondition {
	std::string key; /* without the trailing [] */
	std::shared_ptr<const Filter> filter;
};

struct SliceCondition {
	uint64_t total, index; /* index < total */
};

using Condition = std::variant<FieldCondition, IsEmptyCondition, IsNullCondition, HasIdCondition, HasVectorCondition,
							   NestedCondition, SliceCondition, std::shared_ptr<const Filter>>;

struct MinShould {
	std::vector<Condition> conditions;
	uint64_t min_count; /* at least 1 */
};

/* Empty lists mean no constraint. */
struct Filter {
	std::vector<Condition> must, should, must_not;
	std::optional<MinShould> min_should;
};

} /* namespace vecext::model */
