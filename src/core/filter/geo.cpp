/*
 * geo.cpp: see geo.h. Points in polygons by counting crossings of a ray towards
 * rising longitude.
 */
#include "vecext/filter/geo.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vecext::filter {

namespace {

constexpr double kEarthRadius = 6371008.8; /* mean radius, IUGG */
constexpr double kDegree = std::numbers::pi / 180;

enum class Side { kInside, kOutside, kBorder };

bool on_segment(GeoPoint a, GeoPoint b, GeoPoint p)
{
	if (p.lon < std::min(a.lon, b.lon) || p.lon > std::max(a.lon, b.lon) || p.lat < std::min(a.lat, b.lat) ||
		p.lat > std::max(a.lat, b.lat))
		return false;
	return (b.lon - a.lon) * (p.lat - a.lat) == (b.lat - a.lat) * (p.lon - a.lon);
}

Side side_of(const GeoRing &ring, GeoPoint p)
{
	bool inside = false;
	for (uint32_t i = 1; i < ring.size; i++) {
		const GeoPoint a = ring.points[i - 1], b = ring.points[i];
		if (on_segment(a, b, p))
			return Side::kBorder;
		const bool straddles = (a.lat > p.lat) != (b.lat > p.lat);
		if (straddles && p.lon < a.lon + (p.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon))
			inside = !inside;
	}
	return inside ? Side::kInside : Side::kOutside;
}

/* Widens a bound beyond what rounding may have cost. */
constexpr double kSlack = 1e-9;

double wrap(double lon)
{
	return lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
}

} /* namespace */

bool contains(const GeoBox &box, GeoPoint p) noexcept
{
	const bool east = box.left < p.lon, west = p.lon < box.right;
	return (box.left > box.right ? east || west : east && west) && box.bottom < p.lat && p.lat < box.top;
}

bool contains(const GeoCircle &circle, GeoPoint point) noexcept
{
	return distance_metres(circle.centre, point) < circle.radius;
}

bool contains(const GeoPolygon &polygon, GeoPoint point) noexcept
{
	if (side_of(polygon.exterior, point) != Side::kInside)
		return false;
	return std::all_of(polygon.holes, polygon.holes + polygon.n_holes,
					   [&](const GeoRing &hole) { return side_of(hole, point) == Side::kOutside; });
}

double distance_metres(GeoPoint a, GeoPoint b) noexcept
{
	const double lat = std::sin((b.lat - a.lat) * kDegree / 2), lon = std::sin((b.lon - a.lon) * kDegree / 2);
	const double h = lat * lat + std::cos(a.lat * kDegree) * std::cos(b.lat * kDegree) * lon * lon;
	return 2 * kEarthRadius * std::asin(std::min(1.0, std::sqrt(h)));
}

/* Bounding coordinates of a circle: J. P. Matuschek, "Finding Points Within a
 * Distance of a Latitude/Longitude Using Bounding Coordinates". */
GeoBox bounds(const GeoCircle &circle) noexcept
{
	const double angle = circle.radius / kEarthRadius / kDegree + kSlack;
	GeoBox box = {-181, circle.centre.lat + angle, 181, circle.centre.lat - angle};
	if (box.top >= 90 || box.bottom <= -90)
		return box;
	const double ratio = std::sin(angle * kDegree) / std::cos(circle.centre.lat * kDegree);
	if (!(ratio < 1))
		return box;
	const double width = std::asin(ratio) / kDegree + kSlack;
	if (width >= 180)
		return box;
	box.left = wrap(circle.centre.lon - width);
	box.right = wrap(circle.centre.lon + width);
	return box;
}

GeoBox bounds(const GeoPolygon &polygon) noexcept
{
	GeoBox box = {181, -91, -181, 91};
	for (uint32_t i = 0; i < polygon.exterior.size; i++) {
		const GeoPoint p = polygon.exterior.points[i];
		box = {std::min(box.left, p.lon), std::max(box.top, p.lat), std::max(box.right, p.lon),
			   std::min(box.bottom, p.lat)};
	}
	return box;
}

} /* namespace vecext::filter */
