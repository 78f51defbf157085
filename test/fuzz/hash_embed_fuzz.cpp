/*
 * hash_embed_fuzz.cpp: the text embedding takes any bytes; the vector has length 1
 * or 0, and trailing separators change nothing.
 */
#include <cmath>

#include "fuzz_target.h"
#include "vecext/hash_embed.h"

using namespace vecext;
using namespace vecext::fuzz;

namespace {

constexpr size_t kDimensions = 97;

std::vector<float> embed(std::string_view text)
{
	std::vector<float> vector(kDimensions);
	require(hash_embed(text, vector.data(), vector.size()).is_ok(), "any bytes can be embedded");
	return vector;
}

} /* namespace */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* On the heap and without a terminating zero. */
	const std::vector<char> bytes(data, data + size);
	const std::vector<float> vector = embed({bytes.data(), bytes.size()});
	double squares = 0;
	for (float element : vector)
		squares += static_cast<double>(element) * element;
	require(squares == 0 || std::fabs(squares - 1) < 1e-5, "the length is 1 or 0");

	std::string longer(bytes.begin(), bytes.end());
	longer += " ?";
	require(embed(longer) == vector, "separators add nothing");
	return 0;
}
