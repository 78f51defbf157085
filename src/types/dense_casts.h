/*
 * dense_casts.h: casts of vector and halfvec to themselves, to each other, and
 * from and to arrays. Each takes the value, the type modifier of the target or
 * -1, and whether the cast is explicit, which makes no difference.
 */
#pragma once

#include "types/array_cast.h"
#include "types/dense.h"

namespace vecext::types {

/* The cast of a type to itself, which checks the modifier. */
template <class Element> Datum dense_cast(FunctionCallInfo fcinfo)
{
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	check_expected_dimensions(PG_GETARG_INT32(1), vector->dim);
	return dense_datum(vector);
}

template <class From, class To> Datum dense_convert(FunctionCallInfo fcinfo)
{
	const auto *from = dense_argument<From>(fcinfo, 0);
	check_expected_dimensions(PG_GETARG_INT32(1), from->dim);

	auto *to = new_dense<To>(from->dim);
	for_each_block(
		from, [to](int offset, const float *x, int n) { narrow_checked(x, to->x + offset, static_cast<size_t>(n)); });
	return dense_datum(to);
}

template <class Element> Datum dense_from_array(FunctionCallInfo fcinfo)
{
	ArrayType *array = PG_GETARG_ARRAYTYPE_P(0);
	const int dimensions = checked_array_length(array);
	check_dimensions<Element>(dimensions);
	check_expected_dimensions(PG_GETARG_INT32(1), dimensions);

	float floats[kMaxDenseDimensions];
	array_to_floats(array, floats);
	auto *result = new_dense<Element>(dimensions);
	narrow_checked(floats, result->x, static_cast<size_t>(dimensions));
	check_elements(result);
	return dense_datum(result);
}

template <class Element> Datum dense_to_array(FunctionCallInfo fcinfo)
{
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	float floats[kMaxDenseDimensions];
	ElementTraits<Element>::widen(vector->x, floats, static_cast<size_t>(vector->dim));
	PG_RETURN_ARRAYTYPE_P(floats_to_array(floats, vector->dim));
}

} /* namespace vecext::types */
