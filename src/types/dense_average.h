/*
 * dense_average.h: the transition and final function of avg() over dense vectors;
 * the state is that of aggregates.h.
 */
#pragma once

#include "types/aggregates.h"
#include "types/dense.h"

namespace vecext::types {

template <class Element> Datum dense_accum(FunctionCallInfo fcinfo, const char *caller)
{
	const AverageState state = average_state(PG_GETARG_DATUM(0), caller);
	const auto *vector = dense_argument<Element>(fcinfo, 1);
	float row[kMaxDenseDimensions];
	ElementTraits<Element>::widen(vector->x, row, static_cast<size_t>(vector->dim));
	PG_RETURN_ARRAYTYPE_P(add_row(fcinfo, state, row, vector->dim));
}

/* NULL when there were no rows. */
template <class Element> Datum dense_avg(FunctionCallInfo fcinfo, const char *caller)
{
	const AverageState state = average_state(PG_GETARG_DATUM(0), caller);
	if (state.count == 0)
		PG_RETURN_NULL();
	check_dimensions<Element>(state.dimensions);

	float average[kMaxDenseDimensions];
	average_of(state, average);
	auto *result = new_dense<Element>(state.dimensions);
	narrow_checked(average, result->x, static_cast<size_t>(result->dim));
	check_elements(result);
	return dense_datum(result);
}

} /* namespace vecext::types */
