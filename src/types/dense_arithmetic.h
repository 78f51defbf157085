/*
 * dense_arithmetic.h: vectors made of vectors, their norm and their signs.
 *
 * Elements are widened to float, worked on and rounded back. Float holds products
 * of halves exactly, so a half is rounded once, as binary16 arithmetic would.
 */
#pragma once

#include <algorithm>
#include <cmath>

#include "pg/compat.h"

extern "C" {
#include "utils/float.h"
#include "utils/varbit.h"
}

#include "types/dense.h"

namespace vecext::types {

template <class Element> Datum dense_dims(FunctionCallInfo fcinfo)
{
	PG_RETURN_INT32(dense_argument<Element>(fcinfo, 0)->dim);
}

/* In double: squares of large floats overflow float. */
template <class Element> double l2_norm(const DenseVector<Element> *vector)
{
	double sum = 0;
	for_each_block(vector, [&sum](int, const float *x, int n) {
		for (int i = 0; i < n; i++)
			sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
	});
	return std::sqrt(sum);
}

template <class Element> Datum dense_norm(FunctionCallInfo fcinfo)
{
	PG_RETURN_FLOAT8(l2_norm(dense_argument<Element>(fcinfo, 0)));
}

template <class Element> void check_no_overflow(const DenseVector<Element> *vector)
{
	for (int i = 0; i < vector->dim; i++)
		if (unlikely(ElementTraits<Element>::is_infinite(vector->x[i])))
			float_overflow_error();
}

/* A zero vector stays one. */
template <class Element> Datum dense_normalize(FunctionCallInfo fcinfo)
{
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	const double norm = l2_norm(vector);
	auto *result = new_dense<Element>(vector->dim);
	if (norm == 0)
		return dense_datum(result);

	for_each_block(vector, [result, norm](int offset, const float *x, int n) {
		float block[kBlock];
		for (int i = 0; i < n; i++)
			block[i] = static_cast<float>(static_cast<double>(x[i]) / norm);
		ElementTraits<Element>::narrow(block, result->x + offset, static_cast<size_t>(n));
	});
	check_no_overflow(result);
	return dense_datum(result);
}

/* Bit i, from the most significant of the first byte, says whether x[i] > 0. */
template <class Element> Datum dense_binary_quantize(FunctionCallInfo fcinfo)
{
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	const int size = VARBITTOTALLEN(vector->dim);
	auto *bits = static_cast<VarBit *>(palloc0(static_cast<size_t>(size)));
	SET_VARSIZE(bits, size);
	VARBITLEN(bits) = vector->dim;
	for (int i = 0; i < vector->dim; i++)
		if (ElementTraits<Element>::order(vector->x[i]) > 0)
			VARBITS(bits)[i / BITS_PER_BYTE] |= HIGHBIT >> (i % BITS_PER_BYTE);
	PG_RETURN_VARBIT_P(bits);
}

/* `count` elements from `start`, which counts from 1; what lies outside the
 * vector is left out, as substring() does. */
template <class Element> Datum dense_subvector(FunctionCallInfo fcinfo)
{
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	const int64 start = PG_GETARG_INT32(1);
	const int64 count = PG_GETARG_INT32(2);
	const int64 first = std::max<int64>(start, 1);
	const int64 end = std::min<int64>(start + count, vector->dim + 1);

	check_dimensions<Element>(count < 1 ? 0 : end - first);
	auto *result = new_dense<Element>(static_cast<int>(end - first));
	memcpy(result->x, vector->x + (first - 1), static_cast<size_t>(result->dim) * sizeof(Element));
	return dense_datum(result);
}

/* operation(a[i], b[i]) for all i; an infinite result raises 22003. */
template <class Element, class Operation>
DenseVector<Element> *element_wise(const DenseVector<Element> *a, const DenseVector<Element> *b, Operation operation)
{
	check_same_dimensions(a, b);
	auto *result = new_dense<Element>(a->dim);
	for_each_block(a, [&](int offset, float *x, int n) {
		float y[kBlock];
		ElementTraits<Element>::widen(b->x + offset, y, static_cast<size_t>(n));
		for (int i = 0; i < n; i++)
			x[i] = operation(x[i], y[i]);
		ElementTraits<Element>::narrow(x, result->x + offset, static_cast<size_t>(n));
	});
	check_no_overflow(result);
	return result;
}

template <class Element> Datum dense_add(FunctionCallInfo fcinfo)
{
	return dense_datum(element_wise(dense_argument<Element>(fcinfo, 0), dense_argument<Element>(fcinfo, 1),
									[](float a, float b) { return a + b; }));
}

template <class Element> Datum dense_sub(FunctionCallInfo fcinfo)
{
	return dense_datum(element_wise(dense_argument<Element>(fcinfo, 0), dense_argument<Element>(fcinfo, 1),
									[](float a, float b) { return a - b; }));
}

template <class Element> bool is_zero(Element element)
{
	return ElementTraits<Element>::order(element) == 0;
}

template <class Element> Datum dense_mul(FunctionCallInfo fcinfo)
{
	const auto *a = dense_argument<Element>(fcinfo, 0);
	const auto *b = dense_argument<Element>(fcinfo, 1);
	auto *result = element_wise(a, b, [](float x, float y) { return x * y; });

	for (int i = 0; i < result->dim; i++)
		if (unlikely(is_zero(result->x[i]) && !is_zero(a->x[i]) && !is_zero(b->x[i])))
			float_underflow_error();
	return dense_datum(result);
}

template <class Element> Datum dense_concat(FunctionCallInfo fcinfo)
{
	const auto *a = dense_argument<Element>(fcinfo, 0);
	const auto *b = dense_argument<Element>(fcinfo, 1);
	check_dimensions<Element>(a->dim + b->dim);

	auto *result = new_dense<Element>(a->dim + b->dim);
	memcpy(result->x, a->x, static_cast<size_t>(a->dim) * sizeof(Element));
	memcpy(result->x + a->dim, b->x, static_cast<size_t>(b->dim) * sizeof(Element));
	return dense_datum(result);
}

} /* namespace vecext::types */
