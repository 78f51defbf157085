/*
 * levels.cpp: packing codes and preparing queries as levels.h lays them out.
 */
#include "core/quantizer/levels.h"

#include <algorithm>
#include <cstring>

namespace vecext {

namespace {

uint64_t plane_of(const uint8_t *levels, int bit)
{
	uint64_t plane = 0;
	for (int i = 0; i < 64; i++)
		plane |= static_cast<uint64_t>(levels[i] >> bit & 1) << i;
	return plane;
}

void pack_block(const uint8_t *levels, int bits, uint8_t *code)
{
	int bit = 0;
	if (bits >= 4) {
		for (int j = 0; j < 32; j++)
			code[j] = static_cast<uint8_t>((levels[j] & 15) | levels[j + 32] << 4);
		bit = 4;
	}
	for (; bit < bits; bit++) {
		const uint64_t plane = plane_of(levels, bit);
		memcpy(code + 8 * bit, &plane, sizeof plane);
	}
}

/* In sixteen lanes, as compilers like it. */
float largest_magnitude(const float *values, size_t n)
{
	float largest[16] = {};
	size_t i = 0;
	for (; i + 16 <= n; i += 16)
		for (size_t j = 0; j < 16; j++) {
			const float magnitude = __builtin_fabsf(values[i + j]);
			largest[j] = magnitude > largest[j] ? magnitude : largest[j];
		}
	for (size_t j = 0; i < n; i++, j++)
		largest[j] = std::max(largest[j], __builtin_fabsf(values[i]));
	return *std::max_element(largest, largest + 16);
}

/* The integers nearest to values[n] * inverse, and their sum. */
int32_t round_values(const float *values, size_t n, float inverse, int16_t *integers)
{
	int32_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		const float scaled = values[i] * inverse;
		const auto integer = static_cast<int32_t>(scaled + __builtin_copysignf(0.5f, scaled));
		integers[i] = static_cast<int16_t>(integer);
		sum += integer;
	}
	return sum;
}

/* The low byte is signed. */
void split_bytes(const int16_t *integers, size_t n, int8_t *high, int8_t *low)
{
	for (size_t i = 0; i < n; i++) {
		low[i] = static_cast<int8_t>(integers[i]);
		high[i] = static_cast<int8_t>((integers[i] - low[i]) / 256);
	}
}

void clear_levels(QueryLevels &query, size_t n)
{
	query.step = 0;
	query.sum = 0;
	memset(query.low, 0, n);
	if (query.wide != nullptr) {
		memset(query.high, 0, n);
		memset(query.wide, 0, sizeof(int16_t) * n);
	}
}

} /* namespace */

void pack_levels(const uint8_t *levels, uint32_t blocks, int bits, uint8_t *code) noexcept
{
	if (bits == 8)
		memcpy(code, levels, size_t{blocks} * 64);
	else
		for (uint32_t w = 0; w < blocks; w++)
			pack_block(levels + size_t{w} * 64, bits, code + level_code_bytes(w, bits));
}

void init_levels(QueryLevels &query, Arena arena, uint32_t blocks, QueryWidth width)
{
	const size_t count = size_t{blocks} * 64;
	query = {};
	query.blocks = blocks;
	query.low = arena.allocate<int8_t>(count);
	memset(query.low, 0, count);
	if (width == QueryWidth::kNarrow)
		return;
	query.high = arena.allocate<int8_t>(count);
	query.wide = arena.allocate<int16_t>(count);
	memset(query.high, 0, count);
	memset(query.wide, 0, sizeof(int16_t) * count);
}

void prepare_levels(QueryLevels &query, const float *values, size_t n, int top) noexcept
{
	constexpr size_t kChunk = 1024;
	const float largest = largest_magnitude(values, n);
	if (!(largest > 1e-30f && largest < 1e18f))
		return clear_levels(query, n);
	const float inverse = static_cast<float>(top) / largest;
	query.step = largest / static_cast<float>(top);
	query.sum = 0;
	int16_t chunk[kChunk];
	for (size_t i = 0; i < n; i += kChunk) {
		const size_t count = std::min(kChunk, n - i);
		int16_t *integers = query.wide != nullptr ? query.wide + i : chunk;
		query.sum += round_values(values + i, count, inverse, integers);
		if (query.wide != nullptr)
			split_bytes(integers, count, query.high + i, query.low + i);
		else
			std::copy(integers, integers + count, query.low + i);
	}
}

} /* namespace vecext */
