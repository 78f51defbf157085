/*
 * levels_avx512.cpp: scores codes with the byte dot product of AVX-512 VNNI,
 * which takes 64 unsigned by 64 signed bytes. Planes of bits become bytes by
 * masked additions.
 *
 * A lane of 32 bits takes 4 * 255 * 128 at most from a block, and there are at
 * most 2,048 blocks; with more than 1,024, codes have one bit. All lanes together
 * stay below 65,536 * 255 * 128 < 2^31.
 */
#include <immintrin.h>

#define VECEXT_LANE_BYTES 64
#include "core/quantizer/level_loops.h"

namespace vecext {
namespace {

__mmask64 mask_at(const uint8_t *code)
{
	uint64_t word;
	__builtin_memcpy(&word, code, sizeof word);
	return _cvtu64_mask64(word);
}

template <int bits> __m512i unpack_block(const uint8_t *code)
{
	if constexpr (bits == 8)
		return _mm512_loadu_si512(code);
	constexpr int kFirstPlane = bits >= 4 ? 4 : 0;
	__m512i levels = _mm512_setzero_si512();
	if constexpr (bits >= 4) {
		const __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(code));
		levels = _mm512_inserti64x4(_mm512_castsi256_si512(pairs), _mm256_srli_epi16(pairs, 4), 1);
		levels = _mm512_and_si512(levels, _mm512_set1_epi8(15));
	}
	const uint8_t *planes = code + 8 * kFirstPlane;
	for (int b = kFirstPlane; b < bits; b++, planes += 8)
		levels = _mm512_mask_add_epi8(levels, mask_at(planes), levels, _mm512_set1_epi8(static_cast<char>(1 << b)));
	return levels;
}

__m512i bytes_at(const int8_t *integers, uint32_t block)
{
	return _mm512_loadu_si512(integers + size_t{block} * 64);
}

template <int bits>
void sum_narrow(const QueryLevels &query, const uint8_t *codes, size_t stride, uint32_t count, int64_t *sums) noexcept
{
	for (uint32_t i = 0; i < count; i++, codes += stride) {
		__m512i even = _mm512_setzero_si512(), odd = even;
		uint32_t w = 0;
		for (; w + 2 <= query.blocks; w += 2) {
			const uint8_t *block = codes + size_t{w} * 8 * bits;
			even = _mm512_dpbusd_epi32(even, unpack_block<bits>(block), bytes_at(query.low, w));
			odd = _mm512_dpbusd_epi32(odd, unpack_block<bits>(block + 8 * bits), bytes_at(query.low, w + 1));
		}
		if (w < query.blocks)
			even = _mm512_dpbusd_epi32(even, unpack_block<bits>(codes + size_t{w} * 8 * bits), bytes_at(query.low, w));
		sums[i] = _mm512_reduce_add_epi32(_mm512_add_epi32(even, odd));
	}
}

template <int bits>
void sum_wide(const QueryLevels &query, const uint8_t *codes, size_t stride, uint32_t count, int64_t *sums) noexcept
{
	for (uint32_t i = 0; i < count; i++, codes += stride) {
		__m512i high = _mm512_setzero_si512(), low = high;
		for (uint32_t w = 0; w < query.blocks; w++) {
			const __m512i levels = unpack_block<bits>(codes + size_t{w} * 8 * bits);
			high = _mm512_dpbusd_epi32(high, levels, bytes_at(query.high, w));
			low = _mm512_dpbusd_epi32(low, levels, bytes_at(query.low, w));
		}
		sums[i] = int64_t{_mm512_reduce_add_epi32(high)} * 256 + _mm512_reduce_add_epi32(low);
	}
}

} /* namespace */

const LevelKernels kAvx512LevelKernels = {
	{nullptr, sum_narrow<1>, sum_narrow<2>, sum_narrow<3>, sum_narrow<4>, sum_narrow<5>, sum_narrow<6>, nullptr,
	 nullptr},
	{nullptr, sum_wide<1>, nullptr, nullptr, nullptr, nullptr, nullptr, sum_wide<7>, sum_wide<8>},
	sum_tables,
	centroid_parts,
	least_of_256,
};

} /* namespace vecext */
