/*
 * vector_fuzz.cpp: the text parser of `vector`. What it accepts is finite, within
 * the limits, and printed with nine digits reads back to the same bits.
 */
#include <cmath>

#include "fuzz_target.h"
#include "vecext/dense_text.h"

using namespace vecext;
using namespace vecext::fuzz;

namespace {

std::string printed(const float *elements, int n)
{
	std::string text = "[";
	char number[32];
	for (int i = 0; i < n; i++) {
		snprintf(number, sizeof number, "%s%.9g", i == 0 ? "" : ",", elements[i]);
		text += number;
	}
	return text + "]";
}

} /* namespace */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static float elements[kMaxDenseDimensions], again[kMaxDenseDimensions];
	const Result<int> dimensions = parse_vector(as_text(data, size).data(), elements);
	if (!dimensions.is_ok()) {
		require_input_error(dimensions.status());
		return 0;
	}
	const int n = dimensions.value();
	require(n >= 1 && n <= kMaxDenseDimensions, "1 to 16,000 dimensions");
	for (int i = 0; i < n; i++)
		require(std::isfinite(elements[i]), "elements are finite");
	const Result<int> reread = parse_vector(printed(elements, n).c_str(), again);
	require(reread.is_ok() && reread.value() == n, "what is printed is read");
	require(memcmp(elements, again, static_cast<size_t>(n) * sizeof(float)) == 0, "to the same bits");
	return 0;
}
