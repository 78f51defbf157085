/*
 * sparsevec.cpp: input, output, distances, order and hash of sparsevec.
 *
 * Parsing and the type's rules are the core's (vecext/sparse_*.h); this file
 * owns the datum. Conversions from and to other types are in
 * sparsevec_casts.cpp.
 */
#include "types/sparsevec.h"

#include <cmath>

extern "C" {
#include "common/hashfn.h"
#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
}

#include "pg/error.h"
#include "types/dense.h"
#include "types/text_input.h"
#include "types/typmod.h"
#include "vecext/sparse.h"
#include "vecext/sparse_binary.h"
#include "vecext/sparse_text.h"

namespace vecext::types {

SparseVector *make_sparse_vector(int32 dim, int32 nnz)
{
	const Size size = sparse_vector_size(nnz);
	SparseVector *vector = static_cast<SparseVector *>(palloc0(size));
	SET_VARSIZE(vector, size);
	vector->dim = dim;
	vector->nnz = nnz;
	return vector;
}

void check_same_dimensions(const SparseVector *a, const SparseVector *b)
{
	if (unlikely(a->dim != b->dim))
		raise_different_dimensions(kSparseTypeName, a->dim, b->dim);
}

double l2_squared_distance(const SparseVector *a, const SparseVector *b)
{
	return sparse_l2_squared(a->indices, values_of(a), a->nnz, b->indices, values_of(b), b->nnz);
}

double inner_product(const SparseVector *a, const SparseVector *b)
{
	return sparse_inner_product(a->indices, values_of(a), a->nnz, b->indices, values_of(b), b->nnz);
}

double l1_distance(const SparseVector *a, const SparseVector *b)
{
	return sparse_l1(a->indices, values_of(a), a->nnz, b->indices, values_of(b), b->nnz);
}

double cosine_distance(const Kernels &kernels, const SparseVector *a, const SparseVector *b)
{
	const double norm_a = kernels.norm_squared_f32(values_of(a), a->nnz);
	const double norm_b = kernels.norm_squared_f32(values_of(b), b->nnz);
	const double similarity = inner_product(a, b) / std::sqrt(norm_a * norm_b);

	/* Rounding may leave [-1, 1]; comparisons let NaN through. */
	if (similarity > 1)
		return 0;
	if (similarity < -1)
		return 2;
	return 1 - similarity;
}

int compare(const SparseVector *a, const SparseVector *b)
{
	const float *a_values = values_of(a), *b_values = values_of(b);
	int32 i = 0;
	while (i < a->nnz && i < b->nnz && a->indices[i] == b->indices[i] && a_values[i] == b_values[i])
		i++;

	/* The first position where they differ, unless one vector ends before it. */
	const int32 next_a = i < a->nnz ? a->indices[i] : PG_INT32_MAX;
	const int32 next_b = i < b->nnz ? b->indices[i] : PG_INT32_MAX;
	const int32 position = Min(next_a, next_b);
	if (position < Min(a->dim, b->dim)) {
		const float a_value = next_a == position ? a_values[i] : 0;
		const float b_value = next_b == position ? b_values[i] : 0;
		return a_value < b_value ? -1 : 1;
	}
	return (a->dim > b->dim) - (a->dim < b->dim);
}

namespace {

const SparseVector *argument(FunctionCallInfo fcinfo, int n)
{
	return sparse_vector_from(PG_GETARG_DATUM(n));
}

/* Compares two arguments; frees what TOAST made of them, since a sort calls this
 * without resetting memory. */
int compare_arguments(FunctionCallInfo fcinfo)
{
	const SparseVector *a = argument(fcinfo, 0);
	const SparseVector *b = argument(fcinfo, 1);
	const int order = compare(a, b);
	PG_FREE_IF_COPY(const_cast<SparseVector *>(a), 0);
	PG_FREE_IF_COPY(const_cast<SparseVector *>(b), 1);
	return order;
}

SparseVector *parse_text(const char *text, int32 typmod)
{
	const size_t capacity = pg::value_or_raise(sparse_text_capacity(text));
	SparseElement *elements = static_cast<SparseElement *>(palloc(capacity * sizeof(SparseElement)));
	const Result<SparseText> result = parse_sparse_text(text, elements, capacity);
	if (!result.is_ok())
		raise_text_error(result.status(), text);
	const SparseText &parsed = result.value();
	check_expected_dimensions(typmod, parsed.dimensions);

	SparseVector *vector = make_sparse_vector(parsed.dimensions, static_cast<int32>(parsed.count));
	pg::raise_if_error(
		arrange_sparse_elements(elements, parsed.count, parsed.dimensions, vector->indices, values_of(vector)));
	pfree(elements);
	return vector;
}

SparseVector *parse_binary(StringInfo message, int32 typmod)
{
	const char *head = pq_getmsgbytes(message, kSparseBinaryHeaderBytes);
	const SparseBinaryHeader header =
		pg::value_or_raise(parse_sparse_binary_header(reinterpret_cast<const uint8_t *>(head)));
	check_expected_dimensions(typmod, header.dimensions);

	/* Before memory for the elements is taken, they must be there. */
	const char *body = pq_getmsgbytes(message, header.count * kSparseBinaryElementBytes);
	SparseVector *vector = make_sparse_vector(header.dimensions, header.count);
	pg::raise_if_error(parse_sparse_binary_elements(reinterpret_cast<const uint8_t *>(body), header, vector->indices,
													values_of(vector)));
	return vector;
}

char *format_text(const SparseVector *vector)
{
	/* "index:value," of at most 11 + 1 + 15 + 1 bytes each, and "{}/dim" */
	constexpr Size kLongestElement = 13 + FLOAT_SHORTEST_DECIMAL_LEN;
	constexpr Size kLongestFrame = 16;
	const float *values = values_of(vector);
	char *text = static_cast<char *>(palloc(vector->nnz * kLongestElement + kLongestFrame));
	char *end = text;

	*end++ = '{';
	for (int32 i = 0; i < vector->nnz; i++) {
		if (i > 0)
			*end++ = ',';
		end += pg_ltoa(vector->indices[i] + 1, end);
		*end++ = ':';
		end += float_to_shortest_decimal_bufn(values[i], end);
	}
	*end++ = '}';
	*end++ = '/';
	pg_ltoa(vector->dim, end);
	return text;
}

double l2_norm(const SparseVector *vector)
{
	const float *values = values_of(vector);
	double sum = 0;
	for (int32 i = 0; i < vector->nnz; i++)
		sum += static_cast<double>(values[i]) * values[i];
	return std::sqrt(sum);
}

/* Elements that become zero are dropped. A stored element is not zero, and its
 * square does not underflow in double: with any element, the norm is positive. */
SparseVector *l2_normalize(const SparseVector *vector)
{
	const double norm = l2_norm(vector);
	const float *values = values_of(vector);
	const auto normalized = [&](int32 i) { return static_cast<float>(values[i] / norm); };

	int32 kept = 0;
	for (int32 i = 0; i < vector->nnz; i++)
		kept += normalized(i) != 0;

	SparseVector *result = make_sparse_vector(vector->dim, kept);
	float *result_values = values_of(result);
	for (int32 i = 0, j = 0; i < vector->nnz; i++) {
		if (normalized(i) == 0)
			continue;
		result->indices[j] = vector->indices[i];
		result_values[j++] = normalized(i);
	}
	return result;
}

/* The bytes that equal vectors share. */
const unsigned char *hashed_bytes(const SparseVector *vector)
{
	return reinterpret_cast<const unsigned char *>(&vector->dim);
}

int hashed_length(const SparseVector *vector)
{
	return VARSIZE(vector) - offsetof(SparseVector, dim);
}

} /* namespace */

} /* namespace vecext::types */

