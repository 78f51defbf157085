/*
 * letters.h: Unicode properties of characters, from ICU.
 */
#pragma once

namespace vecext::filter {

/* A letter (Alphabetic) or a number (Nd, Nl, No), as Qdrant's paths and word
 * tokenizer mean it. */
bool is_alphanumeric(char32_t character) noexcept;

/* White_Space. */
bool is_space(char32_t character) noexcept;

} /* namespace vecext::filter */
