/*
 * vector.h: the type `vector`, float32 elements; see dense.h for the layout.
 */
#pragma once

#include "types/dense.h"

namespace vecext::types {

inline const Vector *vector_from(Datum datum)
{
	return dense_from<float>(datum);
}

inline Vector *new_vector(int dimensions)
{
	return new_dense<float>(dimensions);
}

} /* namespace vecext::types */
