/*
 * dense.h: the dense vector types inside PostgreSQL.
 *
 * `vector` and `halfvec` differ only in their elements, so one layout and one set
 * of functions serve both; a template's parameter is the element: float, or
 * uint16_t for binary16 (kernels.h). Layout in memory and on disk, pgvector's:
 *
 *     0  varlena header    4 bytes
 *     4  dim               int16, 1 to 16,000
 *     6  unused            int16, 0
 *     8  elements          dim x 4 or dim x 2 bytes, finite
 *
 * Values are immutable once returned to PostgreSQL. All functions here may raise
 * errors (see pg/error.h).
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pg/compat.h"

#include "pg/error.h"
#include "vecext/dense.h"
#include "vecext/kernels.h"

namespace vecext::types {

template <class Element> struct DenseVector {
	int32 vl_len_; /* varlena header: read and set with VARSIZE and SET_VARSIZE only */
	int16 dim;
	int16 unused;
	Element x[];
};

using Vector = DenseVector<float>;
using HalfVector = DenseVector<uint16_t>;

static_assert(offsetof(Vector, x) == 8 && offsetof(HalfVector, x) == 8);

/* What differs between the two element types. */
template <class Element> struct ElementTraits;

template <> struct ElementTraits<float> {
	static constexpr const char *kTypeName = kVectorTypeName;

	static bool is_infinite(float value) { return std::isinf(value); }
	/* Sorts and tests as the value does; the two zeros are equal. */
	static float order(float value) { return value; }
	/* Equal values have equal bits. */
	static float canonical(float value) { return value == 0 ? 0.0f : value; }

	static void widen(const float *from, float *to, size_t n) { memcpy(to, from, n * sizeof(float)); }
	static void narrow(const float *from, float *to, size_t n) { memcpy(to, from, n * sizeof(float)); }
};

template <> struct ElementTraits<uint16_t> {
	static constexpr const char *kTypeName = kHalfvecTypeName;

	static bool is_infinite(uint16_t half) { return is_half_infinite(half); }
	static int32_t order(uint16_t half) { return half_order(half); }
	static uint16_t canonical(uint16_t half) { return (half & 0x7fff) == 0 ? 0 : half; }

	static void widen(const uint16_t *from, float *to, size_t n) { kernels().f16_to_f32(from, to, n); }
	/* A float beyond binary16's range becomes an infinity. */
	static void narrow(const float *from, uint16_t *to, size_t n) { kernels().f32_to_f16(from, to, n); }
};

template <class Element> size_t dense_size(int dimensions)
{
	return offsetof(DenseVector<Element>, x) + static_cast<size_t>(dimensions) * sizeof(Element);
}

/* A dense vector of zeros in the current memory context. */
template <class Element> DenseVector<Element> *new_dense(int dimensions)
{
	const size_t size = dense_size<Element>(dimensions);
	auto *vector = static_cast<DenseVector<Element> *>(palloc0(size));
	SET_VARSIZE(vector, size);
	vector->dim = static_cast<int16>(dimensions);
	return vector;
}

/* The value of `datum`, detoasted: in place when it is plain already, else a copy
 * in the current memory context. */
template <class Element> const DenseVector<Element> *dense_from(Datum datum)
{
	const auto *vector = reinterpret_cast<const DenseVector<Element> *>(PG_DETOAST_DATUM(datum));
	Assert(VARSIZE(vector) == dense_size<Element>(vector->dim));
	return vector;
}

/* Frees what dense_from() copied, for callers whose context lives long. */
template <class Element> void free_if_copy(const DenseVector<Element> *vector, Datum datum)
{
	if (reinterpret_cast<Pointer>(const_cast<DenseVector<Element> *>(vector)) != DatumGetPointer(datum))
		pfree(const_cast<DenseVector<Element> *>(vector));
}

/* Raises 22000 below 1 and 54000 above kMaxDenseDimensions. */
template <class Element> void check_dimensions(int64 dimensions)
{
	if (unlikely(dimensions < 1 || dimensions > kMaxDenseDimensions))
		pg::raise(check_dense_dimensions(ElementTraits<Element>::kTypeName, dimensions));
}

/* Raises 22000 when a type modifier (or -1) asks for other dimensions. */
void check_expected_dimensions(int32 expected, int32 dimensions);

[[noreturn]] void raise_different_dimensions(const char *type_name, int a, int b);

template <class Element> void check_same_dimensions(const DenseVector<Element> *a, const DenseVector<Element> *b)
{
	if (unlikely(a->dim != b->dim))
		raise_different_dimensions(ElementTraits<Element>::kTypeName, a->dim, b->dim);
}

/* Raises 22000 for NaN and infinities. */
template <class Element> void check_elements(const DenseVector<Element> *vector)
{
	pg::raise_if_error(check_finite(ElementTraits<Element>::kTypeName, vector->x, static_cast<size_t>(vector->dim)));
}

/* from[0..n) rounded to the element type. Raises 22003 for a finite value beyond
 * its range; NaN and infinities pass to the caller's check_elements(). */
void narrow_checked(const float *from, float *to, size_t n);
void narrow_checked(const float *from, uint16_t *to, size_t n);

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

} /* namespace vecext::types */
