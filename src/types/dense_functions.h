/*
 * dense_functions.h: the bodies of the SQL functions on vector and halfvec.
 *
 * Each template takes PostgreSQL's call frame and serves both types; vector.cpp
 * and halfvec.cpp give them their C names. All are strict: no argument is null.
 *
 * Distances come from the kernels, so that an index and SQL agree bit for bit.
 * Element-wise work widens a block of elements to float, works, and rounds back:
 * float is exact for products of halves and rounds their sums only once more.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pg/compat.h"

extern "C" {
#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "port/pg_bswap.h"
#include "utils/float.h"
#include "utils/varbit.h"
}

#include "types/aggregates.h"
#include "types/array_cast.h"
#include "types/dense.h"
#include "types/text_input.h"
#include "types/typmod.h"
#include "vecext/dense_text.h"

namespace vecext::types {

/* Elements that one step of element-wise work handles; 1 kB of floats. */
inline constexpr int kBlock = 256;

template <class Element> const DenseVector<Element> *dense_argument(FunctionCallInfo fcinfo, int n)
{
	return dense_from<Element>(PG_GETARG_DATUM(n));
}

template <class Element> Datum dense_datum(const DenseVector<Element> *vector)
{
	return PointerGetDatum(const_cast<DenseVector<Element> *>(vector));
}

/* Calls visit(offset, floats, n) for each block of `vector`, widened. */
template <class Element, class Visit> void for_each_block(const DenseVector<Element> *vector, Visit visit)
{
	float block[kBlock];
	for (int i = 0; i < vector->dim; i += kBlock) {
		const int n = std::min(kBlock, vector->dim - i);
		ElementTraits<Element>::widen(vector->x + i, block, static_cast<size_t>(n));
		visit(i, block, n);
	}
}

/* --- text and binary representation --- */

inline Result<int> parse_dense(const char *text, float *to) { return parse_vector(text, to); }
inline Result<int> parse_dense(const char *text, uint16_t *to) { return parse_halfvec(text, to); }

template <class Element> Datum dense_in(FunctionCallInfo fcinfo)
{
	const char *text = PG_GETARG_CSTRING(0);
	const int32 modifier = PG_GETARG_INT32(2);
	Element elements[kMaxDenseDimensions];

	const Result<int> parsed = parse_dense(text, elements);
	if (!parsed.is_ok())
		raise_text_error(parsed.status(), text);
	check_expected_dimensions(modifier, parsed.value());

	auto *result = new_dense<Element>(parsed.value());
	memcpy(result->x, elements, static_cast<size_t>(result->dim) * sizeof(Element));
	return dense_datum(result);
}

template <class Element> Datum dense_out(FunctionCallInfo fcinfo)
{
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	/* FLOAT_SHORTEST_DECIMAL_LEN counts a terminating zero, which is the comma's
	 * place here; two brackets and a zero remain. */
	auto *text = static_cast<char *>(palloc(static_cast<size_t>(vector->dim) * FLOAT_SHORTEST_DECIMAL_LEN + 3));
	char *end = text;

	*end++ = '[';
	for_each_block(vector, [&end](int, const float *x, int n) {
		for (int i = 0; i < n; i++) {
			end += float_to_shortest_decimal_bufn(x[i], end);
			*end++ = ',';
		}
	});
	end[-1] = ']';
	*end = '\0';
	PG_RETURN_CSTRING(text);
}

template <class Element> Datum dense_typmod_in(FunctionCallInfo fcinfo)
{
	PG_RETURN_INT32(
		dimensions_modifier(PG_GETARG_DATUM(0), ElementTraits<Element>::kTypeName, kMaxDenseDimensions));
}

inline void read_element(const char *from, float *to)
{
	uint32 bits;
	memcpy(&bits, from, sizeof bits);
	bits = pg_ntoh32(bits);
	memcpy(to, &bits, sizeof bits);
}

