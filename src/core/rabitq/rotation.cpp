/*
 * rotation.cpp: signs from a seed; the transform itself is one of the loops per
 * instruction set (code_loops.h).
 */
#include "vecext/rotation.h"

#include <cstring>

#include "core/rabitq/code_kernels.h"

namespace vecext {

namespace {

/* splitmix64 (Steele, Lea & Flood, OOPSLA 2014). */
uint64_t next_random(uint64_t &state)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

} /* namespace */

void Rotation::init(Arena arena, uint32_t dims, uint64_t seed)
{
	dims_ = dims;
	padded_ = padded_dims(dims);
	const size_t count = size_t{kRounds} * padded_;
	uint32_t *signs = arena.allocate<uint32_t>(count);
	uint64_t random = 0;
	for (size_t i = 0; i < count; i++, random >>= 1) {
		if (i % 64 == 0)
			random = next_random(seed);
		signs[i] = random & 1 ? 0x80000000u : 0;
	}
	signs_ = signs;
}

void Rotation::apply(const float *in, float *out) const noexcept
{
	if (in != out)
		memcpy(out, in, sizeof(float) * dims_);
	memset(out + dims_, 0, sizeof(float) * (padded_ - dims_));
	code_kernels().rotate(signs_, padded_, out);
}

} /* namespace vecext */
