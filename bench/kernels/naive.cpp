/* naive.cpp: the loops that one would write first. PEER names this build. */
#include "peers.h"

namespace {

float l2_squared(const void *a, const void *b, const void *dims)
{
	const float *x = static_cast<const float *>(a), *y = static_cast<const float *>(b);
	const size_t n = *static_cast<const size_t *>(dims);
	float sum = 0;
	for (size_t i = 0; i < n; i++) {
		const float difference = x[i] - y[i];
		sum += difference * difference;
	}
	return sum;
}

float inner_product(const void *a, const void *b, const void *dims)
{
	const float *x = static_cast<const float *>(a), *y = static_cast<const float *>(b);
	const size_t n = *static_cast<const size_t *>(dims);
	float sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * y[i];
	return sum;
}

} /* namespace */

PeerDistances PEER(size_t)
{
	return {l2_squared, inner_product};
}
