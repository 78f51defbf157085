/*
 * dense_order.h: order, equality and hash of vectors of one type.
 */
#pragma once

#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "common/hashfn.h"
}

#include "types/dense.h"

namespace vecext::types {

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

} /* namespace vecext::types */
