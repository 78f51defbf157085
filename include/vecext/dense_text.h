/*
 * dense_text.h: the text representation of dense vectors.
 *
 *     [1,2.5,-3e4]
 *
 * White space (space, \t, \n, \v, \f, \r) may stand around every token. Elements
 * are read as strtof() reads them in the "C" locale, whatever the process's
 * locale is: decimal or hexadecimal, one rounding, to zero or a denormal where
 * the number is small. A number too large for the type is an error (22003), and
 * so is a written "NaN" or "Infinity" (22000).
 *
 * A syntax error (22P02) names the type but not the text, which may be longer
 * than a Status holds: the caller that has the text adds it.
 */
#pragma once

#include <cstdint>

#include "vecext/dense.h"

namespace vecext {

/* Each reads `text` (zero-terminated) into `elements`, which has room for
 * kMaxDenseDimensions, and returns the number of dimensions, at least 1. On
 * error the contents of `elements` are undefined. */
Result<int> parse_vector(const char *text, float *elements) noexcept;
Result<int> parse_halfvec(const char *text, uint16_t *elements) noexcept;

} /* namespace vecext */
