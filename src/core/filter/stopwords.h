/*
 * stopwords.h: languages that the text options know by name.
 */
#pragma once

#include <span>
#include <string_view>

namespace vecext::filter {

/* The stopwords of a language (name or ISO code); empty when it has no list. */
std::span<const std::string_view> stopwords_of(std::string_view language) noexcept;

/* The Snowball algorithm of a language (name or ISO code), a constant, or null. */
const char *snowball_algorithm(std::string_view language) noexcept;

} /* namespace vecext::filter */
