/*
 * byte_kernels.h: distances of int8, uint8 and bit strings on x86 registers.
 *
 * All results are exact integers, so the order of additions is free. Lanes wrap
 * modulo 2^32, which the contract's limit on n keeps out of the results.
 * Signed elements become unsigned ones by flipping their top bit wherever only
 * differences matter. The set that includes this header provides before it, all
 * in its unnamed namespace:
 *     Bytes                               a register of bytes
 *     Bytes load(const T *), load_first(const T *, size_t n)   T = int8_t or uint8_t
 *     Bytes flip_sign_bits(Bytes)
 *     Bytes distances(Bytes, Bytes)       |a - b| of unsigned bytes
 *     Bytes add_squares(Bytes sum, Bytes x)          32-bit lanes, unsigned x
 *     Bytes add_distances(Bytes sum, Bytes, Bytes)   64-bit lanes, unsigned
 *     Bytes add_bits(Bytes sum, Bytes)               64-bit lanes, set bits
 *     SignedProducts, UnsignedProducts    Steps of fold() for the dot products
 *     Bytes add_32(Bytes, Bytes), add_64(Bytes, Bytes)
 *     uint32_t sum_of_32(Bytes), uint64_t sum_of_64(Bytes)
 * xsimd is not used here: its 8-bit operations miss what these kernels are made
 * of (dot products, sums of absolute differences, bit counts).
 */
#pragma once

#include "core/kernels/fold.h"
#include "vecext/kernels.h"

#include <cstdint>

namespace vecext {
namespace {

struct Sum64 {
	static constexpr size_t kWidth = sizeof(Bytes);
	Bytes sum{};

	void merge(const Sum64 &other) noexcept { sum = add_64(sum, other.sum); }
	uint64_t total() const noexcept { return sum_of_64(sum); }
};

struct UnsignedSquares {
	static constexpr size_t kWidth = sizeof(Bytes);
	Bytes sum{};

	void add(Bytes a, Bytes b) noexcept { sum = add_squares(sum, distances(a, b)); }
	void merge(const UnsignedSquares &other) noexcept { sum = add_32(sum, other.sum); }
	uint32_t total() const noexcept { return sum_of_32(sum); }
};

struct SignedSquares : UnsignedSquares {
	void add(Bytes a, Bytes b) noexcept { UnsignedSquares::add(flip_sign_bits(a), flip_sign_bits(b)); }
};

struct UnsignedDistances : Sum64 {
	void add(Bytes a, Bytes b) noexcept { sum = add_distances(sum, a, b); }
};

struct SignedDistances : Sum64 {
	void add(Bytes a, Bytes b) noexcept { sum = add_distances(sum, flip_sign_bits(a), flip_sign_bits(b)); }
};

struct DifferentBits : Sum64 {
	void add(Bytes a, Bytes b) noexcept { sum = add_bits(sum, a ^ b); }
};

struct CommonBits {
	static constexpr size_t kWidth = sizeof(Bytes);
	Bytes both{}, in_a{}, in_b{};

	void add(Bytes a, Bytes b) noexcept
	{
		both = add_bits(both, a & b);
		in_a = add_bits(in_a, a);
		in_b = add_bits(in_b, b);
	}

	void merge(const CommonBits &other) noexcept
	{
		both = add_64(both, other.both);
		in_a = add_64(in_a, other.in_a);
		in_b = add_64(in_b, other.in_b);
	}

	BitCounts total() const noexcept { return {sum_of_64(both), sum_of_64(in_a), sum_of_64(in_b)}; }
};

template <class Step, class Result, class T> Result fold_bytes(const T *a, const T *b, size_t n) noexcept
{
	return static_cast<Result>(fold<Step>(a, b, n));
}

/* Fills the entries over bytes and bits. */
constexpr Kernels with_byte_kernels(Kernels table) noexcept
{
	table.l2_squared_i8 = fold_bytes<SignedSquares, uint32_t, int8_t>;
	table.inner_product_i8 = fold_bytes<SignedProducts, int32_t, int8_t>;
	table.l1_i8 = fold_bytes<SignedDistances, uint32_t, int8_t>;
	table.l2_squared_u8 = fold_bytes<UnsignedSquares, uint32_t, uint8_t>;
	table.inner_product_u8 = fold_bytes<UnsignedProducts, uint32_t, uint8_t>;
	table.l1_u8 = fold_bytes<UnsignedDistances, uint32_t, uint8_t>;
	table.hamming_bits = fold_bytes<DifferentBits, uint64_t, uint8_t>;
	table.jaccard_bits = fold_bytes<CommonBits, BitCounts, uint8_t>;
	return table;
}

} /* namespace */
} /* namespace vecext */
