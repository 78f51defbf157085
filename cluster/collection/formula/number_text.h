/*
 * number_text.h: numbers in the texts of a formula's errors: the shortest digits that
 * read back equal, never an exponent; "NaN", "inf".
 */
#pragma once

#include <string>

namespace vecext::collection {

std::string number_text(double value);

} /* namespace vecext::collection */