using namespace vecext;
using namespace vecext::types;

VECEXT_FUNCTION(vecext_sparsevec_in)
{
	PG_RETURN_POINTER(parse_text(PG_GETARG_CSTRING(0), PG_GETARG_INT32(2)));
}

VECEXT_FUNCTION(vecext_sparsevec_out)
{
	PG_RETURN_CSTRING(format_text(argument(fcinfo, 0)));
}

VECEXT_FUNCTION(vecext_sparsevec_recv)
{
	PG_RETURN_POINTER(parse_binary(reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0)), PG_GETARG_INT32(2)));
}

VECEXT_FUNCTION(vecext_sparsevec_send)
{
	const SparseVector *vector = argument(fcinfo, 0);
	const float *values = values_of(vector);

	StringInfoData message;
	pq_begintypsend(&message);
	pq_sendint32(&message, vector->dim);
	pq_sendint32(&message, vector->nnz);
	pq_sendint32(&message, vector->unused);
	for (int32 i = 0; i < vector->nnz; i++)
		pq_sendint32(&message, vector->indices[i]);
	for (int32 i = 0; i < vector->nnz; i++)
		pq_sendfloat4(&message, values[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

VECEXT_FUNCTION(vecext_sparsevec_typmod_in)
{
	PG_RETURN_INT32(dimensions_modifier(PG_GETARG_DATUM(0), kSparseTypeName, kMaxSparseDimensions));
}

/* The cast to itself, which checks the type modifier. */
VECEXT_FUNCTION(vecext_sparsevec)
{
	const SparseVector *vector = argument(fcinfo, 0);
	check_expected_dimensions(PG_GETARG_INT32(1), vector->dim);
	PG_RETURN_POINTER(vector);
}

VECEXT_FUNCTION(vecext_sparsevec_l2_distance)
{
	const SparseVector *a = argument(fcinfo, 0), *b = argument(fcinfo, 1);
	check_same_dimensions(a, b);
	PG_RETURN_FLOAT8(std::sqrt(l2_squared_distance(a, b)));
}

VECEXT_FUNCTION(vecext_sparsevec_l2_squared_distance)
{
	const SparseVector *a = argument(fcinfo, 0), *b = argument(fcinfo, 1);
	check_same_dimensions(a, b);
	PG_RETURN_FLOAT8(l2_squared_distance(a, b));
}

VECEXT_FUNCTION(vecext_sparsevec_inner_product)
{
	const SparseVector *a = argument(fcinfo, 0), *b = argument(fcinfo, 1);
	check_same_dimensions(a, b);
	PG_RETURN_FLOAT8(inner_product(a, b));
}

VECEXT_FUNCTION(vecext_sparsevec_negative_inner_product)
{
	const SparseVector *a = argument(fcinfo, 0), *b = argument(fcinfo, 1);
	check_same_dimensions(a, b);
	PG_RETURN_FLOAT8(-inner_product(a, b));
}

VECEXT_FUNCTION(vecext_sparsevec_cosine_distance)
{
	const SparseVector *a = argument(fcinfo, 0), *b = argument(fcinfo, 1);
	check_same_dimensions(a, b);
	PG_RETURN_FLOAT8(cosine_distance(kernels(), a, b));
}

VECEXT_FUNCTION(vecext_sparsevec_l1_distance)
{
	const SparseVector *a = argument(fcinfo, 0), *b = argument(fcinfo, 1);
	check_same_dimensions(a, b);
	PG_RETURN_FLOAT8(l1_distance(a, b));
}

VECEXT_FUNCTION(vecext_sparsevec_l2_norm)
{
	PG_RETURN_FLOAT8(l2_norm(argument(fcinfo, 0)));
}

VECEXT_FUNCTION(vecext_sparsevec_l2_normalize)
{
	PG_RETURN_POINTER(l2_normalize(argument(fcinfo, 0)));
}

VECEXT_FUNCTION(vecext_sparsevec_lt)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) < 0);
}

