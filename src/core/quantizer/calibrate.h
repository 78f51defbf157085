/*
 * calibrate.h: how far estimates are off on rows that were not learned from.
 */
#pragma once

#include "core/quantizer/methods.h"

namespace vecext {

/* Sets error, and intercept and slope where queries are binary, from distances
 * between the rows. The rest of the state must be complete. May throw
 * bad_alloc. */
void calibrate(const TrainingRows &rows, QuantizerState &state);

/* The exact graph distance of two vectors, normalised ones under kCosine; equal
 * bits on every machine. */
float exact_distance(Metric metric, const float *a, const float *b, uint32_t dims) noexcept;

} /* namespace vecext */
