/*
 * sparse_binary.cpp: reader of the binary representation of sparse vectors.
 */
#include "vecext/sparse_binary.h"

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

Status check_stored_value(float value) noexcept
{
	if (value == 0)
		return Status::error(ErrorKind::kDataException,
							 "binary representation of sparsevec cannot contain zero values");
	return check_sparse_value(value);
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
	const size_t count = header.count;
	for (size_t i = 0; i < count; i++)
		indices[i] = read_int32(bytes + i * sizeof(int32_t));
	Status status = check_sparse_indices(indices, count, header.dimensions);

	bytes += count * sizeof(int32_t);
	for (size_t i = 0; i < count && status.is_ok(); i++) {
		values[i] = std::bit_cast<float>(big_endian(bytes + i * sizeof(float)));
		status = check_stored_value(values[i]);
	}
	return status;
}

} /* namespace vecext */
