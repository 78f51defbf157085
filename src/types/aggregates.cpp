/* aggregates.cpp: arithmetic on avg()'s transition state. */
#include <cmath>

#include "types/aggregates.h"
#include "types/dense.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/float.h"
}

namespace vecext::types {

namespace {

bool is_state_array(const ArrayType *array)
{
	return ARR_NDIM(array) == 1 && ARR_DIMS(array)[0] >= 1 && !ARR_HASNULL(array) && ARR_ELEMTYPE(array) == FLOAT8OID;
}

double *state_values(ArrayType *array)
{
	return reinterpret_cast<double *>(ARR_DATA_PTR(array));
}

/* A state of `dimensions` zero sums and no rows. */
AverageState new_state(int dimensions)
{
	const size_t size = ARR_OVERHEAD_NONULLS(1) + (static_cast<size_t>(dimensions) + 1) * sizeof(float8);
	auto *array = static_cast<ArrayType *>(palloc0(size));
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = FLOAT8OID;
	ARR_DIMS(array)[0] = dimensions + 1;
	ARR_LBOUND(array)[0] = 1;
	return {array, 0, dimensions, state_values(array) + 1};
}

ArrayType *copy_of(const AverageState &state)
{
	auto *copy = static_cast<ArrayType *>(palloc(VARSIZE(state.array)));
	memcpy(copy, state.array, VARSIZE(state.array));
	return copy;
}

/* to = sums + terms */
template <class Number> void add_sums(const double *sums, const Number *terms, double *to, int n)
{
	for (int i = 0; i < n; i++) {
		to[i] = sums[i] + static_cast<double>(terms[i]);
		if (unlikely(std::isinf(to[i])))
			float_overflow_error();
	}
}

} /* namespace */

AverageState average_state(Datum state, const char *caller)
{
	ArrayType *array = DatumGetArrayTypeP(state);
	if (!is_state_array(array))
		elog(ERROR, "%s: expected state array", caller);

	double *values = state_values(array);
	if (!std::isfinite(values[0]) || values[0] < 0)
		elog(ERROR, "%s: expected state array", caller);
	return {array, values[0], ARR_DIMS(array)[0] - 1, values + 1};
}

ArrayType *add_row(FunctionCallInfo fcinfo, const AverageState &state, const float *row, int dimensions)
{
	const bool is_first = state.dimensions == 0;
	if (!is_first)
		check_expected_dimensions(state.dimensions, dimensions);

	const bool in_place = !is_first && AggCheckCallContext(fcinfo, nullptr);
	const AverageState to = in_place ? state : new_state(dimensions);
	add_sums(is_first ? to.sums : state.sums, row, to.sums, dimensions);
	state_values(to.array)[0] = state.count + 1;
	return to.array;
}

ArrayType *combine_states(const AverageState &a, const AverageState &b)
{
	if (a.count == 0)
		return copy_of(b);
	if (b.count == 0)
		return copy_of(a);

	check_expected_dimensions(a.dimensions, b.dimensions);
	const AverageState to = new_state(a.dimensions);
	add_sums(a.sums, b.sums, to.sums, a.dimensions);
	state_values(to.array)[0] = a.count + b.count;
	return to.array;
}

void average_of(const AverageState &state, float *to)
{
	for (int i = 0; i < state.dimensions; i++)
		to[i] = static_cast<float>(state.sums[i] / state.count);
}

} /* namespace vecext::types */
