/*
 * levels.cpp: packing codes and preparing queries as levels.h lays them out.
 */
#include "core/quantizer/levels.h"

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

float largest_magnitude(const float *values, size_t n)
{
	float largest = 0;
	for (size_t i = 0; i < n; i++) {
		const float magnitude = __builtin_fabsf(values[i]);
		largest = magnitude > largest ? magnitude : largest;
	}
	return largest;
}

/* Splits integer i of a wide query; the low byte is signed. */
void put_wide(QueryLevels &query, size_t i, int integer)
{
	const auto low = static_cast<int8_t>(integer & 255);
	query.wide[i] = static_cast<int16_t>(integer);
	query.low[i] = low;
	query.high[i] = static_cast<int8_t>((integer - low) / 256);
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
	const float largest = largest_magnitude(values, n);
	const bool usable = largest > 1e-30f && largest < 1e18f;
	const auto highest = static_cast<float>(top);
	const float inverse = usable ? highest / largest : 0;
	query.step = usable ? largest / highest : 0;
	query.sum = 0;
	for (size_t i = 0; i < n; i++) {
		const float scaled = usable ? values[i] * inverse : 0;
		const auto integer = static_cast<int>(scaled + (scaled < 0 ? -0.5f : 0.5f));
		query.sum += integer;
		if (query.wide != nullptr)
			put_wide(query, i, integer);
		else
			query.low[i] = static_cast<int8_t>(integer);
	}
}

} /* namespace vecext */
