/*
 * geo.h: points and regions on the earth, in degrees.
 *
 * Borders never belong to a region. Distances are great-circle distances on a
 * sphere with the mean earth radius (haversine).
 */
#pragma once

#include <cstdint>

namespace vecext::filter {

struct GeoPoint {
	double lon; /* -180 to 180 */
	double lat; /* -90 to 90 */
};

/* left > right crosses the date line. */
struct GeoBox {
	double left, top, right, bottom;
};

struct GeoCircle {
	GeoPoint centre;
	double radius; /* metres */
};

/* A closed ring: the last point equals the first, at least 4 points. */
struct GeoRing {
	const GeoPoint *points;
	uint32_t size;
};

struct GeoPolygon {
	GeoRing exterior;
	const GeoRing *holes;
	uint32_t n_holes;
};

inline bool is_on_earth(GeoPoint point) noexcept
{
	return point.lon >= -180 && point.lon <= 180 && point.lat >= -90 && point.lat <= 90;
}

bool contains(const GeoBox &box, GeoPoint point) noexcept;
bool contains(const GeoCircle &circle, GeoPoint point) noexcept;
/* In the plane of longitude and latitude, like Qdrant. */
bool contains(const GeoPolygon &polygon, GeoPoint point) noexcept;

double distance_metres(GeoPoint a, GeoPoint b) noexcept;

/* The least boxes around regions; a circle's crosses the date line or covers all
 * longitudes where it must. */
GeoBox bounds(const GeoCircle &circle) noexcept;
GeoBox bounds(const GeoPolygon &polygon) noexcept;

} /* namespace vecext::filter */
