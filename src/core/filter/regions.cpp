/*
 * regions.cpp: compiles geo_bounding_box, geo_radius and geo_polygon.
 */
#include "core/filter/tests.h"

#include <algorithm>
#include <initializer_list>

namespace vecext::filter {

namespace {

/* The members of an object that has exactly the two keys. */
Status take_pair(const Place &place, std::string_view first, std::string_view second, const char *rule,
				 const JsonValue *values[2])
{
	values[0] = place.value().find(first);
	values[1] = place.value().find(second);
	if (!values[0] || !values[1] || place.value().size() != 2)
		return place.refuse(rule);
	return Status::ok();
}

Status read_degrees(const Place &place, double limit, const char *rule, double *degrees)
{
	*degrees = place.value().number().value;
	if (place.kind() != JsonKind::kNumber || !(*degrees >= -limit && *degrees <= limit))
		return place.refuse(rule);
	return Status::ok();
}

Status read_geo_point(const Place &place, GeoPoint *point)
{
	const JsonValue *values[2];
	Status status = take_pair(place, "lon", "lat", "A geo point is an object with lon and lat.", values);
	if (status.is_ok())
		status =
			read_degrees(place.at("lon", *values[0]), 180, "A longitude is a number from -180 to 180.", &point->lon);
	if (status.is_ok())
		status = read_degrees(place.at("lat", *values[1]), 90, "A latitude is a number from -90 to 90.", &point->lat);
	return status;
}

bool is_closed(const GeoRing &ring)
{
	const GeoPoint first = ring.points[0], last = ring.points[ring.size - 1];
	return first.lon == last.lon && first.lat == last.lat;
}

Status read_points(const Place &place, GeoPoint *points)
{
	for (uint32_t i = 0; i < place.value().size(); i++) {
		Status status = read_geo_point(place.at(i), &points[i]);
		if (!status.is_ok())
			return status;
	}
	return Status::ok();
}

/* {"points": [...]} */
Status read_ring(const Place &place, Arena arena, GeoRing *ring)
{
	const JsonValue *list = place.value().find("points");
	if (!list || place.value().size() != 1 || list->kind() != JsonKind::kArray)
		return place.refuse("A ring is an object with a list of points.");
	const Place points = place.at("points", *list);
	if (list->size() > FilterLimits::kRingPoints)
		return points.refuse("A ring has at most 65536 points.");
	if (list->size() < 4)
		return points.refuse("A ring has at least 4 points.");
	auto *read = arena.allocate<GeoPoint>(list->size());
	*ring = {read, list->size()};
	Status status = read_points(points, read);
	if (status.is_ok() && !is_closed(*ring))
		return points.refuse("A ring is closed: its last point equals its first.");
	return status;
}

Status read_holes(const Place &place, Arena arena, GeoPolygon *polygon)
{
	if (place.kind() == JsonKind::kNull)
		return Status::ok();
	if (place.kind() != JsonKind::kArray)
		return place.refuse("The interiors of a polygon are a list of rings.");
	auto *holes = arena.allocate<GeoRing>(place.value().size());
	polygon->holes = holes;
	polygon->n_holes = place.value().size();
	for (uint32_t i = 0; i < polygon->n_holes; i++) {
		Status status = read_ring(place.at(i), arena, &holes[i]);
		if (!status.is_ok())
			return status;
	}
	return Status::ok();
}

} /* namespace */

Status compile_geo_box(const Place &place, Arena arena, Test *test)
{
	const JsonValue *corners[2];
	GeoPoint top_left = {}, bottom_right = {};
	Status status =
		take_pair(place, "top_left", "bottom_right", "A box is an object with top_left and bottom_right.", corners);
	if (status.is_ok())
		status = read_geo_point(place.at("top_left", *corners[0]), &top_left);
	if (status.is_ok())
		status = read_geo_point(place.at("bottom_right", *corners[1]), &bottom_right);
	test->kind = TestKind::kGeoBox;
	test->box = new (arena.allocate<GeoBox>(1)) GeoBox{top_left.lon, top_left.lat, bottom_right.lon, bottom_right.lat};
	return status;
}

Status compile_geo_circle(const Place &place, Arena arena, Test *test)
{
	const JsonValue *parts[2];
	auto *circle = new (arena.allocate<GeoCircle>(1)) GeoCircle();
	Status status = take_pair(place, "center", "radius", "A radius is an object with center and radius.", parts);
	if (!status.is_ok())
		return status;
	status = read_geo_point(place.at("center", *parts[0]), &circle->centre);
	circle->radius = parts[1]->number().value;
	if (status.is_ok() && (parts[1]->kind() != JsonKind::kNumber || circle->radius < 0))
		return place.at("radius", *parts[1]).refuse("A radius is a number of metres and not negative.");
	test->kind = TestKind::kGeoCircle;
	test->circle = circle;
	return status;
}

Status compile_geo_polygon(const Place &place, Arena arena, Test *test)
{
	auto *polygon = new (arena.allocate<GeoPolygon>(1)) GeoPolygon();
	test->kind = TestKind::kGeoPolygon;
	test->polygon = polygon;
	const JsonValue *exterior = place.value().find("exterior");
	const JsonValue *interiors = place.value().find("interiors");
	if (!exterior || place.value().size() != (interiors ? 2u : 1u))
		return place.refuse("A polygon is an object with exterior and, perhaps, interiors.");
	Status status = read_ring(place.at("exterior", *exterior), arena, &polygon->exterior);
	if (status.is_ok() && interiors)
		status = read_holes(place.at("interiors", *interiors), arena, polygon);
	return status;
}

} /* namespace vecext::filter */
