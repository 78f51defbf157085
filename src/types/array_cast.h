/*
 * array_cast.h: PostgreSQL arrays as sources and targets of vector casts.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "utils/array.h"
}

namespace vecext::types {

/* The number of elements of `array`. Raises 22000 when it has more than one
 * dimension, 22004 when an element is null. */
int checked_array_length(ArrayType *array);

/* Writes all elements of a checked integer[], real[], double precision[] or
 * numeric[] as floats. A double beyond float's range becomes an infinity; such a
 * numeric raises 22003, and any other element type 22000. */
void array_to_floats(ArrayType *array, float *to);

/* A real[] of `n` elements in the current memory context. */
ArrayType *floats_to_array(const float *from, int n);

/* The elements of a one-dimensional array without nulls, of any type; raises an
 * error for others. */
Datum *checked_array_elements(ArrayType *array, int *count);

} /* namespace vecext::types */
