/*
 * sparse_text.h: the text representation of a sparse vector.
 *
 *     {index:value,index:value,...}/dimensions        {1:1.5,3:-2}/5
 *
 * Indices count from 1, may come in any order, and white space may stand around
 * every token. Values are what strtof() reads in the "C" locale, whatever the
 * process's locale is; one that is too large for float, or too small, is an error
 * (22003). Elements whose value is written as zero are dropped.
 *
 * Reading takes three steps, so that the caller owns all memory and can check
 * the dimension against a declared one in between:
 *   1. sparse_text_capacity() says how many elements there may be;
 *   2. parse_sparse_text() fills that many at most, in the text's order;
 *   3. arrange_sparse_elements() sorts them into the two arrays of sparse.h.
 *
 * A syntax error (22P02) names the type but not the text, which may be longer
 * than a Status holds: the caller that has the text adds it.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/sparse_limits.h"

namespace vecext {

struct SparseElement {
	int32_t index; /* from 0; not yet checked against the dimensions */
	float value;   /* finite, not zero */
};

struct SparseText {
	int32_t dimensions; /* within the limits */
	size_t count;       /* elements written */
};

/* An upper bound, at least 1, of the elements in `text`; 54000 when that passes
 * kMaxSparseElements. */
Result<size_t> sparse_text_capacity(const char *text) noexcept;

/* Reads `text` (zero-terminated) into `elements`, which has room for `capacity`. */
Result<SparseText> parse_sparse_text(const char *text, SparseElement *elements, size_t capacity) noexcept;

/* Sorts `elements` (in place) and writes them to `indices` and `values`, each
 * with room for `count`. 22000 for an index that is out of bounds or repeated. */
Status arrange_sparse_elements(SparseElement *elements, size_t count, int32_t dimensions, int32_t *indices,
							   float *values) noexcept;

} /* namespace vecext */
