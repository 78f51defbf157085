/*
 * text_input.h: errors of the text parsers, completed with the text.
 */
#pragma once

#include "pg/compat.h"

#include "vecext/status.h"

namespace vecext::types {

/* Raises `status` of a parser that read `text`. To a syntax error (22P02) the
 * whole text is added: invalid input syntax for type vector: "text". */
[[noreturn]] void raise_text_error(const Status &status, const char *text);

} /* namespace vecext::types */
