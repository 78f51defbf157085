/*
 * level_loops.h: the loops that are the same for all instruction sets, compiled
 * once for each (level_kernels.h). Everything is in an unnamed namespace.
 */
#pragma once

#include "core/quantizer/level_kernels.h"

namespace vecext {
namespace {

constexpr uint32_t kTable = 256;

template <DistancePart part> float part_of(float x, float c)
{
	const float difference = x - c;
	if constexpr (part == DistancePart::kSquare)
		return difference * difference;
	else if constexpr (part == DistancePart::kProduct)
		return x * c;
	else
		return difference < 0 ? -difference : difference;
}

/* 64 centroids at a time: their sums stay in registers. */
template <DistancePart part> void add_parts(const float *x, const float *codebook, uint32_t dims, float *out)
{
	for (uint32_t start = 0; start < kTable; start += 64) {
		float sums[64] = {};
		for (uint32_t i = 0; i < dims; i++) {
			const float value = x[i];
			const float *centroids = codebook + i * kTable + start;
			for (int k = 0; k < 64; k++)
				sums[k] += part_of<part>(value, centroids[k]);
		}
		for (int k = 0; k < 64; k++)
			out[start + k] = sums[k];
	}
}

void centroid_parts(DistancePart part, const float *x, const float *codebook, uint32_t dims, float *out) noexcept
{
	switch (part) {
	case DistancePart::kSquare:
		return add_parts<DistancePart::kSquare>(x, codebook, dims, out);
	case DistancePart::kProduct:
		return add_parts<DistancePart::kProduct>(x, codebook, dims, out);
	case DistancePart::kMagnitude:
		return add_parts<DistancePart::kMagnitude>(x, codebook, dims, out);
	}
}

uint32_t least_of_256(const float *numbers) noexcept
{
	float least[16];
	int32_t where[16];
	for (int j = 0; j < 16; j++) {
		least[j] = numbers[j];
		where[j] = j;
	}
	for (int k = 16; k < 256; k += 16)
		for (int j = 0; j < 16; j++) {
			const bool less = numbers[k + j] < least[j];
			least[j] = less ? numbers[k + j] : least[j];
			where[j] = less ? k + j : where[j];
		}
	int best = 0;
	for (int j = 1; j < 16; j++)
		if (least[j] < least[best] || (least[j] == least[best] && where[j] < where[best]))
			best = j;
	return static_cast<uint32_t>(where[best]);
}

float sum_lanes(float *lanes)
{
	for (int width = 8; width > 0; width /= 2)
		for (int i = 0; i < width; i++)
			lanes[i] += lanes[i + width];
	return lanes[0];
}

/* Adds parts `from` to `count` to their lanes; `from` is a multiple of 16. */
void add_table_tail(const float *tables, const uint8_t *code, uint32_t from, uint32_t count, float *lanes)
{
	for (uint32_t j = from; j < count; j++)
		lanes[j % 16] += tables[size_t{j} * kTable + code[j]];
}

} /* namespace */
} /* namespace vecext */
