/*
 * kernels.h: distances and conversions on arrays, one table per instruction set.
 *
 * Each function exists once as a template on xsimd batches (src/core/kernels)
 * and is compiled for every instruction set that the build knows. kernels()
 * returns the table in use: the best one that the CPU runs, chosen at load, or
 * the one that select_kernels() forced. Resolve the table, or a pointer from
 * it, once per scan; never dispatch inside a loop.
 *
 * Conventions for all entries
 *   - `n` counts elements and may be 0 (the result is then 0).
 *   - Pointers need the alignment of their element type only. Inputs may alias.
 *   - Accumulators are float. The order of additions is fixed per instruction
 *     set, so that two calls on equal input give equal bits whoever makes them:
 *     an index scan and the SQL operator agree. Between sets results differ in
 *     the last places; integer results and conversions do not differ.
 *   - Within one set the three terms of cosine_T equal inner_product_T(a, b),
 *     norm_squared_T(a) and norm_squared_T(b) bit for bit, for T = f32 and f16,
 *     so that a norm computed once may stand for one computed in passing.
 *   - NaN, infinities and denormals behave as IEEE 754 says; nothing is flushed.
 *   - Half-precision elements are IEEE binary16 bit patterns in uint16_t and are
 *     widened to float before any arithmetic.
 *   - All functions are pure and thread-safe.
 */
#pragma once

#include <cstddef>
#include <cstdint>

namespace vecext {

enum class InstructionSet : uint8_t { kPortable, kAvx2, kAvx512 };

/* Dot product and squared norms in one pass; what cosine needs. */
struct CosineTerms {
	float dot;
	float norm_a; /* sum of a[i]^2 */
	float norm_b; /* sum of b[i]^2 */
};

/* Counts over two bit strings; what Hamming and Jaccard need. */
struct BitCounts {
	uint64_t both; /* bits set in a and b */
	uint64_t in_a; /* bits set in a */
	uint64_t in_b; /* bits set in b */
};

struct Kernels {
	InstructionSet set;
	const char *name;        /* "portable", "avx2", "avx512": values of vecext.simd */
	const char *description; /* CPU features used */

	/* float32 */
	float (*l2_squared_f32)(const float *a, const float *b, size_t n) noexcept;
	float (*inner_product_f32)(const float *a, const float *b, size_t n) noexcept;
	CosineTerms (*cosine_f32)(const float *a, const float *b, size_t n) noexcept;
	float (*l1_f32)(const float *a, const float *b, size_t n) noexcept;
	float (*norm_squared_f32)(const float *a, size_t n) noexcept;

	/* float16 */
	float (*l2_squared_f16)(const uint16_t *a, const uint16_t *b, size_t n) noexcept;
	float (*inner_product_f16)(const uint16_t *a, const uint16_t *b, size_t n) noexcept;
	CosineTerms (*cosine_f16)(const uint16_t *a, const uint16_t *b, size_t n) noexcept;
	float (*l1_f16)(const uint16_t *a, const uint16_t *b, size_t n) noexcept;
	float (*norm_squared_f16)(const uint16_t *a, size_t n) noexcept;

	/* int8 and uint8: exact integer results for n <= 65,536; beyond, modulo 2^32. */
	uint32_t (*l2_squared_i8)(const int8_t *a, const int8_t *b, size_t n) noexcept;
	int32_t (*inner_product_i8)(const int8_t *a, const int8_t *b, size_t n) noexcept;
	uint32_t (*l1_i8)(const int8_t *a, const int8_t *b, size_t n) noexcept;
	uint32_t (*l2_squared_u8)(const uint8_t *a, const uint8_t *b, size_t n) noexcept;
	uint32_t (*inner_product_u8)(const uint8_t *a, const uint8_t *b, size_t n) noexcept;
	uint32_t (*l1_u8)(const uint8_t *a, const uint8_t *b, size_t n) noexcept;

	/* Bit strings of n bytes (not bits). */
	uint64_t (*hamming_bits)(const uint8_t *a, const uint8_t *b, size_t n) noexcept;
	BitCounts (*jaccard_bits)(const uint8_t *a, const uint8_t *b, size_t n) noexcept;

	/* Conversions. f32_to_f16 rounds to nearest even; a finite float beyond
	 * binary16's range becomes an infinity, which the caller must refuse. A NaN
	 * stays one with its sign and the payload bits that fit, made quiet. */
	void (*f16_to_f32)(const uint16_t *from, float *to, size_t n) noexcept;
	void (*f32_to_f16)(const float *from, uint16_t *to, size_t n) noexcept;

	/* to[i] = from[i] * factor; `to` may be `from`. */
	void (*scale_f32)(const float *from, float factor, float *to, size_t n) noexcept;
};

/* The table in use. */
const Kernels &kernels() noexcept;

/* The table of one set, or null when this build or this CPU lacks it. */
const Kernels *kernels_for(InstructionSet set) noexcept;

/* The best set that build and CPU have. */
InstructionSet best_instruction_set() noexcept;

/* Makes kernels() return the table of `set`; false when there is none. Not for
 * use while other threads run kernels. */
bool select_kernels(InstructionSet set) noexcept;

} /* namespace vecext */
