/*
 * halfvec.h: the type `halfvec`, binary16 elements; see dense.h for the layout.
 */
#pragma once

#include "types/dense.h"

namespace vecext::types {

inline const HalfVector *halfvec_from(Datum datum)
{
	return dense_from<uint16_t>(datum);
}

inline HalfVector *new_halfvec(int dimensions)
{
	return new_dense<uint16_t>(dimensions);
}

} /* namespace vecext::types */
