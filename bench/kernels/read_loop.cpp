/*
 * read_loop.cpp: how fast one core can read memory: the ceiling of any kernel.
 *
 * Eight independent sums, so that no addition waits for another. Plain AVX2 or
 * AVX-512 loads, whichever the CPU has; SSE2 otherwise.
 */
#include "peers.h"

#include <immintrin.h>

namespace {

/* Registers as GCC vectors, so that one body serves all widths. */
template <class Register> [[gnu::always_inline]] inline float read_all(const float *from, size_t bytes)
{
	const Register *p = reinterpret_cast<const Register *>(from);
	const Register *end = p + bytes / sizeof(Register);
	Register s0{}, s1{}, s2{}, s3{}, s4{}, s5{}, s6{}, s7{};
	for (; p < end; p += 8) {
		s0 += p[0];
		s1 += p[1];
		s2 += p[2];
		s3 += p[3];
		s4 += p[4];
		s5 += p[5];
		s6 += p[6];
		s7 += p[7];
	}
	return (s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7)[0];
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
