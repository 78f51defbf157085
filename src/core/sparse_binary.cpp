/*
 * sparse_binary.cpp: reader of the binary representation of sparse vectors.
 */
#include "vecext/sparse_binary.h"

#include <algorithm>
#include <bit>

namespace vecext {

namespace {

uint32_t big_endian(const uint8_t *bytes) noexcept
{
	return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

int32_t read_int32(const uint8_t *bytes) noexcept
{
	return static_cast<int32_t>(big_endian(bytes));
}

} /* namespace */

Result<SparseBinaryHeader> parse_sparse_binary_header(const uint8_t *bytes) noexcept
{
	const SparseBinaryHeader header = {.dimensions = read_int32(bytes), .count = read_int32(bytes + 4)};
	const int32_t unused = read_int32(bytes + 8);

	Status status = check_sparse_dimensions(header.dimensions);
	if (status.is_ok())
		status = check_sparse_element_count(header.count, header.dimensions);
	if (status.is_ok() && unused != 0)
		status = Status::error(ErrorKind::kDataException, "expected unused to be 0, not %d", unused);
	if (!status.is_ok())
		return status;
	return header;
}

Status parse_sparse_binary_elements(const uint8_t *bytes, const SparseBinaryHeader &header, int32_t *indices,
									float *values) noexcept
{
	const size_t count = static_cast<size_t>(header.count);
	for (size_t i = 0; i < count; i++)
		indices[i] = read_int32(bytes + i * sizeof(int32_t));
	bytes += count * sizeof(int32_t);
	for (size_t i = 0; i < count; i++)
		values[i] = std::bit_cast<float>(big_endian(bytes + i * sizeof(float)));

	Status status = check_sparse_indices(indices, count, header.dimensions);
	if (status.is_ok())
		status = check_sparse_values(values, count);
	if (status.is_ok() && std::find(values, values + count, 0.0f) != values + count)
		status =
			Status::error(ErrorKind::kDataException, "binary representation of sparsevec cannot contain zero values");
	return status;
}

} /* namespace vecext */
