/*
 * avx2.cpp: the kernels for AVX2 with FMA and F16C: Intel from Haswell, AMD
 * from Excavator.
 *
 * Tails of float32 are masked loads; shorter elements have none in AVX2, so
 * their tails are put together from overlapping smaller loads that all lie
 * inside the array. Compiled with the flags that src/core/CMakeLists.txt names;
 * see README.md, "The trap".
 */
#define xsimd vecext_avx2_xsimd /* a namespace of its own for code compiled with AVX2 */

#include "core/kernels/sets.h"

#include <immintrin.h>
#include <xsimd/xsimd.hpp>

#include "core/kernels/reduce_add.h"

namespace vecext {
namespace {

using Floats = xsimd::batch<float, xsimd::fma3<xsimd::avx2>>;
using Bytes = __m256i;

constexpr size_t kAccumulators = 4;

Floats multiply_add(Floats x, Floats y, Floats sum) noexcept
{
	return fma(x, y, sum);
}

float sum_of_lanes(Floats x) noexcept
{
	return reduce_add(x);
}

Floats load(const float *from) noexcept
{
	return _mm256_loadu_ps(from);
}

/* All ones in the first n of eight 32-bit lanes. */
__m256i first_of_8(size_t n) noexcept
{
	const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
	return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), lane);
}

Floats load_first(const float *from, size_t n) noexcept
{
	return _mm256_maskload_ps(from, first_of_8(n));
}

void store(float *to, Floats x) noexcept
{
	_mm256_storeu_ps(to, x);
}

void store_first(float *to, Floats x, size_t n) noexcept
{
	_mm256_maskstore_ps(to, first_of_8(n), x);
}

template <class Word> uint64_t load_word(const unsigned char *from) noexcept
{
	Word word;
	__builtin_memcpy(&word, from, sizeof word);
	return word;
}

/* The first n (1..8) bytes as a little-endian number. Loads that overlap bring
 * the same bits twice, which the bitwise or does not mind. */
uint64_t first_of_word(const unsigned char *from, size_t n) noexcept
{
	if (n >= 4)
		return load_word<uint32_t>(from) | load_word<uint32_t>(from + n - 4) << 8 * (n - 4);
	if (n >= 2)
		return load_word<uint16_t>(from) | load_word<uint16_t>(from + n - 2) << 8 * (n - 2);
	return *from;
}

/* The first n (0..15) bytes, the rest zero. */
__m128i first_of_16_bytes(const void *from, size_t n) noexcept
{
	const unsigned char *bytes = static_cast<const unsigned char *>(from);
	if (n == 0)
		return _mm_setzero_si128();
	if (n <= 8)
		return _mm_cvtsi64_si128(static_cast<long long>(first_of_word(bytes, n)));
	return _mm_set_epi64x(static_cast<long long>(first_of_word(bytes + 8, n - 8)),
						  static_cast<long long>(load_word<uint64_t>(bytes)));
}

Floats load(const uint16_t *from) noexcept
{
	return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
}

Floats load_first(const uint16_t *from, size_t n) noexcept
{
	return _mm256_cvtph_ps(first_of_16_bytes(from, n * sizeof *from));
}

void store(uint16_t *to, Floats x) noexcept
{
	_mm_storeu_si128(reinterpret_cast<__m128i *>(to), _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT));
}

void store_first(uint16_t *to, Floats x, size_t n) noexcept
{
	uint16_t halves[Floats::size];
	store(halves, x);
	for (size_t i = 0; i < n; i++)
		to[i] = halves[i];
}

template <class Byte> Bytes load(const Byte *from) noexcept
{
	return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
}

