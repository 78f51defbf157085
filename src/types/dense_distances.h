/*
 * dense_distances.h: distances between vectors of one type.
 *
 * They come from the kernels, so that an index and SQL agree bit for bit, are
 * summed in float, and are returned as double. Sums may overflow to infinity.
 */
#pragma once

#include <cmath>
#include <numbers>

#include "types/dense.h"

namespace vecext::types {

inline float l2_squared(const Vector *a, const Vector *b)
{
	return kernels().l2_squared_f32(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float l2_squared(const HalfVector *a, const HalfVector *b)
{
	return kernels().l2_squared_f16(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float inner_product(const Vector *a, const Vector *b)
{
	return kernels().inner_product_f32(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float inner_product(const HalfVector *a, const HalfVector *b)
{
	return kernels().inner_product_f16(a->x, b->x, static_cast<size_t>(a->dim));
}

inline CosineTerms cosine_terms(const Vector *a, const Vector *b)
{
	return kernels().cosine_f32(a->x, b->x, static_cast<size_t>(a->dim));
}

inline CosineTerms cosine_terms(const HalfVector *a, const HalfVector *b)
{
	return kernels().cosine_f16(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float l1(const Vector *a, const Vector *b)
{
	return kernels().l1_f32(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float l1(const HalfVector *a, const HalfVector *b)
{
	return kernels().l1_f16(a->x, b->x, static_cast<size_t>(a->dim));
}

/* Rounding may carry a similarity slightly out of [-1, 1]; NaN stays. */
inline double clamp_similarity(double similarity)
{
	return similarity > 1 ? 1 : similarity < -1 ? -1 : similarity;
}

/* Calls distance(a, b) on two arguments of the same dimensions. */
template <class Element, class Distance> Datum dense_distance(FunctionCallInfo fcinfo, Distance distance)
{
	const auto *a = dense_argument<Element>(fcinfo, 0);
	const auto *b = dense_argument<Element>(fcinfo, 1);
	check_same_dimensions(a, b);
	PG_RETURN_FLOAT8(distance(a, b));
}

template <class Element> Datum dense_l2_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo,
								   [](auto *a, auto *b) { return std::sqrt(static_cast<double>(l2_squared(a, b))); });
}

template <class Element> Datum dense_l2_squared_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) { return static_cast<double>(l2_squared(a, b)); });
}

template <class Element> Datum dense_inner_product(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) { return static_cast<double>(inner_product(a, b)); });
}

template <class Element> Datum dense_negative_inner_product(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) { return -static_cast<double>(inner_product(a, b)); });
}

/* 1 - cos(a, b); NaN when a norm is zero. */
template <class Element> Datum dense_cosine_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) {
		const CosineTerms terms = cosine_terms(a, b);
		/* One root of the product: two roots would round twice. */
		const double norms = std::sqrt(static_cast<double>(terms.norm_a) * static_cast<double>(terms.norm_b));
		return 1 - clamp_similarity(static_cast<double>(terms.dot) / norms);
	});
}

/* The angle between two unit vectors as a fraction of pi. */
template <class Element> Datum dense_spherical_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) {
		return std::acos(clamp_similarity(static_cast<double>(inner_product(a, b)))) / std::numbers::pi;
	});
}

template <class Element> Datum dense_l1_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) { return static_cast<double>(l1(a, b)); });
}

} /* namespace vecext::types */
