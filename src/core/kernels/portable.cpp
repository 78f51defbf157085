/*
 * portable.cpp: the kernels for any CPU of the architecture that the compiler
 * targets: SSE2 on x86-64, NEON on 64-bit ARM, plain loops elsewhere.
 *
 * Float kernels run on the smallest xsimd batch that the target has; kernels
 * over bytes and bits are plain loops, whose integer sums the compiler may
 * vectorize by itself. binary16 is converted with integer arithmetic to the
 * same bits as F16C gives, rounding and NaN payloads included.
 */
#define xsimd vecext_portable_xsimd /* see README.md, "The trap" */

#include "core/kernels/sets.h"

#if defined(__SSE2__) || defined(__aarch64__)
#include <xsimd/xsimd.hpp>
#else
#include "core/kernels/plain_floats.h"
#endif

namespace vecext {
namespace {

#if defined(__SSE2__) || defined(__aarch64__)
using Floats = xsimd::batch<float>;
#else
using Floats = PlainFloats;
#endif

/* Not fused: a baseline CPU has no FMA. */
Floats multiply_add(Floats x, Floats y, Floats sum) noexcept
{
	return x * y + sum;
}

float sum_of_lanes(Floats x) noexcept
{
	return hadd(x);
}

/* Widening multiplies the bits, read as a float32, by 2^112, which is exact and
 * turns binary16's denormals into normal numbers; infinity and NaN then need
 * their exponent back, and a NaN its quiet bit. */
float half_to_float(uint16_t half) noexcept
{
	const uint32_t magnitude = half & 0x7fffu;
	const float scaled = __builtin_bit_cast(float, magnitude << 13) * 0x1p112f;
	uint32_t bits = __builtin_bit_cast(uint32_t, scaled);
	bits |= magnitude >= 0x7c00u ? 0x7f800000u : 0u;
	bits |= magnitude > 0x7c00u ? 0x00400000u : 0u;
	bits |= (half & 0x8000u) << 16;
	return __builtin_bit_cast(float, bits);
}

/* Rounds to nearest even: for normal results by adding just under half a unit
 * of the last place kept, plus that place's bit; for denormal ones by adding
 * 0.5, whose unit in the last place is binary16's smallest step. */
uint16_t float_to_half(float from) noexcept
{
	const uint32_t bits = __builtin_bit_cast(uint32_t, from);
	const uint32_t magnitude = bits & 0x7fffffffu;
	const uint32_t normal = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
	const float shifted = __builtin_bit_cast(float, magnitude) + 0.5f;
	const uint32_t denormal = __builtin_bit_cast(uint32_t, shifted) - 0x3f000000u;
	const uint32_t nan = 0x7e00u | (magnitude >> 13 & 0x3ffu);

	uint32_t half = magnitude < 0x38800000u ? denormal : normal;
	half = magnitude >= 0x477ff000u ? 0x7c00u : half;
	half = magnitude > 0x7f800000u ? nan : half;
	return static_cast<uint16_t>(half | (bits >> 16 & 0x8000u));
}

Floats load(const float *from) noexcept
{
	return Floats::load_unaligned(from);
}

void store(float *to, Floats x) noexcept
{
	x.store_unaligned(to);
}

Floats load(const uint16_t *from) noexcept
{
	float lanes[Floats::size];
	for (size_t i = 0; i < Floats::size; i++)
		lanes[i] = half_to_float(from[i]);
	return load(lanes);
}

void store(uint16_t *to, Floats x) noexcept
{
	float lanes[Floats::size];
	store(lanes, x);
	for (size_t i = 0; i < Floats::size; i++)
		to[i] = float_to_half(lanes[i]);
}

template <class Element> Floats load_first(const Element *from, size_t n) noexcept
{
	Element lanes[Floats::size] = {};
	for (size_t i = 0; i < n; i++)
		lanes[i] = from[i];
	return load(lanes);
}

template <class Element> void store_first(Element *to, Floats x, size_t n) noexcept
{
	Element lanes[Floats::size];
	store(lanes, x);
	for (size_t i = 0; i < n; i++)
		to[i] = lanes[i];
}

/* Sums are unsigned throughout, so that a sum beyond the contract's limit wraps
 * instead of being undefined. */
template <class T> uint32_t squares_of_bytes(const T *a, const T *b, size_t n) noexcept
{
	uint32_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		const int difference = a[i] - b[i];
		sum += static_cast<uint32_t>(difference * difference);
	}
	return sum;
}

template <class Result, class T> Result products_of_bytes(const T *a, const T *b, size_t n) noexcept
{
	uint32_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += static_cast<uint32_t>(a[i] * b[i]);
	return static_cast<Result>(sum);
}

template <class T> uint32_t distances_of_bytes(const T *a, const T *b, size_t n) noexcept
{
	uint32_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += static_cast<uint32_t>(a[i] > b[i] ? a[i] - b[i] : b[i] - a[i]);
	return sum;
}

uint64_t load_word(const uint8_t *from, size_t n) noexcept
{
	uint64_t word = 0;
	__builtin_memcpy(&word, from, n);
	return word;
}

/* Bits set, in parallel over ever wider fields; baseline x86-64 has no POPCNT. */
uint64_t bits_in(uint64_t x) noexcept
{
	x -= x >> 1 & 0x5555555555555555u;
	x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return x * 0x0101010101010101u >> 56;
}

uint64_t different_bits(const uint8_t *a, const uint8_t *b, size_t n) noexcept
{
	uint64_t count = 0;
	size_t i = 0;
	for (; i + 8 <= n; i += 8)
		count += bits_in(load_word(a + i, 8) ^ load_word(b + i, 8));
	return count + bits_in(load_word(a + i, n - i) ^ load_word(b + i, n - i));
}

void count_bits(uint64_t a, uint64_t b, BitCounts &counts) noexcept
{
	counts.both += bits_in(a & b);
	counts.in_a += bits_in(a);
	counts.in_b += bits_in(b);
}

BitCounts common_bits(const uint8_t *a, const uint8_t *b, size_t n) noexcept
{
	BitCounts counts{};
	size_t i = 0;
	for (; i + 8 <= n; i += 8)
		count_bits(load_word(a + i, 8), load_word(b + i, 8), counts);
	count_bits(load_word(a + i, n - i), load_word(b + i, n - i), counts);
	return counts;
}

constexpr Kernels with_plain_byte_kernels(Kernels table) noexcept
{
	table.l2_squared_i8 = squares_of_bytes<int8_t>;
	table.inner_product_i8 = products_of_bytes<int32_t, int8_t>;
	table.l1_i8 = distances_of_bytes<int8_t>;
	table.l2_squared_u8 = squares_of_bytes<uint8_t>;
	table.inner_product_u8 = products_of_bytes<uint32_t, uint8_t>;
	table.l1_u8 = distances_of_bytes<uint8_t>;
	table.hamming_bits = different_bits;
	table.jaccard_bits = common_bits;
	return table;
}

} /* namespace */
} /* namespace vecext */

#include "core/kernels/float_kernels.h"

namespace vecext {

constinit const Kernels kPortableKernels =
	with_plain_byte_kernels(float_kernels(InstructionSet::kPortable, "portable",
#if defined(__x86_64__)
										  "SSE2"
#elif defined(__aarch64__)
										  "NEON"
#else
										  "baseline"
#endif
										  ));

} /* namespace vecext */
