/*
 * bit.h: distances between PostgreSQL's bit strings.
 *
 * The type is PostgreSQL's own `bit(n)` (VarBit); vecext adds only functions and
 * operators. `bit varying` reaches them through PostgreSQL's implicit cast. The
 * padding bits of the last byte are zero in every stored bit string, so whole
 * bytes may be compared.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "utils/varbit.h"
}

#include "vecext/kernels.h"

namespace vecext::types {

/* Raises 22000 unless both have the same number of bits. */
void check_same_length(const VarBit *a, const VarBit *b);

/* Number of positions that differ. Both must have the same length. */
double hamming_distance(const Kernels &kernels, const VarBit *a, const VarBit *b);

/* 1 - |a and b| / |a or b|; 1 when no bit is set in both, thus also for two
 * strings without any bit set. Both must have the same length. */
double jaccard_distance(const Kernels &kernels, const VarBit *a, const VarBit *b);

} /* namespace vecext::types */
