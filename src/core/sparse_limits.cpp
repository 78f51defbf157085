/*
 * sparse_limits.cpp: the rules of sparse vectors, and their error texts.
 */
#include "vecext/sparse_limits.h"

#include <cmath>

namespace vecext {

namespace {

Status out_of_bounds() noexcept
{
	return Status::error(ErrorKind::kDataException, "sparsevec index out of bounds");
}

Status check_ascending(int32_t previous, int32_t index) noexcept
{
	if (index < previous)
		return Status::error(ErrorKind::kDataException, "sparsevec indices must be in ascending order");
	if (index == previous)
		return Status::error(ErrorKind::kDataException, "sparsevec indices must not contain duplicates");
	return Status::ok();
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
	for (size_t i = 0; i < count; i++) {
		if (indices[i] < 0 || indices[i] >= dimensions)
			return out_of_bounds();
		if (i == 0)
			continue;
		Status status = check_ascending(indices[i - 1], indices[i]);
		if (!status.is_ok())
			return status;
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

} /* namespace vecext */
