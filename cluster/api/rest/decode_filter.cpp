/*
 * decode_filter.cpp: filters. Unlike elsewhere, unknown keys of a filter are
 * refused: a condition that is silently ignored changes the answer.
 */
#include <algorithm>

#include "api/rest/decode.h"
#include "model/error.h"
#include "vecext/arena.h"
#include "vecext/filter/datetime.h"
#include "vecext/filter/filter.h"
#include "vecext/filter/path.h"

namespace vecext::api::rest {

namespace {

using filter::FilterLimits;

/* How far the decoding has come; refuses what the extension would refuse. */
struct Progress {
	uint32_t depth = 0, conditions = 0;
};

model::Filter decode_at(const Node &node, Progress &progress);

std::string checked_key(const Node &node)
{
	const std::string_view path = node.text();
	check_payload_path(node, path);
	return std::string(path);
}

template <class List> void check_list_size(const Node &node, const List &list)
{
	if (list.size() > FilterLimits::kListValues)
		node.malformed("more than " + std::to_string(FilterLimits::kListValues) + " values");
}

/* Strings only, or integers only. */
template <class Match> Match decode_values(const Node &node)
{
	Match match;
	int64_t i = 0;
	for (const auto value : node.array()) {
		const Node item = node.element(value, i++);
		if (item.is_string())
			match.strings.emplace_back(item.text());
		else
			match.integers.push_back(item.integer());
	}
	if (!match.strings.empty() && !match.integers.empty())
		node.malformed("data did not match any variant of untagged enum AnyVariants");
	check_list_size(node, match.strings);
	check_list_size(node, match.integers);
	return match;
}

model::MatchValue decode_match_value(const Node &node)
{
	if (node.is_string())
		return {std::string(node.text())};
	if (node.is_bool())
		return {node.boolean()};
	if (!node.is_integer())
		node.malformed("data did not match any variant of untagged enum ValueVariants");
	return {node.integer()};
}

model::Match decode_match(const Node &node)
{
	using Text = model::MatchText;
	if (const auto value = node.field("value"))
		return decode_match_value(*value);
	if (const auto any = node.field("any"))
		return decode_values<model::MatchAny>(*any);
	if (const auto except = node.field("except"))
		return decode_values<model::MatchExcept>(*except);
	constexpr std::pair<std::string_view, Text::Kind> texts[] = {
		{"text", Text::kText}, {"text_any", Text::kTextAny}, {"phrase", Text::kPhrase}, {"prefix", Text::kPrefix}};
	for (const auto &[key, kind] : texts)
		if (const auto text = node.field(key))
			return Text{kind, std::string(text->text())};
	node.malformed("data did not match any variant of untagged enum Match");
}

constexpr std::string_view kBounds[] = {"gt", "gte", "lt", "lte"};

std::string decode_datetime(const Node &node)
{
	int64_t ignored;
	const std::string_view text = node.text();
	if (!filter::read_datetime(text, &ignored))
		node.malformed("`" + std::string(text) + "` is not a datetime");
	return std::string(text);
}

template <class T, class Decode> model::Bounds<T> decode_bounds(const Node &node, Decode decode)
{
	model::Bounds<T> bounds;
	std::optional<T> *places[] = {&bounds.gt, &bounds.gte, &bounds.lt, &bounds.lte};
	for (size_t i = 0; i < std::size(kBounds); i++)
		if (const auto bound = node.field(kBounds[i]))
			*places[i] = decode(*bound);
	return bounds;
}

std::variant<model::NumberRange, model::DatetimeRange> decode_range(const Node &node)
{
	const bool dates = std::any_of(std::begin(kBounds), std::end(kBounds), [&](std::string_view key) {
		const auto bound = node.field(key);
		return bound && bound->is_string();
	});
	if (dates)
		return decode_bounds<std::string>(node, decode_datetime);
	return decode_bounds<double>(node, [](const Node &bound) { return bound.number(); });
}

std::vector<model::GeoPoint> decode_ring(const Node &node)
{
	std::vector<model::GeoPoint> ring;
	const Node points = node.required("points");
	for (const auto value : points.array())
		ring.push_back(decode_geo_point(points.element(value, static_cast<int64_t>(ring.size()))));
	if (ring.size() > FilterLimits::kRingPoints)
		node.malformed("more than " + std::to_string(FilterLimits::kRingPoints) + " points in a ring");
	if (ring.size() < 4)
		node.violation("polygon invalid, the size must be at least 4, got " + std::to_string(ring.size()));
	else if (ring.front().lon != ring.back().lon || ring.front().lat != ring.back().lat)
		node.violation("polygon invalid, the first and the last points should be the same to form a closed line");
	return ring;
}

model::GeoPolygon decode_polygon(const Node &node)
{
	model::GeoPolygon polygon;
	polygon.exterior = decode_ring(node.required("exterior"));
	if (const auto interiors = node.field("interiors"))
		for (const auto value : interiors->array())
			polygon.interiors.push_back(
				decode_ring(interiors->element(value, static_cast<int64_t>(polygon.interiors.size()))));
	return polygon;
}

bool has_test(const model::FieldCondition &field)
{
	return field.match || field.range || field.geo_bounding_box || field.geo_radius || field.geo_polygon ||
		   field.values_count || field.is_empty || field.is_null;
}

model::FieldCondition decode_field_condition(const Node &node)
{
	model::FieldCondition field;
	field.key = checked_key(node.required("key"));
	if (const auto match = node.field("match"))
		field.match = decode_match(*match);
	if (const auto range = node.field("range"))
		field.range = decode_range(*range);
	if (const auto box = node.field("geo_bounding_box"))
		field.geo_bounding_box = {decode_geo_point(box->required("top_left")),
								  decode_geo_point(box->required("bottom_right"))};
	if (const auto circle = node.field("geo_radius"))
		field.geo_radius = {decode_geo_point(circle->required("center")), circle->required("radius").number()};
	if (const auto polygon = node.field("geo_polygon"))
		field.geo_polygon = decode_polygon(*polygon);
	if (const auto count = node.field("values_count"))
		field.values_count =
			decode_bounds<uint64_t>(*count, [](const Node &bound) { return bound.unsigned_integer(); });
	field.is_empty = optional_bool(node, "is_empty");
	field.is_null = optional_bool(node, "is_null");
	if (!has_test(field))
		node.violation("At least one field condition must be specified");
	return field;
}

model::SliceCondition decode_slice(const Node &node)
{
	const model::SliceCondition slice = {node.required("total").unsigned_integer(),
										 node.required("index").unsigned_integer()};
	if (slice.total == 0)
		node.malformed("invalid value: integer `0`, expected a nonzero `total`");
	if (slice.index >= slice.total)
		node.body().violation(node.path() + ".index",
							  "value " + std::to_string(slice.index) + " invalid, must be less than `total`");
	return slice;
}

model::NestedCondition decode_nested(const Node &node, Progress &progress)
{
	model::NestedCondition nested;
	nested.key = checked_key(node.required("key"));
	if (nested.key.size() > 2 && nested.key.ends_with("[]"))
		nested.key.resize(nested.key.size() - 2);
	nested.filter = std::make_shared<model::Filter>(decode_at(node.required("filter"), progress));
	return nested;
}

model::Condition decode_condition(const Node &node, Progress &progress)
{
	if (++progress.conditions > FilterLimits::kConditions)
		node.malformed("more than " + std::to_string(FilterLimits::kConditions) + " conditions in a filter");
	if (node.has("key"))
		return decode_field_condition(node);
	if (const auto empty = node.field("is_empty"))
		return model::IsEmptyCondition{checked_key(empty->required("key"))};
	if (const auto null = node.field("is_null"))
		return model::IsNullCondition{checked_key(null->required("key"))};
	if (const auto ids = node.field("has_id"))
		return model::HasIdCondition{decode_point_ids(*ids)};
	if (const auto vector = node.field("has_vector"))
		return model::HasVectorCondition{std::string(vector->text())};
	if (const auto slice = node.field("slice"))
		return decode_slice(*slice);
	if (const auto nested = node.field("nested"))
		return decode_nested(*nested, progress);
	return std::make_shared<const model::Filter>(decode_at(node, progress));
}

std::vector<model::Condition> decode_conditions(const Node &node, Progress &progress)
{
	std::vector<model::Condition> conditions;
	if (node.is_object()) {
		conditions.push_back(decode_condition(node, progress));
		return conditions;
	}
	for (const auto value : node.array()) {
		const Node item = node.element(value, static_cast<int64_t>(conditions.size()));
		conditions.push_back(decode_condition(item, progress));
	}
	return conditions;
}

void refuse_unknown_keys(const Node &node)
{
	for (const auto &[key, value] : node.object())
		if (key != "must" && key != "should" && key != "must_not" && key != "min_should")
			node.malformed("unknown field `" + std::string(key) +
						   "`, expected one of `should`, `min_should`, `must`, `must_not`");
}

model::Filter decode_at(const Node &node, Progress &progress)
{
	if (++progress.depth > FilterLimits::kDepth)
		node.malformed("more than " + std::to_string(FilterLimits::kDepth) + " filters within each other");
	refuse_unknown_keys(node);
	model::Filter filter;
	if (const auto must = node.field("must"))
		filter.must = decode_conditions(*must, progress);
	if (const auto should = node.field("should"))
		filter.should = decode_conditions(*should, progress);
	if (const auto must_not = node.field("must_not"))
		filter.must_not = decode_conditions(*must_not, progress);
	if (const auto least = node.field("min_should")) {
		filter.min_should.emplace();
		filter.min_should->conditions = decode_conditions(least->required("conditions"), progress);
		filter.min_should->min_count = least->required("min_count").at_least(1);
	}
	progress.depth--;
	return filter;
}

} /* namespace */

void check_payload_path(const Node &node, std::string_view path)
{
	MallocArena memory;
	const auto parsed = filter::parse_path(path, memory.arena());
	if (!parsed.is_ok())
		node.malformed("`" + std::string(path) + "` is not a path: " + parsed.status().message());
}

model::GeoPoint decode_geo_point(const Node &node)
{
	return {node.required("lon").number_between(-180, 180), node.required("lat").number_between(-90, 90)};
}

model::Filter decode_filter(const Node &node)
{
	Progress progress;
	return decode_at(node, progress);
}

model::Condition decode_condition(const Node &node)
{
	Progress progress;
	return decode_condition(node, progress);
}

std::optional<model::Filter> optional_filter(const Node &object, std::string_view name)
{
	const auto field = object.field(name);
	return field ? std::optional(decode_filter(*field)) : std::nullopt;
}

} /* namespace vecext::api::rest */
