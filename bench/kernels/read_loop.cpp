/*
 * read_loop.cpp: how fast one core can read memory: the ceiling of any kernel.
 *
 * Two lines of memory per round, summed up independently, over AVX-512 or AVX2
 * registers, whichever the CPU has; SSE2 otherwise. More lines per round were
 * slower on Zen 4.
 */
#include "peers.h"

#include <immintrin.h>

namespace {

constexpr size_t kRound = 128;

template <class Register> [[gnu::always_inline]] inline float read_all(const float *from, size_t bytes)
{
	constexpr size_t kRegisters = kRound / sizeof(Register);
	const Register *next = reinterpret_cast<const Register *>(from);
	const Register *end = next + bytes / sizeof(Register);
	Register sums[kRegisters] = {};
	for (; next < end; next += kRegisters)
#pragma GCC unroll 8
		for (size_t i = 0; i < kRegisters; i++)
			sums[i] += next[i];
	float total = 0;
	for (const Register &sum : sums)
		total += sum[0];
	return total;
}

[[gnu::target("avx512f")]] float read_avx512(const float *from, size_t bytes)
{
	return read_all<__m512>(from, bytes);
}

[[gnu::target("avx2")]] float read_avx2(const float *from, size_t bytes)
{
	return read_all<__m256>(from, bytes);
}

} /* namespace */

float read_loop(const float *from, size_t bytes)
{
	if (__builtin_cpu_supports("avx512f"))
		return read_avx512(from, bytes);
	if (__builtin_cpu_supports("avx2"))
		return read_avx2(from, bytes);
	return read_all<__m128>(from, bytes);
}
