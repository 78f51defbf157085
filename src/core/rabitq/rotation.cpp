/*
 * rotation.cpp: signs from a seed; the transform itself is one of the loops per
 * instruction set (code_loops.h).
 */
#include "vecext/rotation.h"

#include <cmath>
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

/* The window of a round, and its transform, as code_loops.h has them. */
uint32_t window_size(uint32_t padded)
{
	uint32_t size = 64;
	while (size * 2 <= padded)
		size *= 2;
	return size;
}

void hadamard(float *x, uint32_t n)
{
	for (uint32_t h = 1; h < n; h *= 2)
		for (uint32_t start = 0; start < n; start += 2 * h)
			for (uint32_t i = start; i < start + h; i++) {
				const float sum = x[i] + x[i + h], difference = x[i] - x[i + h];
				x[i] = sum;
				x[i + h] = difference;
			}
}

void butterfly(float *x, uint32_t n)
{
	for (uint32_t i = 0; i < n / 2; i++) {
		const float sum = x[i] + x[i + n / 2], difference = x[i] - x[i + n / 2];
		x[i] = sum;
		x[i + n / 2] = difference;
	}
}

} /* namespace */

/* Every step is its own inverse up to a factor. */
void Rotation::undo(float *x) const noexcept
{
	const uint32_t size = window_size(padded_), outside = padded_ - size;
	const float factor = 1 / std::sqrt(static_cast<float>(size)), half_root = outside ? std::sqrt(0.5f) : 1;
	for (int round = kRounds - 1; round >= 0; round--) {
		const uint32_t *signs = signs_ + size_t{padded_} * static_cast<uint32_t>(round);
		if (outside)
			butterfly(x, padded_);
		const uint32_t start = round % 2 ? outside : 0;
		hadamard(x + start, size);
		for (uint32_t i = 0; i < padded_; i++) {
			const float scale = i >= start && i < start + size ? factor * half_root : half_root;
			x[i] *= signs[i] ? -scale : scale;
		}
	}
}

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