template <class Byte> Bytes load_first(const Byte *from, size_t n) noexcept
{
	if (n < 16)
		return _mm256_zextsi128_si256(first_of_16_bytes(from, n));
	return _mm256_set_m128i(first_of_16_bytes(from + 16, n - 16),
							_mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
}

Bytes flip_sign_bits(Bytes x) noexcept
{
	return _mm256_xor_si256(x, _mm256_set1_epi8(-128));
}

Bytes distances(Bytes a, Bytes b) noexcept
{
	return _mm256_or_si256(_mm256_subs_epu8(a, b), _mm256_subs_epu8(b, a));
}

Bytes add_32(Bytes x, Bytes y) noexcept
{
	return _mm256_add_epi32(x, y);
}

Bytes add_64(Bytes x, Bytes y) noexcept
{
	return _mm256_add_epi64(x, y);
}

uint32_t sum_of_32(Bytes x) noexcept
{
	__m128i sum = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
	sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
	sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 1));
	return static_cast<uint32_t>(_mm_cvtsi128_si32(sum));
}

uint64_t sum_of_64(Bytes x) noexcept
{
	__m128i sum = _mm_add_epi64(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
	sum = _mm_add_epi64(sum, _mm_unpackhi_epi64(sum, sum));
	return static_cast<uint64_t>(_mm_cvtsi128_si64(sum));
}

Bytes add_squares(Bytes sum, Bytes x) noexcept
{
	const Bytes low = _mm256_unpacklo_epi8(x, _mm256_setzero_si256());
	const Bytes high = _mm256_unpackhi_epi8(x, _mm256_setzero_si256());
	return add_32(sum, add_32(_mm256_madd_epi16(low, low), _mm256_madd_epi16(high, high)));
}

Bytes add_distances(Bytes sum, Bytes a, Bytes b) noexcept
{
	return add_64(sum, _mm256_sad_epu8(a, b));
}

/* Bits per nibble from a table of 16 bytes, then summed per 64-bit lane.
 * W. Mula, N. Kurz, D. Lemire: Faster Population Counts Using AVX2
 * Instructions, The Computer Journal 61 (2018), section 2. */
Bytes add_bits(Bytes sum, Bytes x) noexcept
{
	const Bytes counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2,
										  2, 3, 2, 3, 3, 4);
	const Bytes nibble = _mm256_set1_epi8(15);
	const Bytes low = _mm256_shuffle_epi8(counts, _mm256_and_si256(x, nibble));
	const Bytes high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
	return add_distances(sum, _mm256_add_epi8(low, high), _mm256_setzero_si256());
}

struct ProductSum {
	static constexpr size_t kWidth = sizeof(Bytes);
	Bytes sum{};

	/* Two pairs of registers of 16-bit elements. */
	void add_words(Bytes a_low, Bytes b_low, Bytes a_high, Bytes b_high) noexcept
	{
		sum = add_32(sum, add_32(_mm256_madd_epi16(a_low, b_low), _mm256_madd_epi16(a_high, b_high)));
	}

	void merge(const ProductSum &other) noexcept { sum = add_32(sum, other.sum); }
	uint32_t total() const noexcept { return sum_of_32(sum); }
};

struct SignedProducts : ProductSum {
	static Bytes low(Bytes x) noexcept { return _mm256_cvtepi8_epi16(_mm256_castsi256_si128(x)); }
	static Bytes high(Bytes x) noexcept { return _mm256_cvtepi8_epi16(_mm256_extracti128_si256(x, 1)); }
	void add(Bytes a, Bytes b) noexcept { add_words(low(a), low(b), high(a), high(b)); }
};

struct UnsignedProducts : ProductSum {
	static Bytes low(Bytes x) noexcept { return _mm256_unpacklo_epi8(x, _mm256_setzero_si256()); }
	static Bytes high(Bytes x) noexcept { return _mm256_unpackhi_epi8(x, _mm256_setzero_si256()); }
	void add(Bytes a, Bytes b) noexcept { add_words(low(a), low(b), high(a), high(b)); }
};

} /* namespace */
} /* namespace vecext */

#include "core/kernels/byte_kernels.h"
#include "core/kernels/float_kernels.h"

namespace vecext {

constinit const Kernels kAvx2Kernels =
	with_byte_kernels(float_kernels(InstructionSet::kAvx2, "avx2", "AVX2, FMA, F16C"));

} /* namespace vecext */
