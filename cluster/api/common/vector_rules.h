/*
 * vector_rules.h: what holds for vectors in every API.
 */
#pragma once

#include <cstddef>

#include "model/vector.h"

namespace vecext::api {

/* A multivector has fewer numbers. */
inline constexpr size_t kMultiVectorLimit = 1048576;

/* Brings the indices, as many as values, into ascending order; false when one stands twice. */
bool sort_by_index(model::SparseVector &vector);

} /* namespace vecext::api */
