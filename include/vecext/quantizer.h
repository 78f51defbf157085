/*
 * quantizer.h: codes that stand for one vector each, and queries that estimate
 * distances from them. Where rabitq.h codes an edge of the graph (a neighbour
 * relative to a node), these code a vector relative to the whole data set, so a
 * node has one code wherever it is met: what the compact layout stores.
 *
 *   kScalar    8 bits per dimension on a grid: (x_i - c_i) in [-R_i, R_i], R_i a
 *              quantile of the sample's |x_i - c_i|; what lies beyond saturates
 *   kBinary    1, 1.5 or 2 bits per dimension; the query keeps more
 *   kProduct   one byte for 1, 2, 4, 8 or 16 dimensions: the nearest of 256
 *              centroids (Jegou, Douze & Schmid, TPAMI 2011)
 *   kRabitq    1 to 8 bits per dimension of the rotated residual x - c, with an
 *              unbiased estimate and a bound of its error (Gao et al., SIGMOD
 *              2024 and 2025)
 *
 * src/core/quantizer/README.md gives the algorithms and their errors.
 *
 * Values. All vectors are float arrays of `dims` finite elements, unrotated and
 * as the user gave them; halfvec is widened first. Under kCosine any length but
 * zero will do: they are normalised inside. Estimates are graph distances
 * (metric.h): squared for kL2, negated for kInnerProduct, 2 * cosine distance
 * for kCosine. They never are NaN; they may fall below zero where distances
 * cannot. The order of exact distances is for the caller to restore, by
 * rescoring.
 *
 *              kL2  kInnerProduct  kCosine  kL1   kHamming, kJaccard
 *   kScalar     +        +            +      +        refused: bit strings are
 *   kBinary     +        +            +      +        short already
 *   kProduct    +        +            +      +
 *   kRabitq     +        +            +   refused (a rotation keeps no L1)
 *
 * Life of a quantizer
 *   1. check_quantizer_options(), then quantizer_state_bytes() and
 *      quantizer_code_bytes(): sizes follow from the options alone.
 *   2. train_quantizer() writes the state, an opaque string of that size which
 *      the caller stores: it is the serialized form, with version and checksum.
 *   3. Quantizer::init() checks such a state, from whatever source, and makes a
 *      view of it. The view copies nothing but what a rotation needs: the state
 *      must stay where it is, 8-byte aligned, as long as the view is in use.
 *   4. Quantizer::encode() makes codes; QuantizedQuery scores them.
 *
 * Everything is equal on every machine and instruction set, bit by bit: states
 * (whatever the number of threads), codes, and estimates. So a stored code can
 * be checked by encoding its vector again.
 *
 * Threads. A Quantizer is read-only after init() and may be shared; a
 * QuantizedQuery belongs to one thread. All types are trivially destructible;
 * memory comes from an Arena, at init() only.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/arena.h"
#include "vecext/metric.h"
#include "vecext/rotation.h"
#include "vecext/status.h"

namespace vecext {

/* ---------------------------------------------------------------- options */

/* Stored in states: append only. */
enum class QuantizerKind : uint8_t { kScalar = 1, kBinary = 2, kProduct = 3, kRabitq = 4 };
enum class BinaryWidth : uint8_t { kOneBit = 0, kOneAndHalfBits = 1, kTwoBits = 2 };
/* How a query is held against binary codes: as integers of 15, 8 or 4 bits per
 * dimension, or as a code itself, compared by Hamming distance. */
enum class BinaryQuery : uint8_t { kFloat = 0, kScalar8 = 1, kScalar4 = 2, kBinary = 3 };

inline constexpr uint32_t kMaxCodeDims = 65'536;
inline constexpr uint32_t kMaxProductDims = 16'000;

struct QuantizerOptions {
	QuantizerKind kind = QuantizerKind::kRabitq;
	Metric metric = Metric::kL2;
	uint32_t dims = 0; /* 1 to kMaxCodeDims, for kProduct to kMaxProductDims */

	/* Those of other kinds are ignored, but kept within their ranges. */
	float quantile = 0.9999f;                         /* kScalar: 0.5 to 1; 1 = nothing of the sample saturates */
	BinaryWidth binary_width = BinaryWidth::kOneBit;  /* kBinary */
	BinaryQuery binary_query = BinaryQuery::kScalar8; /* kBinary */
	uint8_t compression = 16;                         /* kProduct: 4, 8, 16, 32 or 64 times smaller than float32 */
	uint8_t bits = 1;                                 /* kRabitq: 1 to 8 */
	uint64_t seed = 0;                                /* kRabitq: of the rotation; kProduct: of the first centroids */
};

/* kInvalidParameter, or kLimitExceeded for dims; names the option and its range. */
Status check_quantizer_options(const QuantizerOptions &options) noexcept;

/* "scalar", "binary", "product", "rabitq". */
const char *quantizer_name(QuantizerKind kind) noexcept;

/* Sizes in bytes of a state and of a code, factors included; for checked options.
 *
 *   state   kRabitq             128 + 4 dims
 *           kScalar, kBinary    128 + 8 dims
 *           kProduct            128 + 1,024 dims
 *   code    kScalar             dims + 4 (kInnerProduct, kL1: dims), in steps of 64 dims
 *           kBinary             1/8, 3/16 or 1/4 dims, in steps of 64 bits
 *           kProduct            4 dims / compression, rounded up
 *           kRabitq             bits/8 dims + 12, in steps of 64 dims */
