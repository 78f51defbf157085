/*
 * levels_portable.cpp: scores codes without assuming any instruction set; the
 * reference for the others.
 */
#include <cstring>

#define VECEXT_LANE_BYTES 16
#include "core/quantizer/level_loops.h"

namespace vecext {
namespace {

uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof word);
	return word;
}

/* Entry b: byte j is 1 where bit j of b is set, else 0. */
struct SpreadBits {
	uint64_t of[256];

	constexpr SpreadBits() : of()
	{
		for (int b = 0; b < 256; b++)
			for (int j = 0; j < 8; j++)
				of[b] |= static_cast<uint64_t>(b >> j & 1) << 8 * j;
	}
};
constexpr SpreadBits kSpread;

/* The 64 integers of one block of a code. */
template <int bits> void unpack_block(const uint8_t *code, uint8_t *levels)
{
	if constexpr (bits == 8) {
		memcpy(levels, code, 64);
		return;
	}
	constexpr int kFirstPlane = bits >= 4 ? 4 : 0;
	memset(levels, 0, 64);
	if constexpr (bits >= 4)
		for (int j = 0; j < 32; j++) {
			levels[j] = code[j] & 15;
			levels[j + 32] = code[j] >> 4;
		}
	const uint8_t *planes = code + 8 * kFirstPlane;
	for (int b = kFirstPlane; b < bits; b++, planes += 8)
		for (int i = 0; i < 8; i++) {
			const uint64_t bytes = word_at(levels + 8 * i) | kSpread.of[planes[i]] << b;
			memcpy(levels + 8 * i, &bytes, sizeof bytes);
		}
}

template <class Integer> int32_t block_sum(const uint8_t *levels, const Integer *integers)
{
	int32_t sum = 0;
	for (int i = 0; i < 64; i++)
		sum += int32_t{levels[i]} * integers[i];
	return sum;
}

template <int bits, class Integer>
void sum_all(const Integer *integers, uint32_t blocks, const uint8_t *codes, size_t stride, uint32_t count,
			 int64_t *sums)
{
	uint8_t levels[64];
	for (uint32_t i = 0; i < count; i++, codes += stride) {
		int64_t sum = 0;
		for (uint32_t w = 0; w < blocks; w++) {
			unpack_block<bits>(codes + size_t{w} * 8 * bits, levels);
			sum += block_sum(levels, integers + size_t{w} * 64);
		}
		sums[i] = sum;
	}
}

template <int bits>
void sum_narrow(const QueryLevels &query, const uint8_t *codes, size_t stride, uint32_t count, int64_t *sums) noexcept
{
	sum_all<bits>(query.low, query.blocks, codes, stride, count, sums);
}

template <int bits>
void sum_wide(const QueryLevels &query, const uint8_t *codes, size_t stride, uint32_t count, int64_t *sums) noexcept
{
	sum_all<bits>(query.wide, query.blocks, codes, stride, count, sums);
}

} /* namespace */

const LevelKernels kPortableLevelKernels = {
	{nullptr, sum_narrow<1>, sum_narrow<2>, sum_narrow<3>, sum_narrow<4>, sum_narrow<5>, sum_narrow<6>, nullptr,
	 nullptr},
	{nullptr, sum_wide<1>, nullptr, nullptr, nullptr, nullptr, nullptr, sum_wide<7>, sum_wide<8>},
	sum_tables,
	centroid_parts,
	least_of_256,
};

} /* namespace vecext */
