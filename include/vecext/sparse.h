/*
 * sparse.h: distances between sparse vectors.
 *
 * A sparse vector is two arrays of the same length: the indices of its non-zero
 * elements, strictly ascending, and their values. Elements that neither vector
 * names are zero on both sides and add nothing, so the dimension is not needed.
 *
 * Conventions
 *   - Lengths count non-zero elements and may be 0; the pointers may then be
 *     null. Pointers need the alignment of their element type only.
 *   - Accumulators are float and terms are added in ascending order of index,
 *     so equal input gives equal bits on every machine: there is one
 *     implementation, not one per instruction set.
 *   - NaN and infinities behave as IEEE 754 says. An infinite value against an
 *     absent one is no product: the inner product skips it.
 *   - Indices out of order give a wrong number, never an access outside the
 *     arrays; validate on input.
 *   - All functions are pure and thread-safe, and take O(na + nb).
 *
 * The squared norm is norm_squared_f32 of the values (kernels.h).
 */
#pragma once

#include <cstddef>
#include <cstdint>

namespace vecext {

/* Sum over the union of both index sets of (a[i] - b[i])^2. */
float sparse_l2_squared(const int32_t *ia, const float *va, size_t na, const int32_t *ib, const float *vb,
						size_t nb) noexcept;

/* Sum over the intersection of both index sets of a[i] * b[i]. */
float sparse_inner_product(const int32_t *ia, const float *va, size_t na, const int32_t *ib, const float *vb,
						   size_t nb) noexcept;

/* Sum over the union of both index sets of |a[i] - b[i]|. */
float sparse_l1(const int32_t *ia, const float *va, size_t na, const int32_t *ib, const float *vb, size_t nb) noexcept;

} /* namespace vecext */
