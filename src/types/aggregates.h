/*
 * aggregates.h: the transition state of avg() over vectors.
 *
 * The state is a double precision[] {count, sum of x[0], sum of x[1], ...}; {0}
 * before the first row. It is an ordinary SQL value, so a user may call the
 * transition functions with any array: each state is checked before use.
 * Parallel workers' states are combined by addition.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "utils/array.h"
}

namespace vecext::types {

/* A checked view of a state array. */
struct AverageState {
	ArrayType *array;
	double count;   /* finite, not negative */
	int dimensions; /* 0 before the first row */
	double *sums;   /* `dimensions` of them, inside `array` */
};

/* Raises XX000, naming `caller`, unless `state` has the shape above. */
AverageState average_state(Datum state, const char *caller);

/* The state with one more row. Writes into the state where PostgreSQL calls it
 * for an aggregate and thus owns the array, else into a new one. Raises 22000
 * for other dimensions than before, 22003 on overflow. */
ArrayType *add_row(FunctionCallInfo fcinfo, const AverageState &state, const float *row, int dimensions);

/* Both states' rows together, as a new array. Errors as for add_row(). */
ArrayType *combine_states(const AverageState &a, const AverageState &b);

/* to[i] = sums[i] / count, rounded to float. */
void average_of(const AverageState &state, float *to);

} /* namespace vecext::types */
