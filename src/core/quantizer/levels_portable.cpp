/*
 * levels_portable.cpp: scores codes without assuming any instruction set; the
 * reference for the others.
 */
#include <cstring>

#include "core/quantizer/level_loops.h"

namespace vecext {
namespace {

uint64_t word_at(const uint8_t *code)
{
	uint64_t word;
	memcpy(&word, code, sizeof word);
	return word;
}

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
	for (int b = kFirstPlane; b < bits; b++, planes += 8) {
		const uint64_t plane = word_at(planes);
		for (int i = 0; i < 64; i++)
			levels[i] = static_cast<uint8_t>(levels[i] | (plane >> i & 1) << b);
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