inline void read_element(const char *from, uint16_t *to)
{
	memcpy(to, from, sizeof *to);
	*to = pg_ntoh16(*to);
}

inline void write_element(StringInfo to, float value)
{
	uint32 bits;
	memcpy(&bits, &value, sizeof bits);
	pq_writeint32(to, bits);
}

inline void write_element(StringInfo to, uint16_t half)
{
	pq_writeint16(to, half);
}

/* The message: int16 dimensions, int16 0, elements; all big-endian. */
template <class Element> Datum dense_recv(FunctionCallInfo fcinfo)
{
	auto message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
	const int32 modifier = PG_GETARG_INT32(2);
	const auto dimensions = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));
	const auto unused = static_cast<int16>(pq_getmsgint(message, sizeof(int16)));

	check_dimensions<Element>(dimensions);
	check_expected_dimensions(modifier, dimensions);
	if (unused != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected unused to be 0, not %d", unused)));

	const char *bytes = pq_getmsgbytes(message, dimensions * static_cast<int>(sizeof(Element)));
	auto *result = new_dense<Element>(dimensions);
	for (int i = 0; i < dimensions; i++)
		read_element(bytes + static_cast<size_t>(i) * sizeof(Element), &result->x[i]);
	check_elements(result);
	return dense_datum(result);
}

template <class Element> Datum dense_send(FunctionCallInfo fcinfo)
{
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	StringInfoData message;

	pq_begintypsend(&message);
	enlargeStringInfo(&message, static_cast<int>(dense_size<Element>(vector->dim)));
	pq_writeint16(&message, static_cast<uint16>(vector->dim));
	pq_writeint16(&message, static_cast<uint16>(vector->unused));
	for (int i = 0; i < vector->dim; i++)
		write_element(&message, vector->x[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* --- casts --- */

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
	for_each_block(from, [to](int offset, const float *x, int n) {
		narrow_checked(x, to->x + offset, static_cast<size_t>(n));
	});
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

/* --- distances --- */

inline float l2_squared(const Vector *a, const Vector *b)
{
	return kernels().l2_squared_f32(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float l2_squared(const HalfVector *a, const HalfVector *b)
{
	return kernels().l2_squared_f16(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float inner_product(const Vector *a, const Vector *b)
{
	return kernels().inner_product_f32(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float inner_product(const HalfVector *a, const HalfVector *b)
{
	return kernels().inner_product_f16(a->x, b->x, static_cast<size_t>(a->dim));
}

inline CosineTerms cosine_terms(const Vector *a, const Vector *b)
{
	return kernels().cosine_f32(a->x, b->x, static_cast<size_t>(a->dim));
}

inline CosineTerms cosine_terms(const HalfVector *a, const HalfVector *b)
{
	return kernels().cosine_f16(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float l1(const Vector *a, const Vector *b)
{
	return kernels().l1_f32(a->x, b->x, static_cast<size_t>(a->dim));
}

inline float l1(const HalfVector *a, const HalfVector *b)
{
	return kernels().l1_f16(a->x, b->x, static_cast<size_t>(a->dim));
}

/* Rounding may carry a similarity slightly out of [-1, 1]; NaN stays. */
inline double clamp_similarity(double similarity)
{
	return similarity > 1 ? 1 : similarity < -1 ? -1 : similarity;
}

/* Calls distance(a, b) on two arguments of the same dimensions. */
template <class Element, class Distance> Datum dense_distance(FunctionCallInfo fcinfo, Distance distance)
{
	const auto *a = dense_argument<Element>(fcinfo, 0);
	const auto *b = dense_argument<Element>(fcinfo, 1);
	check_same_dimensions(a, b);
	PG_RETURN_FLOAT8(distance(a, b));
}

template <class Element> Datum dense_l2_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(
		fcinfo, [](auto *a, auto *b) { return std::sqrt(static_cast<double>(l2_squared(a, b))); });
}

template <class Element> Datum dense_l2_squared_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) { return static_cast<double>(l2_squared(a, b)); });
}

template <class Element> Datum dense_inner_product(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo,
								   [](auto *a, auto *b) { return static_cast<double>(inner_product(a, b)); });
}

template <class Element> Datum dense_negative_inner_product(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo,
								   [](auto *a, auto *b) { return -static_cast<double>(inner_product(a, b)); });
}

/* 1 - cos(a, b); NaN when a norm is zero. */
template <class Element> Datum dense_cosine_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) {
		const CosineTerms terms = cosine_terms(a, b);
		/* One root of the product: two roots would round twice. */
		const double norms = std::sqrt(static_cast<double>(terms.norm_a) * static_cast<double>(terms.norm_b));
		return 1 - clamp_similarity(static_cast<double>(terms.dot) / norms);
	});
}

/* The angle between two unit vectors as a fraction of pi. */
template <class Element> Datum dense_spherical_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) {
		return std::acos(clamp_similarity(static_cast<double>(inner_product(a, b)))) / std::numbers::pi;
	});
}

