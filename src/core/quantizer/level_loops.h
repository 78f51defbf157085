/*
 * level_loops.h: the loops that are the same for all instruction sets, compiled
 * once for each (level_kernels.h). Everything is in an unnamed namespace. Define
 * VECEXT_LANE_BYTES, the size of the set's registers, before including it.
 */
#pragma once

#include "core/quantizer/level_kernels.h"

namespace vecext {
namespace {

constexpr uint32_t kTable = 256;

constexpr int kLanes = VECEXT_LANE_BYTES / sizeof(float);
typedef float FloatLanes __attribute__((vector_size(VECEXT_LANE_BYTES)));
typedef int32_t IntLanes __attribute__((vector_size(VECEXT_LANE_BYTES)));

/* By reference: as results they would depend on the flags of the compiler. */
template <class Lanes, class T> inline void load_lanes(const T *p, Lanes &lanes)
{
	__builtin_memcpy(&lanes, p, sizeof lanes);
}

template <DistancePart part> inline void add_part(const FloatLanes &x, const FloatLanes &c, FloatLanes &sum)
{
	if constexpr (part == DistancePart::kProduct) {
		sum += x * c;
		return;
	}
	const FloatLanes difference = x - c;
	if constexpr (part == DistancePart::kSquare)
		sum += difference * difference;
	else
		sum += difference < 0 ? -difference : difference;
}

/* As many centroids at a time as keep their sums in registers. */
template <DistancePart part> void add_parts(const float *x, const float *codebook, uint32_t dims, float *out)
{
	constexpr int kVectors = 8, kAtOnce = kVectors * kLanes;
	for (uint32_t start = 0; start < kTable; start += kAtOnce) {
		FloatLanes sums[kVectors] = {};
		for (uint32_t i = 0; i < dims; i++) {
			const FloatLanes value = x[i] - FloatLanes{};
#pragma GCC unroll 8
			for (int j = 0; j < kVectors; j++) {
				FloatLanes centroids;
				load_lanes(codebook + size_t{i} * kTable + start + kLanes * j, centroids);
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
	FloatLanes least;
	IntLanes where, place;
	for (int j = 0; j < kLanes; j++)
		where[j] = j;
	place = where;
	load_lanes(numbers, least);
	for (int k = kLanes; k < 256; k += kLanes) {
		FloatLanes next;
		load_lanes(numbers + k, next);
		place += kLanes;
		const IntLanes less = next < least;
		least = less ? next : least;
		where = less ? place : where;
	}
	int best = 0;
	for (int j = 1; j < kLanes; j++)
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
