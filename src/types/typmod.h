/*
 * typmod.h: the type modifier of the vector types, which is the number of
 * dimensions: vector(3) has 3, plain vector has -1.
 */
#pragma once

#include "pg/compat.h"

namespace vecext::types {

/* The modifier in `modifiers`, the cstring[] that a typmod_in function gets.
 * Raises 22023 unless it is one integer from 1 to `max_dimensions`. */
int32 dimensions_modifier(Datum modifiers, const char *type_name, int32 max_dimensions);

} /* namespace vecext::types */
