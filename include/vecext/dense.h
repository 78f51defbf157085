/*
 * dense.h: what every dense vector must satisfy, and the errors when one does not.
 *
 * The dense types are `vector` (float32) and `halfvec` (binary16 bit patterns in
 * uint16_t, as in kernels.h). Both have 1 to 16,000 dimensions and finite
 * elements. Parsers, binary messages, casts and aggregates all check with these
 * functions, so that each error has one text.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/status.h"

namespace vecext {

inline constexpr int kMaxDenseDimensions = 16'000;

/* The name that messages give a dense type. */
inline constexpr char kVectorTypeName[] = "vector";
inline constexpr char kHalfvecTypeName[] = "halfvec";

/* 22000 below 1, 54000 above kMaxDenseDimensions. */
Status check_dense_dimensions(const char *type_name, int64_t dimensions) noexcept;

/* 22000 when an element is NaN or infinite; reports the first. */
Status check_finite(const char *type_name, const float *elements, size_t n) noexcept;
Status check_finite(const char *type_name, const uint16_t *elements, size_t n) noexcept;

/* Classification of binary16 bit patterns. */
constexpr bool is_half_nan(uint16_t half) noexcept
{
	return (half & 0x7fff) > 0x7c00;
}

constexpr bool is_half_infinite(uint16_t half) noexcept
{
	return (half & 0x7fff) == 0x7c00;
}

/* An integer that orders halves as their values do; both zeros give 0. Not for NaN. */
constexpr int32_t half_order(uint16_t half) noexcept
{
	const int32_t magnitude = half & 0x7fff;
	return (half & 0x8000) ? -magnitude : magnitude;
}

} /* namespace vecext */
