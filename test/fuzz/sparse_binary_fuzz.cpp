/*
 * sparse_binary_fuzz.cpp: the binary message of `sparsevec`.
 */
#include "fuzz_target.h"
#include "vecext/sparse_binary.h"

using namespace vecext;
using namespace vecext::fuzz;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < kSparseBinaryHeaderBytes)
		return 0;
	const Result<SparseBinaryHeader> header = parse_sparse_binary_header(data);
	if (!header.is_ok()) {
		require_input_error(header.status());
		return 0;
	}
	const auto [dimensions, count] = header.value();
	require(check_sparse_dimensions(dimensions).is_ok(), "dimensions are within the limits");
	require(check_sparse_element_count(count, dimensions).is_ok(), "the count is possible");
	if (size - kSparseBinaryHeaderBytes < static_cast<size_t>(count) * kSparseBinaryElementBytes)
		return 0;

	std::vector<int32_t> indices(static_cast<size_t>(count));
	std::vector<float> values(indices.size());
	const Status status =
		parse_sparse_binary_elements(data + kSparseBinaryHeaderBytes, header.value(), indices.data(), values.data());
	if (!status.is_ok()) {
		require_input_error(status);
		return 0;
	}
	require(check_sparse_indices(indices.data(), indices.size(), dimensions).is_ok(), "indices ascend within bounds");
	require(check_sparse_values(values.data(), values.size()).is_ok(), "values are finite");
	return 0;
}
