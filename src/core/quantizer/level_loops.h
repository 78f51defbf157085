/*
 * level_loops.h: the loops that are the same for all instruction sets, compiled
 * once for each (level_kernels.h). Everything is in an unnamed namespace.
 */
#pragma once

#include "core/quantizer/level_kernels.h"

namespace vecext {
namespace {

constexpr uint32_t kTable = 256;

/* Sixteen lanes, which the compiler maps to the registers of the set. */
typedef float Floats16 __attribute__((vector_size(64)));
typedef int32_t Ints16 __attribute__((vector_size(64)));

/* Passed by reference: by value they would need the registers of one set. */
template <class Lanes, class T> inline void load_lanes(const T *p, Lanes &lanes)
{
	__builtin_memcpy(&lanes, p, sizeof lanes);
}

template <DistancePart part> inline void add_part(const Floats16 &x, const Floats16 &c, Floats16 &sum)
{
	if constexpr (part == DistancePart::kProduct) {
		sum += x * c;
		return;
	}
	const Floats16 difference = x - c;
	if constexpr (part == DistancePart::kSquare)
		sum += difference * difference;
	else
		sum += difference < 0 ? -difference : difference;
}

/* 64 centroids at a time: their sums stay in registers. */
template <DistancePart part> void add_parts(const float *x, const float *codebook, uint32_t dims, float *out)
{
	for (uint32_t start = 0; start < kTable; start += 64) {
		Floats16 sums[4] = {};
		for (uint32_t i = 0; i < dims; i++) {
			const Floats16 value = x[i] - Floats16{};
			for (int j = 0; j < 4; j++) {
				Floats16 centroids;
				load_lanes(codebook + i * kTable + start + 16 * j, centroids);
				add_part<part>(value, centroids, sums[j]);
			}
		}
		__builtin_memcpy(out + start, sums, sizeof sums);
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
	const Ints16 first = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	Floats16 least;
	Ints16 where = first;
	load_lanes(numbers, least);
	for (int k = 16; k < 256; k += 16) {
		Floats16 next;
		load_lanes(numbers + k, next);
		const Ints16 less = next < least;
		least = less ? next : least;
		where = less ? first + k : where;
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

/* Gathers of AVX2 and AVX-512 are no faster than these loads (Zen 4). */
float sum_tables(const float *tables, const uint8_t *code, uint32_t count) noexcept
{
	float lanes[16] = {};
	uint32_t j = 0;
	for (; j + 16 <= count; j += 16)
		for (uint32_t k = 0; k < 16; k++)
			lanes[k] += tables[size_t{j + k} * kTable + code[j + k]];
	for (; j < count; j++)
		lanes[j % 16] += tables[size_t{j} * kTable + code[j]];
	return sum_lanes(lanes);
}

} /* namespace */
} /* namespace vecext */
