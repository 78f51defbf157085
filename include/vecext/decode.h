/*
 * decode.h: from a code back to a vector near the one that it was made of.
 *
 * For arithmetic among codes, where none of the vectors is at hand: choosing
 * neighbours of a node when only a table has the vectors. The length of a
 * decoded residual is that of the original where the code tells it (kRabitq).
 */
#pragma once

#include "vecext/quantizer.h"

namespace vecext {

/* Floats of scratch that decode() wants. */
size_t decode_scratch_floats(const Quantizer &quantizer) noexcept;

/* values[dims]; under kCosine about of length 1. Binary codes give the centre: they
 * are too coarse for arithmetic among themselves. */
void decode(const Quantizer &quantizer, const uint8_t *code, float *scratch, float *values) noexcept;

} /* namespace vecext */
