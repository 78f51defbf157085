/* dense.cpp: errors and checked conversion of the dense vector types. */
#include <cmath>

#include "types/dense.h"

extern "C" {
#include "common/shortest_dec.h"
}

namespace vecext::types {

namespace {

[[noreturn]] void raise_out_of_range(const char *type_name, float value)
{
	char text[FLOAT_SHORTEST_DECIMAL_LEN];
	float_to_shortest_decimal_buf(value, text);
	ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					errmsg("\"%s\" is out of range for type %s", text, type_name)));
	pg_unreachable();
}

} /* namespace */

void check_expected_dimensions(int32 expected, int32 dimensions)
{
	if (unlikely(expected != -1 && expected != dimensions))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected %d dimensions, not %d", expected, dimensions)));
}

void raise_different_dimensions(const char *type_name, int a, int b)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("different %s dimensions %d and %d", type_name, a, b)));
	pg_unreachable();
}

void narrow_checked(const float *from, float *to, size_t n)
{
	ElementTraits<float>::narrow(from, to, n);
}

void narrow_checked(const float *from, uint16_t *to, size_t n)
{
	ElementTraits<uint16_t>::narrow(from, to, n);
	for (size_t i = 0; i < n; i++)
		if (unlikely(is_half_infinite(to[i]) && !std::isinf(from[i])))
			raise_out_of_range(kHalfvecTypeName, from[i]);
}

} /* namespace vecext::types */
