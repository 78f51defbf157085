/*
 * array_cast.cpp: elements of arrays as floats.
 *
 * An array without nulls holds fixed-width elements one after the other, so only
 * numeric needs the general way of taking an array apart.
 */
#include "types/array_cast.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace vecext::types {

namespace {

template <class Number> void convert(const ArrayType *array, float *to, int n)
{
	const auto *from = reinterpret_cast<const Number *>(ARR_DATA_PTR(array));
	for (int i = 0; i < n; i++)
		to[i] = static_cast<float>(from[i]);
}

void convert_numeric(ArrayType *array, float *to)
{
	Datum *elements;
	int n;
	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &elements, nullptr, &n);
	for (int i = 0; i < n; i++)
		to[i] = DatumGetFloat4(DirectFunctionCall1(numeric_float4, elements[i]));
	pfree(elements);
}

int array_length(const ArrayType *array)
{
	return ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
}

} /* namespace */

int checked_array_length(ArrayType *array)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("array must be 1-D")));
	if (array_contains_nulls(array))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("array must not contain nulls")));
	return array_length(array);
}

Datum *checked_array_elements(ArrayType *array, int *count)
{
	checked_array_length(array);
	int16 length;
	bool by_value;
	char alignment;
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &alignment);
	Datum *elements;
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, alignment, &elements, nullptr, count);
	return elements;
}

void array_to_floats(ArrayType *array, float *to)
{
	const int n = array_length(array);
	switch (ARR_ELEMTYPE(array)) {
	case INT4OID:
		return convert<int32>(array, to, n);
	case FLOAT4OID:
		return convert<float4>(array, to, n);
	case FLOAT8OID:
		return convert<float8>(array, to, n);
	case NUMERICOID:
		return convert_numeric(array, to);
	default:
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("unsupported array type")));
	}
}

ArrayType *floats_to_array(const float *from, int n)
{
	const size_t size = ARR_OVERHEAD_NONULLS(1) + static_cast<size_t>(n) * sizeof(float4);
	auto *array = static_cast<ArrayType *>(palloc0(size));
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->elemtype = FLOAT4OID;
	ARR_DIMS(array)[0] = n;
	ARR_LBOUND(array)[0] = 1;
	memcpy(ARR_DATA_PTR(array), from, static_cast<size_t>(n) * sizeof(float4));
	return array;
}

} /* namespace vecext::types */
