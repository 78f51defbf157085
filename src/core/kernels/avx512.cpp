/*
 * avx512.cpp: the kernels for AVX-512 (F, BW, DQ, VL, CD, VNNI, VPOPCNTDQ,
 * BITALG): Intel from Ice Lake, AMD from Zen 4.
 *
 * Older CPUs with AVX-512F use the AVX2 set: they lack the byte dot product or
 * the bit counts and lower their clock for 512-bit arithmetic.
 * Tails are masked loads, which do not touch masked bytes. Compiled with the
 * flags that src/core/CMakeLists.txt names; see README.md, "The trap".
 */
#define xsimd vecext_avx512_xsimd /* a namespace of its own for code compiled with AVX-512 */

#include "core/kernels/sets.h"

#include <immintrin.h>
#include <xsimd/xsimd.hpp>

#include "core/kernels/reduce_add.h"

namespace vecext {
namespace {

using Floats = xsimd::batch<float, xsimd::avx512bw>;
using Bytes = __m512i;

/* Four lines of memory per round cost Zen 4's prefetchers up to 15 % of the
 * bandwidth (kernels_bench, scene stream); in cache, three are as fast there. */
constexpr size_t kAccumulators = 3;

__mmask16 first_of_16(size_t n) noexcept
{
	return static_cast<__mmask16>(_bzhi_u32(~0u, static_cast<unsigned>(n)));
}

__mmask64 first_of_64(size_t n) noexcept
{
	return _bzhi_u64(~0ull, static_cast<unsigned>(n));
}

/* xsimd 8.1 has no fused form for AVX-512; its fma() rounds twice. */
Floats multiply_add(Floats x, Floats y, Floats sum) noexcept
{
	return _mm512_fmadd_ps(x, y, sum);
}

float sum_of_lanes(Floats x) noexcept
{
	return reduce_add(x);
}

Floats load(const float *from) noexcept
{
	return _mm512_loadu_ps(from);
}

Floats load_first(const float *from, size_t n) noexcept
{
	return _mm512_maskz_loadu_ps(first_of_16(n), from);
}

void store(float *to, Floats x) noexcept
{
	_mm512_storeu_ps(to, x);
}

void store_first(float *to, Floats x, size_t n) noexcept
{
	_mm512_mask_storeu_ps(to, first_of_16(n), x);
}

Floats load(const uint16_t *from) noexcept
{
	return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)));
}

Floats load_first(const uint16_t *from, size_t n) noexcept
{
	return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first_of_16(n), from));
}

void store(uint16_t *to, Floats x) noexcept
{
	_mm256_storeu_si256(reinterpret_cast<__m256i *>(to), _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}

void store_first(uint16_t *to, Floats x, size_t n) noexcept
{
	_mm256_mask_storeu_epi16(to, first_of_16(n), _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}

template <class Byte> Bytes load(const Byte *from) noexcept
{
	return _mm512_loadu_si512(from);
}

template <class Byte> Bytes load_first(const Byte *from, size_t n) noexcept
{
	return _mm512_maskz_loadu_epi8(first_of_64(n), from);
}

Bytes flip_sign_bits(Bytes x) noexcept
{
	return _mm512_xor_si512(x, _mm512_set1_epi8(-128));
}

Bytes distances(Bytes a, Bytes b) noexcept
{
	return _mm512_or_si512(_mm512_subs_epu8(a, b), _mm512_subs_epu8(b, a));
}

Bytes add_32(Bytes x, Bytes y) noexcept
{
	return _mm512_add_epi32(x, y);
}

Bytes add_64(Bytes x, Bytes y) noexcept
{
	return _mm512_add_epi64(x, y);
}

/* Not _mm512_reduce_add_epi32, which GCC computes with signed, that is undefined,
 * overflow. */
uint32_t sum_of_32(Bytes x) noexcept
{
	const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
	__m128i sum = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
	sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
	sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 1));
	return static_cast<uint32_t>(_mm_cvtsi128_si32(sum));
}

uint64_t sum_of_64(Bytes x) noexcept
{
	const __m256i half = _mm256_add_epi64(_mm512_castsi512_si256(x), _mm512_extracti64x4_epi64(x, 1));
	__m128i sum = _mm_add_epi64(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
	sum = _mm_add_epi64(sum, _mm_unpackhi_epi64(sum, sum));
	return static_cast<uint64_t>(_mm_cvtsi128_si64(sum));
}

Bytes add_squares(Bytes sum, Bytes x) noexcept
{
	const Bytes low = _mm512_unpacklo_epi8(x, _mm512_setzero_si512());
	const Bytes high = _mm512_unpackhi_epi8(x, _mm512_setzero_si512());
	return _mm512_dpwssd_epi32(_mm512_dpwssd_epi32(sum, low, low), high, high);
}

Bytes add_distances(Bytes sum, Bytes a, Bytes b) noexcept
{
	return add_64(sum, _mm512_sad_epu8(a, b));
}

Bytes add_bits(Bytes sum, Bytes x) noexcept
{
	return add_64(sum, _mm512_popcnt_epi64(x));
}

/* VNNI multiplies unsigned by signed bytes only. So a is taken as a + 128, and
 * what that adds, 128 times the sum of b, is summed up beside it. */
struct SignedProducts {
	static constexpr size_t kWidth = sizeof(Bytes);
	Bytes sum{}, excess{};

	void add(Bytes a, Bytes b) noexcept
	{
		sum = _mm512_dpbusd_epi32(sum, flip_sign_bits(a), b);
		excess = _mm512_dpbusd_epi32(excess, _mm512_set1_epi8(-128), b);
	}

	void merge(const SignedProducts &other) noexcept
	{
		sum = add_32(sum, other.sum);
		excess = add_32(excess, other.excess);
	}

	uint32_t total() const noexcept { return sum_of_32(_mm512_sub_epi32(sum, excess)); }
};

/* Here b is taken as b - 128, which lacks 128 times the sum of a. */
struct UnsignedProducts {
	static constexpr size_t kWidth = sizeof(Bytes);
	Bytes sum{}, sum_of_a{};

	void add(Bytes a, Bytes b) noexcept
	{
		sum = _mm512_dpbusd_epi32(sum, a, flip_sign_bits(b));
		sum_of_a = _mm512_dpbusd_epi32(sum_of_a, a, _mm512_set1_epi8(1));
	}

	void merge(const UnsignedProducts &other) noexcept
	{
		sum = add_32(sum, other.sum);
		sum_of_a = add_32(sum_of_a, other.sum_of_a);
	}

	uint32_t total() const noexcept { return sum_of_32(add_32(sum, _mm512_slli_epi32(sum_of_a, 7))); }
};

} /* namespace */
} /* namespace vecext */

#include "core/kernels/byte_kernels.h"
#include "core/kernels/float_kernels.h"

namespace vecext {

constinit const Kernels kAvx512Kernels = with_byte_kernels(
	float_kernels(InstructionSet::kAvx512, "avx512", "AVX-512 F, BW, DQ, VL, CD, VNNI, VPOPCNTDQ, BITALG"));

} /* namespace vecext */