VECEXT_FUNCTION(vecext_sparsevec_le)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) <= 0);
}

VECEXT_FUNCTION(vecext_sparsevec_eq)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) == 0);
}

VECEXT_FUNCTION(vecext_sparsevec_ne)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) != 0);
}

VECEXT_FUNCTION(vecext_sparsevec_ge)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) >= 0);
}

VECEXT_FUNCTION(vecext_sparsevec_gt)
{
	PG_RETURN_BOOL(compare_arguments(fcinfo) > 0);
}

VECEXT_FUNCTION(vecext_sparsevec_cmp)
{
	PG_RETURN_INT32(compare_arguments(fcinfo));
}

VECEXT_FUNCTION(vecext_sparsevec_hash)
{
	const SparseVector *vector = argument(fcinfo, 0);
	const uint32 hash = hash_bytes(hashed_bytes(vector), hashed_length(vector));
	PG_FREE_IF_COPY(const_cast<SparseVector *>(vector), 0);
	PG_RETURN_UINT32(hash);
}

VECEXT_FUNCTION(vecext_sparsevec_hash_extended)
{
	const SparseVector *vector = argument(fcinfo, 0);
	const uint64 hash = hash_bytes_extended(hashed_bytes(vector), hashed_length(vector), PG_GETARG_INT64(1));
	PG_FREE_IF_COPY(const_cast<SparseVector *>(vector), 0);
	PG_RETURN_UINT64(hash);
}
