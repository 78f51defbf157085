/*
 * sparse.cpp: sparse distances by merging two sorted index arrays.
 *
 * The union merge behind L2 and L1 visits each index once, in ascending order,
 * which fixes the order of additions. Which side is behind is as good as random,
 * so both advance without a branch. Relies on ascending indices
 * (include/vecext/sparse.h).
 */
#include "vecext/sparse.h"

#include <cmath>

namespace vecext {
namespace {

/* Sum of term(a[i] - b[i]) over the union of the index sets. */
template <class Term>
float sum_over_union(const int32_t *ia, const float *va, size_t na, const int32_t *ib, const float *vb, size_t nb,
					 Term term) noexcept
{
	float sum = 0;
	size_t i = 0, j = 0;
	while (i < na && j < nb) {
		const int32_t left = ia[i], right = ib[j];
		const float a = left <= right ? va[i] : 0.0f;
		const float b = right <= left ? vb[j] : 0.0f;
		sum += term(a - b);
		i += left <= right;
		j += right <= left;
	}
	for (; i < na; i++)
		sum += term(va[i]);
	for (; j < nb; j++)
		sum += term(vb[j]);
	return sum;
}

} /* namespace */

float sparse_l2_squared(const int32_t *ia, const float *va, size_t na, const int32_t *ib, const float *vb,
						size_t nb) noexcept
{
	return sum_over_union(ia, va, na, ib, vb, nb, [](float difference) { return difference * difference; });
}

float sparse_inner_product(const int32_t *ia, const float *va, size_t na, const int32_t *ib, const float *vb,
						   size_t nb) noexcept
{
	float sum = 0;
	size_t i = 0, j = 0;
	while (i < na && j < nb) {
		const int32_t left = ia[i], right = ib[j];
		if (left == right)
			sum += va[i] * vb[j];
		i += left <= right;
		j += right <= left;
	}
	return sum;
}

float sparse_l1(const int32_t *ia, const float *va, size_t na, const int32_t *ib, const float *vb, size_t nb) noexcept
{
	return sum_over_union(ia, va, na, ib, vb, nb, [](float difference) { return std::fabs(difference); });
}

} /* namespace vecext */
