/*
 * sparsevec.h: the SQL type sparsevec, a vector that stores only its non-zero
 * elements.
 *
 * The datum (pgvector's layout; elements are 4-byte aligned):
 *
 *     0   int32   varlena header
 *     4   int32   dim       dimensions, 1 .. 1,000,000,000
 *     8   int32   nnz       elements, 0 .. 16,000
 *    12   int32   unused    0
 *    16   int32   indices[nnz]   from 0, ascending, below dim
 *         float4  values[nnz]    finite, not zero
 *
 * A type modifier is the number of dimensions. Equal vectors are equal byte by
 * byte from dim on, which the hash relies on.
 */
#pragma once

#include "pg/compat.h"

#include "vecext/kernels.h"
#include "vecext/sparse_limits.h"

namespace vecext::types {

struct SparseVector {
	int32 vl_len_;
	int32 dim;
	int32 nnz;
	int32 unused;
	int32 indices[FLEXIBLE_ARRAY_MEMBER];
};

inline float *values_of(SparseVector *vector)
{
	return reinterpret_cast<float *>(vector->indices + vector->nnz);
}

inline const float *values_of(const SparseVector *vector)
{
	return reinterpret_cast<const float *>(vector->indices + vector->nnz);
}

inline Size sparse_vector_size(int32 nnz)
{
	return offsetof(SparseVector, indices) + static_cast<Size>(nnz) * (sizeof(int32) + sizeof(float));
}

/* The value of `datum`, detoasted: in place when it is plain already, else a copy
 * in the current memory context. */
inline const SparseVector *sparse_vector_from(Datum datum)
{
	const auto *vector = reinterpret_cast<const SparseVector *>(PG_DETOAST_DATUM(datum));
	Assert(VARSIZE(vector) == sparse_vector_size(vector->nnz));
	return vector;
}

/* A new vector in the current memory context, its elements zeroed for the caller
 * to fill. Both numbers must be within the limits. */
SparseVector *make_sparse_vector(int32 dim, int32 nnz);

/* Raises 22000 unless both have the same number of dimensions. */
void check_same_dimensions(const SparseVector *a, const SparseVector *b);

/* Distances between vectors of the same number of dimensions. */
double l2_squared_distance(const SparseVector *a, const SparseVector *b);
double inner_product(const SparseVector *a, const SparseVector *b);
double l1_distance(const SparseVector *a, const SparseVector *b);

/* 1 - cosine of the angle, in [0, 2]; NaN when a norm is zero, or when the inner
 * product overflows with a norm. */
double cosine_distance(const Kernels &kernels, const SparseVector *a, const SparseVector *b);

/* Order of the elements from the first on, absent ones being zero, as arrays
 * compare; a vector that is a prefix of the other comes first. */
int compare(const SparseVector *a, const SparseVector *b);

} /* namespace vecext::types */