size_t quantizer_state_bytes(const QuantizerOptions &options) noexcept;
size_t quantizer_code_bytes(const QuantizerOptions &options) noexcept;

/* --------------------------------------------------------------- training */

/* Rows that training makes use of; more are a waste. 1,024 to 8,192, as few
 * as 64 MB of floats allow. */
uint32_t quantizer_training_rows(const QuantizerOptions &options) noexcept;

/* Which rows of a stream of unknown length make up a uniform sample (reservoir
 * sampling, Vitter's algorithm R). Depends on seed and order of rows only.
 *
 *   for each row: slot = sample.next(); if (slot < capacity) copy it to slot
 *
 * min(rows seen, capacity) slots are filled in the end. */
class ReservoirSample {
public:
	ReservoirSample(uint32_t capacity, uint64_t seed) : capacity_(capacity), state_(seed) {}
	/* The slot of the next row; `capacity` or more when it is not taken. */
	uint32_t next() noexcept;
	uint64_t seen() const noexcept { return seen_; }
	uint32_t filled() const noexcept { return seen_ < capacity_ ? static_cast<uint32_t>(seen_) : capacity_; }

private:
	uint32_t capacity_;
	uint64_t seen_ = 0;
	uint64_t state_;
};

/* Learns from rows[count][dims] and writes quantizer_state_bytes() to `state`
 * (8-byte aligned). count may be 0: the state is then valid and makes poor codes.
 * Uses up to `threads` threads (1 or more), all signals blocked in those it
 * starts, and heap memory of its own: about twice that of the rows. The result
 * does not depend on `threads`. kProduct takes up to some seconds; the calling
 * thread asks `poll` (which must not throw or jump) between parts of the
 * dimensions, and when that returns true training stops with kCancelled.
 * Otherwise kInvalidParameter, kOutOfMemory. */
Status train_quantizer(const QuantizerOptions &options, const float *rows, size_t count, int threads, void *state,
					   bool (*poll)(void *) = nullptr, void *poll_context = nullptr) noexcept;

/* ----------------------------------------------------------------- coding */

struct QuantizerState;   /* src/core/quantizer/state.h */
struct QuantizerMethods; /* src/core/quantizer/methods.h */
struct LevelKernels;     /* src/core/quantizer/level_kernels.h */

/* The fields of both structs belong to src/core/quantizer. */
struct Quantizer {
	QuantizerOptions options;
	const QuantizerState *state = nullptr;
	const QuantizerMethods *methods = nullptr;
	size_t code_bytes = 0;     /* of one code */
	size_t scratch_floats = 0; /* what encode() wants */
	Rotation rotation;         /* kRabitq */

	/* kCorruption when the bytes are no state: truncated, changed, of another
	 * byte order, of a later version, or contradicting themselves. The arena is
	 * asked for 16 bytes per dimension (kRabitq) or nothing. */
	Status init(Arena arena, const void *state, size_t bytes);

	/* Rows that the state was learned from; at most quantizer_training_rows(). */
	uint32_t trained_rows() const noexcept;

	/* Writes code_bytes to `code` (no alignment needed); scratch_floats floats
	 * of scratch. */
	void encode(const float *values, float *scratch, uint8_t *code) const noexcept;
};

/* ---------------------------------------------------------------- queries */

/* Integers that a query is scored with; see src/core/quantizer/levels.h. */
struct QueryLevels {
	uint32_t blocks; /* of 64 integers */
	float step;      /* value = step * integer, about */
	int64_t sum;     /* of all integers */
	int16_t *wide;   /* 14 bits and a sign; null when 8 bits are enough */
	int8_t *high;    /* 256 * high + low = wide; null when 8 bits are enough */
	int8_t *low;
};

/* A query prepared for scoring. prepare() may be called again and again; nothing
 * but init() allocates. */
struct QuantizedQuery {
	const Quantizer *quantizer = nullptr;
	const LevelKernels *kernels = nullptr; /* of the set in use when init() ran */
	float base = 0;                        /* what estimates have in common */
	float norm = 0;                        /* what errors are in proportion to */
	QueryLevels levels = {};
	float *values = nullptr;  /* the query, centred, for kRabitq rotated */
	float *scratch = nullptr; /* as much as encode() wants */
	float *tables = nullptr;  /* kProduct: 256 parts of a distance for each byte of a code */
	uint8_t *code = nullptr;  /* the query's own code, where codes are compared with codes */

	/* The quantizer must stay where it is. Arena: about 16 bytes per dimension;
	 * for kProduct also 4,096 / compression. */
	void init(Arena arena, const Quantizer &quantizer);

	void prepare(const float *values) noexcept;

	/* out[i] = estimate for the code at codes + i * stride. Codes need no
	 * alignment. */
	void estimate(const uint8_t *codes, size_t stride, uint32_t count, float *out) const noexcept;

	/* The same for codes at any addresses. */
	void estimate_each(const uint8_t *const *codes, uint32_t count, float *out) const noexcept;

	float estimate(const uint8_t *one) const noexcept
	{
		float out;
		estimate(one, 0, 1, &out);
		return out;
	}

	/* Standard deviation of the estimate about the exact distance; never
	 * negative, 0 where the code is known to be exact. kRabitq: from the code's
	 * own length (SIGMOD 2024, theorem 3.2), so it holds for any data. Others:
	 * as the training sample had it, so it holds for data like that.
	 * estimate - 3 * error is a lower bound in nearly all cases. */
	float error(const uint8_t *one, float estimate) const noexcept;
};

} /* namespace vecext */
