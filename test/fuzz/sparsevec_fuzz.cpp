/*
 * sparsevec_fuzz.cpp: the text parser of `sparsevec`, its three steps as the
 * input function takes them. What it accepts passes every check of the limits.
 */
#include "fuzz_target.h"
#include "vecext/sparse_text.h"

using namespace vecext;
using namespace vecext::fuzz;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const std::vector<char> text = as_text(data, size);
	const Result<size_t> capacity = sparse_text_capacity(text.data());
	if (!capacity.is_ok()) {
		require_input_error(capacity.status());
		return 0;
	}
	std::vector<SparseElement> elements(capacity.value());
	const Result<SparseText> parsed = parse_sparse_text(text.data(), elements.data(), elements.size());
	if (!parsed.is_ok()) {
		require_input_error(parsed.status());
		return 0;
	}
	const auto [dimensions, count] = parsed.value();
	require(check_sparse_dimensions(dimensions).is_ok(), "dimensions are within the limits");
	require(count <= elements.size(), "there are no more elements than room");

	std::vector<int32_t> indices(count);
	std::vector<float> values(count);
	const Status arranged = arrange_sparse_elements(elements.data(), count, dimensions, indices.data(), values.data());
	if (!arranged.is_ok()) {
		require_input_error(arranged);
		return 0;
	}
	require(check_sparse_element_count(static_cast<int64_t>(count), dimensions).is_ok(), "the count is possible");
	require(check_sparse_indices(indices.data(), count, dimensions).is_ok(), "indices ascend within bounds");
	require(check_sparse_values(values.data(), count).is_ok(), "values are finite");
	for (float value : values)
		require(value != 0, "no value is zero");
	return 0;
}
