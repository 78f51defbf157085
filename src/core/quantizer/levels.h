/*
 * levels.h: codes of unsigned integers u_i, and sums of them with a query's.
 *
 * Scalar, binary and RaBitQ codes differ in what u_i means, but all are scored by
 * S = sum of u_i Q_i, Q_i being the query's coordinates as integers. S is exact,
 * so instruction sets agree. Q_i has 8 bits where the codes are so coarse that
 * this adds nothing to the error, else 14 and a sign, of which AVX-512 uses the
 * two bytes apart.
 *
 * Layout of a code of `bits` bits, for each block of 64 dimensions 8 * bits
 * bytes:
 *   8 bits      one byte per dimension
 *   4 to 7      32 bytes, byte j holding the lowest four bits of dimension j in
 *               its low half, of dimension j + 32 in its high half; then one
 *               64-bit word (little-endian) for each further bit, lowest first,
 *               bit i of it being that of dimension i
 *   1 to 3      one such word for each bit
 * Dimensions beyond the last have u = 0, and Q = 0.
 */
#pragma once

#include "core/quantizer/level_kernels.h"
#include "vecext/arena.h"

namespace vecext {

inline constexpr int kWidestNarrowBits = 6;

enum class QueryWidth : uint8_t { kNarrow, kWide };

constexpr size_t level_code_bytes(uint32_t blocks, int bits)
{
	return size_t{blocks} * 8 * bits;
}
constexpr uint32_t level_blocks(size_t count)
{
	return static_cast<uint32_t>((count + 63) / 64);
}

/* Writes levels[64 * blocks], each below 2^bits, as a code. */
void pack_levels(const uint8_t *levels, uint32_t blocks, int bits, uint8_t *code) noexcept;

void init_levels(QueryLevels &query, Arena arena, uint32_t blocks, QueryWidth width);

/* The integers of values[n] in units of the largest / top; top is at most 127
 * for narrow queries, else 8191. A query without magnitude, or with one beyond
 * float's squares, has step 0 and integers 0. Values are finite. */
void prepare_levels(QueryLevels &query, const float *values, size_t n, int top) noexcept;
inline constexpr int kNarrowTop = 127;
inline constexpr int kWideTop = 8191;

/* The sums for up to kSumsAtOnce codes. */
inline constexpr uint32_t kSumsAtOnce = 64;

/* Calls take(i, S of code i) for each code. */
template <class Take>
void sum_codes(const LevelKernels &kernels, const QueryLevels &query, int bits, const uint8_t *codes, size_t stride,
			   uint32_t count, Take take) noexcept
{
	const auto sums_of = query.wide != nullptr ? kernels.wide[bits] : kernels.narrow[bits];
	int64_t sums[kSumsAtOnce];
	for (uint32_t start = 0; start < count; start += kSumsAtOnce) {
		const uint32_t n = count - start < kSumsAtOnce ? count - start : kSumsAtOnce;
		sums_of(query, codes + start * stride, stride, n, sums);
		for (uint32_t i = 0; i < n; i++)
			take(start + i, sums[i]);
	}
}

} /* namespace vecext */
