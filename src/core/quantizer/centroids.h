/*
 * centroids.h: 256 centroids of one part of the dimensions, by k-means (Lloyd,
 * 1982).
 *
 * It starts from 256 different rows chosen at random, and a centroid that no row
 * is nearest to moves to the row that is farthest from its own. Parts with fewer
 * different rows have them all as centroids, and the rest repeat the first: no
 * code names those, since the first of several nearest is taken.
 */
#pragma once

#include <cstddef>
#include <cstdint>

namespace vecext {

/* Row i is values[i * stride], dims floats. */
struct PartRows {
	const float *values;
	size_t stride;
	uint32_t count; /* at least 1 */
	uint32_t dims;

	const float *row(uint32_t i) const { return values + i * stride; }
};

/* Writes codebook[dims][256] and returns the mean squared distance of rows to
 * their centroids. Depends on rows and seed alone. May throw bad_alloc. */
double learn_centroids(const PartRows &rows, uint64_t seed, float *codebook);

} /* namespace vecext */
