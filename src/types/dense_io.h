/*
 * dense_io.h: text and binary representation of vector and halfvec.
 *
 * Text is that of vecext/dense_text.h; an element prints as the shortest decimal
 * that reads back as the same real. A binary message is
 *
 *     0  int16   dimensions
 *     2  int16   0
 *     4  elements, float4 or binary16
 *
 * in network byte order.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "common/shortest_dec.h"
#include "libpq/pqformat.h"
#include "port/pg_bswap.h"
}

#include "types/dense.h"
#include "types/text_input.h"
#include "types/typmod.h"
#include "vecext/dense_text.h"

namespace vecext::types {

inline Result<int> parse_dense(const char *text, float *to)
{
	return parse_vector(text, to);
}
inline Result<int> parse_dense(const char *text, uint16_t *to)
{
	return parse_halfvec(text, to);
}

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
	PG_RETURN_INT32(dimensions_modifier(PG_GETARG_DATUM(0), ElementTraits<Element>::kTypeName, kMaxDenseDimensions));
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
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected unused to be 0, not %d", unused)));

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

} /* namespace vecext::types */
