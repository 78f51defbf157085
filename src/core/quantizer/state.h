/*
 * state.h: the bytes that a trained quantizer is stored as.
 *
 *   0     QuantizerState, 128 bytes
 *   128   float centre[dims]                         kScalar, kBinary, kRabitq
 *         float range[dims]                          kScalar
 *         float deviation[dims]                      kBinary
 *         float codebooks[dims][256]                 kProduct
 *
 * A codebook of a code byte that covers dimensions d to d + n has its centroids
 * transposed: coordinate i of centroid k stands at [d + i][k].
 *
 * Numbers are in the byte order of the machine, like everything on PostgreSQL's
 * pages; the magic number tells a state of another order.
 */
#pragma once

#include "vecext/quantizer.h"

namespace vecext {

inline constexpr uint32_t kStateMagic = 0x4e515856; /* "VXQN" */
inline constexpr uint16_t kStateVersion = 1;
inline constexpr uint32_t kCentroids = 256;

struct QuantizerState {
	uint32_t magic;
	uint16_t version;
	uint8_t kind;
	uint8_t metric;
	uint32_t dims;
	uint8_t binary_width;
	uint8_t binary_query;
	uint8_t compression;
	uint8_t bits;
	uint64_t seed;
	uint64_t bytes; /* of the whole state */
	float quantile;
	uint32_t rows; /* learned from */

	float gain;         /* kBinary: by which inner products with decoded vectors fall short */
	float distortion;   /* mean squared length of what a code loses */
	float error;        /* standard deviation of estimates in the unit of the kind; not kRabitq */
	float intercept;    /* kBinary: of a line, estimate = intercept + slope * Hamming distance with binary */
	float slope;        /* queries, else squared length = intercept + slope * that of the decoded vector */
	uint8_t unused[60]; /* zero */
	uint64_t checksum;  /* of everything but itself */

	const float *centre() const { return reinterpret_cast<const float *>(this + 1); }
	float *centre() { return reinterpret_cast<float *>(this + 1); }
	const float *deviation() const { return centre() + dims; }
	float *deviation() { return centre() + dims; }
	const float *range() const { return centre() + dims; }
	float *range() { return centre() + dims; }
	const float *codebooks() const { return centre(); }
	float *codebooks() { return centre(); }
};
static_assert(sizeof(QuantizerState) == 128);

QuantizerOptions options_of(const QuantizerState &state) noexcept;

/* Zeroes the header and fills in what follows from the options. */
void begin_state(const QuantizerOptions &options, QuantizerState &state) noexcept;

/* Sets the checksum; the state must not change any more. */
void seal_state(QuantizerState &state) noexcept;

/* Whether `bytes` bytes at `state` are a state, see Quantizer::init(). */
Status check_state(const void *state, size_t bytes) noexcept;

} /* namespace vecext */
