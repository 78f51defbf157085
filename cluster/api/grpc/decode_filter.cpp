/*
 * decode_filter.cpp: filters.
 */
#include <algorithm>
#include <ctime>

#include "api/grpc/decode.h"
#include "vecext/arena.h"
#include "vecext/filter/filter.h"
#include "vecext/filter/path.h"

namespace vecext::api::grpc {

namespace {

using filter::FilterLimits;
using google::protobuf::RepeatedPtrField;
using google::protobuf::Timestamp;

/* How far the decoding has come; refuses what the extension would refuse. */
struct Progress {
	uint32_t depth = 0, conditions = 0;
};

model::Filter decode_at(const pb::Filter &message, const Place &place, Progress &progress);

template <class Match, class List>
Match values_of(std::vector<List> Match::*place_of_list, const auto &list, const Place &place)
{
	if (static_cast<size_t>(list.size()) > FilterLimits::kListValues)
		place.malformed("more than " + std::to_string(FilterLimits::kListValues) + " values");
	Match match;
	(match.*place_of_list).assign(list.begin(), list.end());
	return match;
}

model::Match decode_match(const pb::Match &match, const Place &place)
{
	using Text = model::MatchText;
	switch (match.match_value_case()) {
	case pb::Match::kKeyword:
		return model::MatchValue{match.keyword()};
	case pb::Match::kInteger:
		return model::MatchValue{match.integer()};
	case pb::Match::kBoolean:
		return model::MatchValue{match.boolean()};
	case pb::Match::kText:
		return Text{Text::kText, match.text()};
	case pb::Match::kTextAny:
		return Text{Text::kTextAny, match.text_any()};
	case pb::Match::kPhrase:
		return Text{Text::kPhrase, match.phrase()};
	case pb::Match::kPrefix:
		return Text{Text::kPrefix, match.prefix()};
	case pb::Match::kKeywords:
		return values_of(&model::MatchAny::strings, match.keywords().strings(), place);
	case pb::Match::kIntegers:
		return values_of(&model::MatchAny::integers, match.integers().integers(), place);
	case pb::Match::kExceptKeywords:
		return values_of(&model::MatchExcept::strings, match.except_keywords().strings(), place);
	case pb::Match::kExceptIntegers:
		return values_of(&model::MatchExcept::integers, match.except_integers().integers(), place);
	case pb::Match::MATCH_VALUE_NOT_SET:
		break;
	}
	place.malformed("missing match value");
}

/* The bounds that are set, each as `decode` makes it. */
template <class T, class Range, class Decode> model::Bounds<T> decode_bounds(const Range &range, Decode decode)
{
	model::Bounds<T> bounds;
	if (range.has_gt())
		bounds.gt = decode(range.gt());
	if (range.has_gte())
		bounds.gte = decode(range.gte());
	if (range.has_lt())
		bounds.lt = decode(range.lt());
	if (range.has_lte())
		bounds.lte = decode(range.lte());
	return bounds;
}

template <class T> T as_it_is(T value)
{
	return value;
}

std::vector<model::GeoPoint> decode_ring(const pb::GeoLineString &line, const Place &place)
{
	std::vector<model::GeoPoint> ring;
	for (const pb::GeoPoint &point : line.points())
		ring.push_back(decode_geo_point(point, place.in("points").at(ring.size())));
	if (ring.size() > FilterLimits::kRingPoints)
		place.malformed("more than " + std::to_string(FilterLimits::kRingPoints) + " points in a ring");
	if (ring.size() < 4)
		place.violation("polygon invalid, the size must be at least 4, got " + std::to_string(ring.size()));
	else if (ring.front().lon != ring.back().lon || ring.front().lat != ring.back().lat)
		place.violation("polygon invalid, the first and the last points should be the same to form a closed line");
	return ring;
}

model::GeoPolygon decode_polygon(const pb::GeoPolygon &message, const Place &place)
{
	model::GeoPolygon polygon;
	polygon.exterior = decode_ring(message.exterior(), place.in("exterior"));
	for (const pb::GeoLineString &ring : message.interiors())
		polygon.interiors.push_back(decode_ring(ring, place.in("interiors").at(polygon.interiors.size())));
	return polygon;
}

bool has_test(const model::FieldCondition &field)
{
	return field.match || field.range || field.geo_bounding_box || field.geo_radius || field.geo_polygon ||
		   field.values_count || field.is_empty || field.is_null;
}

void decode_range(const pb::FieldCondition &message, const Place &place, model::FieldCondition &field)
{
	if (message.has_range())
		field.range = decode_bounds<double>(message.range(), as_it_is<double>);
	else if (message.has_datetime_range())
		field.range = decode_bounds<std::string>(message.datetime_range(), [&](const Timestamp &time) {
			return decode_timestamp(time, place.in("datetime_range"));
		});
	if (message.has_values_count())
		field.values_count = decode_bounds<uint64_t>(message.values_count(), as_it_is<uint64_t>);
}

void decode_shape(const pb::FieldCondition &message, const Place &place, model::FieldCondition &field)
{
	if (message.has_geo_bounding_box()) {
		const pb::GeoBoundingBox &box = message.geo_bounding_box();
		const Place here = place.in("geo_bounding_box");
		field.geo_bounding_box = {decode_geo_point(box.top_left(), here.in("top_left")),
								  decode_geo_point(box.bottom_right(), here.in("bottom_right"))};
	}
	if (message.has_geo_radius())
		field.geo_radius = {decode_geo_point(message.geo_radius().center(), place.in("geo_radius").in("center")),
							message.geo_radius().radius()};
	if (message.has_geo_polygon())
		field.geo_polygon = decode_polygon(message.geo_polygon(), place.in("geo_polygon"));
}

model::FieldCondition decode_field(const pb::FieldCondition &message, const Place &place)
{
	model::FieldCondition field;
	field.key = checked_path(message.key(), place.in("key"));
	if (message.has_match())
		field.match = decode_match(message.match(), place.in("match"));
	decode_range(message, place, field);
	decode_shape(message, place, field);
	if (message.has_is_empty())
		field.is_empty = message.is_empty();
	if (message.has_is_null())
		field.is_null = message.is_null();
	if (!has_test(field))
		place.violation("At least one field condition must be specified");
	return field;
}

model::SliceCondition decode_slice(const pb::SliceCondition &slice, const Place &place)
{
	if (slice.total() == 0)
		place.malformed("invalid value: integer `0`, expected a nonzero `total`");
	if (slice.index() >= slice.total())
		place.in("index").violation("value " + std::to_string(slice.index()) + " invalid, must be less than `total`");
	return {slice.total(), slice.index()};
}

model::NestedCondition decode_nested(const pb::NestedCondition &message, const Place &place, Progress &progress)
{
	model::NestedCondition nested;
	nested.key = checked_path(message.key(), place.in("key"));
	if (nested.key.size() > 2 && nested.key.ends_with("[]"))
		nested.key.resize(nested.key.size() - 2);
	nested.filter = std::make_shared<model::Filter>(decode_at(message.filter(), place.in("filter"), progress));
	return nested;
}

model::Condition decode_one(const pb::Condition &condition, const Place &place, Progress &progress)
{
	if (++progress.conditions > FilterLimits::kConditions)
		place.malformed("more than " + std::to_string(FilterLimits::kConditions) + " conditions in a filter");
	switch (condition.condition_one_of_case()) {
	case pb::Condition::kField:
		return decode_field(condition.field(), place.in("field"));
	case pb::Condition::kIsEmpty:
		return model::IsEmptyCondition{checked_path(condition.is_empty().key(), place.in("is_empty").in("key"))};
	case pb::Condition::kIsNull:
		return model::IsNullCondition{checked_path(condition.is_null().key(), place.in("is_null").in("key"))};
	case pb::Condition::kHasId:
		return model::HasIdCondition{decode_point_ids(condition.has_id().has_id(), place.in("has_id"))};
	case pb::Condition::kHasVector:
		return model::HasVectorCondition{condition.has_vector().has_vector()};
	case pb::Condition::kNested:
		return decode_nested(condition.nested(), place.in("nested"), progress);
	case pb::Condition::kSlice:
		return decode_slice(condition.slice(), place.in("slice"));
	case pb::Condition::kFilter:
		return std::make_shared<const model::Filter>(decode_at(condition.filter(), place.in("filter"), progress));
	case pb::Condition::CONDITION_ONE_OF_NOT_SET:
		break;
	}
	place.malformed("empty condition");
}

std::vector<model::Condition> decode_conditions(const RepeatedPtrField<pb::Condition> &list, const Place &place,
												Progress &progress)
{
	std::vector<model::Condition> conditions;
	for (const pb::Condition &condition : list)
		conditions.push_back(decode_one(condition, place.at(conditions.size()), progress));
	return conditions;
}

model::Filter decode_at(const pb::Filter &message, const Place &place, Progress &progress)
{
	if (++progress.depth > FilterLimits::kDepth)
		place.malformed("more than " + std::to_string(FilterLimits::kDepth) + " filters within each other");
	model::Filter filter;
	filter.must = decode_conditions(message.must(), place.in("must"), progress);
	filter.should = decode_conditions(message.should(), place.in("should"), progress);
	filter.must_not = decode_conditions(message.must_not(), place.in("must_not"), progress);
	if (message.has_min_should()) {
		const Place here = place.in("min_should");
		filter.min_should.emplace();
		filter.min_should->conditions =
			decode_conditions(message.min_should().conditions(), here.in("conditions"), progress);
		filter.min_should->min_count = here.in("min_count").at_least(uint64_t(message.min_should().min_count()), 1);
	}
	progress.depth--;
	return filter;
}

} /* namespace */

const std::string &checked_path(const std::string &path, const Place &place)
{
	MallocArena memory;
	const auto parsed = filter::parse_path(path, memory.arena());
	if (!parsed.is_ok())
		place.malformed("`" + path + "` is not a path: " + parsed.status().message());
	return path;
}

model::GeoPoint decode_geo_point(const pb::GeoPoint &point, const Place &place)
{
	return {place.in("lon").between(point.lon(), -180.0, 180.0), place.in("lat").between(point.lat(), -90.0, 90.0)};
}

/* Whole microseconds, as the core reads them. */
std::string decode_timestamp(const Timestamp &time, const Place &place)
{
	constexpr int64_t first = -62135596800, last = 253402300799; /* the years 1 to 9999 */
	if (time.seconds() < first || time.seconds() > last || time.nanos() < 0 || time.nanos() > 999'999'999) {
		place.violation("timestamp is out of range");
		return "1970-01-01T00:00:00Z";
	}
	const time_t seconds = time.seconds();
	tm parts{};
	gmtime_r(&seconds, &parts);
	char text[48];
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900, parts.tm_mon + 1,
			 parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, time.nanos() / 1000);
	return text;
}

model::Filter decode_filter(const pb::Filter &filter, const Place &place)
{
	Progress progress;
	return decode_at(filter, place, progress);
}

model::Condition decode_condition(const pb::Condition &condition, const Place &place)
{
	Progress progress;
	return decode_one(condition, place, progress);
}

} /* namespace vecext::api::grpc */