template <class Element> Datum dense_l1_distance(FunctionCallInfo fcinfo)
{
	return dense_distance<Element>(fcinfo, [](auto *a, auto *b) { return static_cast<double>(l1(a, b)); });
}

/* --- one vector --- */

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

/* --- arithmetic --- */

/* operation(a[i], b[i]) for all i; an infinite result raises 22003. */
template <class Element, class Operation>
DenseVector<Element> *element_wise(const DenseVector<Element> *a, const DenseVector<Element> *b,
								   Operation operation)
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

/* --- order, equality, hash --- */

/* Elements first, then dimensions, as PostgreSQL orders arrays. */
template <class Element> int compare(const DenseVector<Element> *a, const DenseVector<Element> *b)
{
	const int n = std::min(a->dim, b->dim);
	for (int i = 0; i < n; i++) {
		const auto x = ElementTraits<Element>::order(a->x[i]);
		const auto y = ElementTraits<Element>::order(b->x[i]);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return (a->dim > b->dim) - (a->dim < b->dim);
}

/* compare() on the two arguments. Frees detoasted copies: a sort or an index
 * build calls this in a context that lives long. */
template <class Element> int compare_arguments(FunctionCallInfo fcinfo)
{
	const auto *a = dense_argument<Element>(fcinfo, 0);
	const auto *b = dense_argument<Element>(fcinfo, 1);
	const int order = compare(a, b);
	free_if_copy(a, PG_GETARG_DATUM(0));
	free_if_copy(b, PG_GETARG_DATUM(1));
	return order;
}

/* Vectors that are equal hash alike: the two zeros do. */
template <class Element> uint64 hash(const DenseVector<Element> *vector, uint64 seed)
{
	Element block[kBlock];
	uint64 value = seed;
	for (int i = 0; i < vector->dim; i += kBlock) {
		const int n = std::min(kBlock, vector->dim - i);
		std::transform(vector->x + i, vector->x + i + n, block, ElementTraits<Element>::canonical);
		value = hash_bytes_extended(reinterpret_cast<const unsigned char *>(block),
									n * static_cast<int>(sizeof(Element)), value);
	}
	return value;
}

template <class Element> uint64 hash_argument(FunctionCallInfo fcinfo, uint64 seed)
{
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	const uint64 value = hash(vector, seed);
	free_if_copy(vector, PG_GETARG_DATUM(0));
	return value;
}

/* PostgreSQL wants the lower half of the extended hash with seed 0. */
template <class Element> Datum dense_hash(FunctionCallInfo fcinfo)
{
	PG_RETURN_UINT32(static_cast<uint32>(hash_argument<Element>(fcinfo, 0)));
}

template <class Element> Datum dense_hash_extended(FunctionCallInfo fcinfo)
{
	PG_RETURN_UINT64(hash_argument<Element>(fcinfo, static_cast<uint64>(PG_GETARG_INT64(1))));
}

/* --- avg --- */

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
