/*
 * sparse_limits.h: what every sparse vector must satisfy, and the errors when
 * one does not.
 *
 * A sparse vector has 1 to 1,000,000,000 dimensions and at most 16,000 elements.
 * Elements are sorted by index, no index occurs twice, and no value is zero, NaN
 * or infinite. Indices count from 0 here; the text representation counts from 1.
 * The parsers of text (sparse_text.h) and binary messages (sparse_binary.h) and
 * the conversions from dense vectors all check with these functions, so that
 * each error has one text.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/status.h"

namespace vecext {

inline constexpr int32_t kMaxSparseDimensions = 1'000'000'000;
inline constexpr int32_t kMaxSparseElements = 16'000;

/* The name that messages give the type. */
inline constexpr char kSparseTypeName[] = "sparsevec";

/* 22000 below 1, 54000 above kMaxSparseDimensions. */
Status check_sparse_dimensions(int64_t dimensions) noexcept;

/* 22000 when negative, 54000 above kMaxSparseElements or above `dimensions`. */
Status check_sparse_element_count(int64_t count, int32_t dimensions) noexcept;

/* 22000 unless each of `indices` lies in [0, dimensions) and after the one
 * before it. Reports the first index that does not. */
Status check_sparse_indices(const int32_t *indices, size_t count, int32_t dimensions) noexcept;

/* 22000 for NaN and infinities. Zero passes: whether it is dropped or refused
 * is the caller's rule. */
Status check_sparse_value(float value) noexcept;
Status check_sparse_values(const float *values, size_t count) noexcept;

} /* namespace vecext */
