/*
 * level_kernels.h: the loops that score codes, one table per instruction set,
 * like the distances in vecext/kernels.h. All give the same bits.
 *
 * Files compiled for an instruction set must keep to "The trap" in
 * src/core/kernels/README.md.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/quantizer.h"

namespace vecext {

/* Which part of a distance between two coordinates is added up. */
enum class DistancePart : uint8_t { kSquare, kProduct, kMagnitude };

struct LevelKernels {
	/* sums[i] = sum of u * Q over the code at codes + i * stride, by bits of the
	 * code; see levels.h. narrow: 1 to 6 bits, wide: 1, 7 and 8. */
	using SumCodes = void (*)(const QueryLevels &query, const uint8_t *codes, size_t stride, uint32_t count,
							  int64_t *sums) noexcept;
	SumCodes narrow[9];
	SumCodes wide[9];

	/* Sum of tables[j][code[j]] for j < count; lane j % 16 takes part j, and the
	 * lanes are added as a tree (vectors.h). */
	float (*sum_tables)(const float *tables, const uint8_t *code, uint32_t count) noexcept;

	/* out[k] = sum over i < dims of the part between x[i] and codebook[i][k], for
	 * 256 centroids. */
	void (*centroid_parts)(DistancePart part, const float *x, const float *codebook, uint32_t dims,
						   float *out) noexcept;

	/* The index of the least of 256 numbers, the first of several. */
	uint32_t (*least_of_256)(const float *numbers) noexcept;
};

/* The table that belongs to kernels().set. */
const LevelKernels &level_kernels() noexcept;

extern const LevelKernels kPortableLevelKernels;
#if defined(__x86_64__)
extern const LevelKernels kAvx2LevelKernels;
extern const LevelKernels kAvx512LevelKernels;
#endif

} /* namespace vecext */
