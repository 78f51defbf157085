/*
 * sparsevec_casts.cpp: conversions between sparsevec and vector, halfvec and
 * arrays. Zeros (of either sign) are what a sparse vector leaves out.
 */
#include <algorithm>

#include "types/array_cast.h"
#include "types/dense.h"
#include "types/sparsevec.h"

#include "pg/error.h"

namespace vecext::types {

namespace {

/* NaN counts as an element, so that the check of values sees it. */
bool is_element(float value)
{
	return value != 0;
}

/* The sparse form of dense[0..dim). `dim` must be within the limits. */
SparseVector *sparse_from_floats(const float *dense, int32 dim)
{
	const int64 count = std::count_if(dense, dense + dim, is_element);
	pg::raise_if_error(check_sparse_element_count(count, dim));

	SparseVector *vector = make_sparse_vector(dim, static_cast<int32>(count));
	float *values = values_of(vector);
	for (int32 i = 0, j = 0; i < dim; i++) {
		if (!is_element(dense[i]))
			continue;
		vector->indices[j] = i;
		values[j++] = dense[i];
	}
	return vector;
}

SparseVector *sparse_from_array(ArrayType *array, int32 typmod)
{
	const int dim = checked_array_length(array);
	pg::raise_if_error(check_sparse_dimensions(dim));
	check_expected_dimensions(typmod, dim);

	auto *dense = static_cast<float *>(palloc(static_cast<Size>(dim) * sizeof(float)));
	array_to_floats(array, dense);
	SparseVector *vector = sparse_from_floats(dense, dim);
	pfree(dense);

	pg::raise_if_error(check_sparse_values(values_of(vector), static_cast<size_t>(vector->nnz)));
	return vector;
}

template <class Element> SparseVector *sparse_from_dense(const DenseVector<Element> *vector, int32 typmod)
{
	check_expected_dimensions(typmod, vector->dim);
	float dense[kMaxDenseDimensions];
	ElementTraits<Element>::widen(vector->x, dense, static_cast<size_t>(vector->dim));
	return sparse_from_floats(dense, vector->dim);
}

template <class Element> DenseVector<Element> *dense_from_sparse(const SparseVector *vector, int32 typmod)
{
	check_dimensions<Element>(vector->dim);
	check_expected_dimensions(typmod, vector->dim);

	Element values[kMaxDenseDimensions];
	narrow_checked(values_of(vector), values, static_cast<size_t>(vector->nnz));
	DenseVector<Element> *dense = new_dense<Element>(vector->dim);
	for (int32 i = 0; i < vector->nnz; i++)
		dense->x[vector->indices[i]] = values[i];
	return dense;
}

} /* namespace */

} /* namespace vecext::types */

using namespace vecext::types;

VECEXT_FUNCTION(vecext_vector_to_sparsevec)
{
	PG_RETURN_POINTER(sparse_from_dense(dense_from<float>(PG_GETARG_DATUM(0)), PG_GETARG_INT32(1)));
}

VECEXT_FUNCTION(vecext_halfvec_to_sparsevec)
{
	PG_RETURN_POINTER(sparse_from_dense(dense_from<uint16_t>(PG_GETARG_DATUM(0)), PG_GETARG_INT32(1)));
}

VECEXT_FUNCTION(vecext_sparsevec_to_vector)
{
	PG_RETURN_POINTER(dense_from_sparse<float>(sparse_vector_from(PG_GETARG_DATUM(0)), PG_GETARG_INT32(1)));
}

VECEXT_FUNCTION(vecext_sparsevec_to_halfvec)
{
	PG_RETURN_POINTER(dense_from_sparse<uint16_t>(sparse_vector_from(PG_GETARG_DATUM(0)), PG_GETARG_INT32(1)));
}

VECEXT_FUNCTION(vecext_array_to_sparsevec)
{
	PG_RETURN_POINTER(sparse_from_array(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_INT32(1)));
}
