/*
 * levels_avx2.cpp: scores codes with AVX2.
 *
 * Narrow queries: products of unsigned by signed bytes, added in pairs to 16
 * bits, which 2 * 63 * 128 fits. Wide queries: bytes widened to 16 bits. A lane
 * then takes up to 4 * 2 * 255 * 8191 from a block, so lanes are emptied into 64
 * bits every 64 blocks.
 */
#include <immintrin.h>

#define VECEXT_LANE_BYTES 32
#include "core/quantizer/level_loops.h"

namespace vecext {
namespace {

constexpr uint32_t kBlocksPerFlush = 64;

struct Block {
	__m256i first, second; /* integers 0..31 and 32..63 */
};

__m256i load_bytes(const void *p)
{
	return _mm256_loadu_si256(static_cast<const __m256i *>(p));
}

/* Byte i is 2^bit where bit i of 32 is set, else 0. */
__m256i spread_bits(const uint8_t *code, int bit)
{
	int32_t word;
	__builtin_memcpy(&word, code, sizeof word);
	const __m256i which = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3,
										   3, 3, 3, 3, 3, 3);
	const __m256i mask = _mm256_set1_epi64x(static_cast<int64_t>(0x8040201008040201u));
	const __m256i bytes = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(word), which), mask);
	return _mm256_and_si256(_mm256_cmpeq_epi8(bytes, mask), _mm256_set1_epi8(static_cast<char>(1 << bit)));
}

template <int bits> Block unpack_block(const uint8_t *code)
{
	if constexpr (bits == 8)
		return {load_bytes(code), load_bytes(code + 32)};
	constexpr int kFirstPlane = bits >= 4 ? 4 : 0;
	Block block = {_mm256_setzero_si256(), _mm256_setzero_si256()};
	if constexpr (bits >= 4) {
		const __m256i pairs = load_bytes(code), low = _mm256_set1_epi8(15);
		block = {_mm256_and_si256(pairs, low), _mm256_and_si256(_mm256_srli_epi16(pairs, 4), low)};
	}
	const uint8_t *planes = code + 8 * kFirstPlane;
	for (int b = kFirstPlane; b < bits; b++, planes += 8) {
		block.first = _mm256_or_si256(block.first, spread_bits(planes, b));
		block.second = _mm256_or_si256(block.second, spread_bits(planes + 4, b));
	}
	return block;
}

__m256i add_narrow(__m256i sum, __m256i levels, const int8_t *integers)
{
	const __m256i pairs = _mm256_maddubs_epi16(levels, load_bytes(integers));
	return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

__m256i add_wide(__m256i sum, __m256i levels, const int16_t *integers)
{
	const __m256i low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(levels));
	const __m256i high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256(levels, 1));
	sum = _mm256_add_epi32(sum, _mm256_madd_epi16(low, load_bytes(integers)));
	return _mm256_add_epi32(sum, _mm256_madd_epi16(high, load_bytes(integers + 16)));
}

int64_t sum_of_lanes(__m256i lanes)
{
	const __m256i wide = _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_castsi256_si128(lanes)),
										  _mm256_cvtepi32_epi64(_mm256_extracti128_si256(lanes, 1)));
	return _mm256_extract_epi64(wide, 0) + _mm256_extract_epi64(wide, 1) + _mm256_extract_epi64(wide, 2) +
		   _mm256_extract_epi64(wide, 3);
}

template <int bits>
void sum_narrow(const QueryLevels &query, const uint8_t *codes, size_t stride, uint32_t count, int64_t *sums) noexcept
{
	for (uint32_t i = 0; i < count; i++, codes += stride) {
		__m256i first = _mm256_setzero_si256(), second = first;
		for (uint32_t w = 0; w < query.blocks; w++) {
			const Block block = unpack_block<bits>(codes + size_t{w} * 8 * bits);
			first = add_narrow(first, block.first, query.low + size_t{w} * 64);
			second = add_narrow(second, block.second, query.low + size_t{w} * 64 + 32);
		}
		sums[i] = sum_of_lanes(first) + sum_of_lanes(second);
	}
}

template <int bits> int64_t sum_wide_blocks(const int16_t *integers, const uint8_t *code, uint32_t blocks)
{
	__m256i first = _mm256_setzero_si256(), second = first;
	for (uint32_t w = 0; w < blocks; w++, integers += 64) {
		const Block block = unpack_block<bits>(code + size_t{w} * 8 * bits);
		first = add_wide(first, block.first, integers);
		second = add_wide(second, block.second, integers + 32);
	}
	return sum_of_lanes(first) + sum_of_lanes(second);
}

template <int bits>
void sum_wide(const QueryLevels &query, const uint8_t *codes, size_t stride, uint32_t count, int64_t *sums) noexcept
{
	for (uint32_t i = 0; i < count; i++, codes += stride) {
		int64_t sum = 0;
		for (uint32_t w = 0; w < query.blocks; w += kBlocksPerFlush) {
			const uint32_t blocks = query.blocks - w < kBlocksPerFlush ? query.blocks - w : kBlocksPerFlush;
			sum += sum_wide_blocks<bits>(query.wide + size_t{w} * 64, codes + size_t{w} * 8 * bits, blocks);
		}
		sums[i] = sum;
	}
}

} /* namespace */

const LevelKernels kAvx2LevelKernels = {
	{nullptr, sum_narrow<1>, sum_narrow<2>, sum_narrow<3>, sum_narrow<4>, sum_narrow<5>, sum_narrow<6>, nullptr,
	 nullptr},
	{nullptr, sum_wide<1>, nullptr, nullptr, nullptr, nullptr, nullptr, sum_wide<7>, sum_wide<8>},
	sum_tables,
	centroid_parts,
	least_of_256,
};

} /* namespace vecext */
