/*
 * rotation.h: the random orthogonal map that RaBitQ codes are taken under.
 *
 * Gao & Long, "RaBitQ", SIGMOD 2024, section 3.2: codes of signs estimate inner
 * products without bias only after a random rotation. A dense matrix would cost
 * O(d^2); this one is four rounds of random signs, a Hadamard transform over a
 * power-of-two window and, when the padded length is no power of two, a Kac
 * butterfly that mixes the two halves: O(d log d), with padding to a multiple
 * of 64 only. It preserves lengths up to rounding.
 *
 * The signs follow from the seed alone and are equal on every machine.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/arena.h"

namespace vecext {

/* Length that `dims` values take after rotation: a multiple of 64. */
constexpr uint32_t padded_dims(uint32_t dims)
{
	return (dims + 63) / 64 * 64;
}

/* A view on sign masks that live in an arena. Read-only after init: any number
 * of threads may apply one. */
class Rotation {
public:
	static constexpr int kRounds = 4;

	void init(Arena arena, uint32_t dims, uint64_t seed);

	/* out[padded()] = R * in[dims()], zero-padded. `in` and `out` may be equal
	 * when `in` has room for padded() values. */
	void apply(const float *in, float *out) const noexcept;

	/* x[padded()] = R^-1 x, in place: lengths are kept, and apply() undone up to
	 * rounding. Portable code: some microseconds for a thousand dimensions. */
	void undo(float *x) const noexcept;

	/* After the memory that init() allocated was moved by `bytes`. */
	void relocate(ptrdiff_t bytes)
	{
		signs_ = reinterpret_cast<const uint32_t *>(reinterpret_cast<const char *>(signs_) + bytes);
	}

	uint32_t dims() const { return dims_; }
	uint32_t padded() const { return padded_; }

private:
	uint32_t dims_ = 0;
	uint32_t padded_ = 0;
	const uint32_t *signs_ = nullptr; /* kRounds * padded_ words, each 0 or 0x80000000 */
};

} /* namespace vecext */
