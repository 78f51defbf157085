/*
 * sparse_limits.cpp: the rules of sparse vectors, and their error texts.
 */
#include "vecext/sparse_limits.h"

#include <algorithm>
#include <cmath>

namespace vecext {

namespace {

Status index_error(int32_t previous, int32_t index, int32_t dimensions) noexcept
{
	if (index < 0 || index >= dimensions)
		return Status::error(ErrorKind::kDataException, "sparsevec index out of bounds");
	if (index < previous)
		return Status::error(ErrorKind::kDataException, "sparsevec indices must be in ascending order");
	return Status::error(ErrorKind::kDataException, "sparsevec indices must not contain duplicates");
}

} /* namespace */

Status check_sparse_dimensions(int64_t dimensions) noexcept
{
	if (dimensions < 1)
		return Status::error(ErrorKind::kDataException, "sparsevec must have at least 1 dimension");
	if (dimensions > kMaxSparseDimensions)
		return Status::error(ErrorKind::kLimitExceeded, "sparsevec cannot have more than %d dimensions",
							 kMaxSparseDimensions);
	return Status::ok();
}

Status check_sparse_element_count(int64_t count, int32_t dimensions) noexcept
{
	if (count < 0)
		return Status::error(ErrorKind::kDataException, "sparsevec cannot have negative number of elements");
	if (count > kMaxSparseElements)
		return Status::error(ErrorKind::kLimitExceeded, "sparsevec cannot have more than %d non-zero elements",
							 kMaxSparseElements);
	if (count > dimensions)
		return Status::error(ErrorKind::kLimitExceeded, "sparsevec cannot have more elements than dimensions");
	return Status::ok();
}

Status check_sparse_indices(const int32_t *indices, size_t count, int32_t dimensions) noexcept
{
	int32_t previous = -1;
	for (size_t i = 0; i < count; i++) {
		if (indices[i] <= previous || indices[i] >= dimensions)
			return index_error(previous, indices[i], dimensions);
		previous = indices[i];
	}
	return Status::ok();
}

Status check_sparse_value(float value) noexcept
{
	if (std::isnan(value))
		return Status::error(ErrorKind::kDataException, "NaN not allowed in sparsevec");
	if (std::isinf(value))
		return Status::error(ErrorKind::kDataException, "infinite value not allowed in sparsevec");
	return Status::ok();
}

Status check_sparse_values(const float *values, size_t count) noexcept
{
	const float *end = values + count;
	const float *bad = std::find_if_not(values, end, [](float value) { return std::isfinite(value); });
	return bad == end ? Status::ok() : check_sparse_value(*bad);
}

} /* namespace vecext */
