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

#include "core/kernels/reduce_add.h"
#else
#include "core/kernels/plain_floats.h"
#endif

namespace vecext {
namespace {

/* Named, not xsimd's default: flags such as -march=native change that one. */
#if defined(__SSE2__)
using Floats = xsimd::batch<float, xsimd::sse2>;
#elif defined(__aarch64__)
using Floats = xsimd::batch<float, xsimd::neon64>;
#else
using Floats = PlainFloats;
#endif

constexpr size_t kAccumulators = 4;

/* Not fused: a baseline CPU has no FMA. */
Floats multiply_add(Floats x, Floats y, Floats sum) noexcept
{
	return x * y + sum;
}

float sum_of_lanes(Floats x) noexcept
{
	return reduce_add(x);
}

Floats load(const float *from) noexcept
{
	return Floats::load_unaligned(from);
}

void store(float *to, Floats x) noexcept
{
	x.store_unaligned(to);
}

/* Four lanes as compiler vectors, which every target has; Floats has as many. */
typedef uint16_t Quarters __attribute__((vector_size(8)));
typedef uint32_t Words __attribute__((vector_size(16)));
typedef int32_t SignedWords __attribute__((vector_size(16)));
typedef float Lanes __attribute__((vector_size(16)));
static_assert(sizeof(Lanes) == sizeof(Floats));

/* All ones where x < y; both below 2^31, since SSE2 compares signed. */
Words less(Words x, Words y) noexcept
{
	return Words(SignedWords(x) < SignedWords(y));
}

Words select(Words mask, Words yes, Words no) noexcept
{
	return (mask & yes) | (~mask & no);
}

Words splat(uint32_t x) noexcept
{
	return Words{x, x, x, x};
}

/* Widening multiplies the bits, read as float32, by 2^112, which is exact and
 * turns binary16's denormals into normal numbers; infinity and NaN then need
 * their exponent back, and a NaN its quiet bit. */
Floats load(const uint16_t *from) noexcept
{
	Quarters halves;
	__builtin_memcpy(&halves, from, sizeof halves);
	const Words half = __builtin_convertvector(halves, Words);
	const Words magnitude = half & 0x7fffu;
	const Words scaled = Words(Lanes(magnitude << 13) * 0x1p112f);
	const Words special = less(splat(0x7bffu), magnitude) & 0x7f800000u;
	const Words quiet = less(splat(0x7c00u), magnitude) & 0x00400000u;
	return __builtin_bit_cast(Floats, scaled | special | quiet | (half & 0x8000u) << 16);
}

/* Narrowing rounds to nearest even: normal results by adding just under half a
 * unit of the last place kept, plus that place's bit; denormal ones by adding
 * 0.5, whose unit in the last place is binary16's smallest step. */
void store(uint16_t *to, Floats x) noexcept
{
	const Words bits = __builtin_bit_cast(Words, x);
	const Words magnitude = bits & 0x7fffffffu;
	const Words normal = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
	const Words denormal = Words(Lanes(magnitude) + 0.5f) - 0x3f000000u;
	const Words nan = 0x7e00u | (magnitude >> 13 & 0x3ffu);

	Words half = select(less(magnitude, splat(0x38800000u)), denormal, normal);
	half = select(less(splat(0x477fefffu), magnitude), splat(0x7c00u), half);
	half = select(less(splat(0x7f800000u), magnitude), nan, half);
	const Quarters halves = __builtin_convertvector(half | (bits >> 16 & 0x8000u), Quarters);
	__builtin_memcpy(to, &halves, sizeof halves);
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
		sum += static_cast<uint32_t>(__builtin_abs(a[i] - b[i]));
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

constinit const Kernels kPortableKernels = with_plain_byte_kernels(float_kernels(InstructionSet::kPortable, "portable",
#if defined(__x86_64__)
																				 "SSE2"
#elif defined(__aarch64__)
																				 "NEON"
#else
																				 "baseline"
#endif
																				 ));

} /* namespace vecext */
