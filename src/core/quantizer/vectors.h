/*
 * vectors.h: sums over float arrays with one order of additions on every
 * machine, for whatever is stored or must be found again bit by bit.
 *
 * The kernels of vecext/kernels.h are faster, but each instruction set adds in
 * its own order. Here sixteen lanes are added up in turn and then as a tree;
 * compilers make vector code of that for any width.
 */
#pragma once

#include <cstddef>
#include <cstdint>

namespace vecext {

inline float tree_sum(float *lanes) noexcept
{
	for (int width = 8; width > 0; width /= 2)
		for (int i = 0; i < width; i++)
			lanes[i] += lanes[i + width];
	return lanes[0];
}

/* Sum of term(i) for i < n. */
template <class Term> float ordered_sum(size_t n, Term term) noexcept
{
	float lanes[16] = {};
	size_t i = 0;
	for (; i + 16 <= n; i += 16)
		for (size_t j = 0; j < 16; j++)
			lanes[j] += term(i + j);
	for (size_t j = 0; i < n; i++, j++)
		lanes[j] += term(i);
	return tree_sum(lanes);
}

inline float ordered_dot(const float *a, const float *b, size_t n) noexcept
{
	return ordered_sum(n, [=](size_t i) { return a[i] * b[i]; });
}

inline constexpr float kLargestFloat = 3.4e38f;

/* x when it is a number from -most to most, else the nearer of them; 0 for NaN. */
inline float bounded(float x, float most = kLargestFloat) noexcept
{
	if (x > most)
		return most;
	if (x < -most)
		return -most;
	return x == x ? x : 0;
}

} /* namespace vecext */
