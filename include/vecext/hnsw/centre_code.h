/*
 * centre_code.h: codes relative to the centre of the data, for rows that have no
 * neighbours yet (the pending segment).
 *
 * Such a code serves every query alike and carries a bound of its error:
 * RaBitQ (SIGMOD 2024), theorem 3.2. The estimate of <r, q'> has standard
 * deviation |r| |q'| sqrt((1 - rho^2) / (rho^2 (d - 1))), rho being the cosine
 * between residual and code.
 */
#pragma once

#include "vecext/hnsw/distance.h"

namespace vecext::hnsw {

struct CentreCode {
	CodeFactors factors;
	float error; /* standard deviation of the estimated graph distance per unit of |q'| */
};

/* Encodes `value`, whose projection is given. `wide`: dims floats of scratch.
 * Writes code_bytes() to `code`. */
CentreCode encode_from_centre(const CodeSpace &space, const Kernels &kernels, const Value &value,
							  const float *projection, float *wide, uint64_t *code) noexcept;

/* The graph distance between a value and the centre: `base` of rabitq.h's
 * estimate. `wide`: dims floats of scratch. */
float distance_to_centre(const CodeSpace &space, const Kernels &kernels, const Value &value, const float *projection,
						 float *wide) noexcept;

} /* namespace vecext::hnsw */
