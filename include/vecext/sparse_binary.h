/*
 * sparse_binary.h: the binary representation of a sparse vector, as clients
 * send and receive it. All numbers are big-endian.
 *
 *     0   int32   dimensions
 *     4   int32   count
 *     8   int32   unused, 0
 *    12   int32   indices[count]    from 0, ascending
 *         float32 values[count]     IEEE 754, finite, not zero
 *
 * The header is read first; it says how many bytes of elements must follow,
 * which the caller makes sure of. Reading takes O(count).
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/sparse_limits.h"

namespace vecext {

inline constexpr size_t kSparseBinaryHeaderBytes = 12;
inline constexpr size_t kSparseBinaryElementBytes = 8;

struct SparseBinaryHeader {
	int32_t dimensions; /* within the limits */
	int32_t count;      /* within the limits */
};

/* Reads kSparseBinaryHeaderBytes from `bytes`. */
Result<SparseBinaryHeader> parse_sparse_binary_header(const uint8_t *bytes) noexcept;

/* Reads count * kSparseBinaryElementBytes from `bytes` into `indices` and
 * `values`, each with room for `count`. `bytes` needs no alignment. */
Status parse_sparse_binary_elements(const uint8_t *bytes, const SparseBinaryHeader &header, int32_t *indices,
									float *values) noexcept;

} /* namespace vecext */
