/*
 * stopwords.h: languages that the text options know by name.
 */
#pragma once

#include <span>
#include <string_view>

namespace vecext::filter {

/* The full name of a language that may have stopwords, from its name or code: a
 * constant. Empty for others. */
std::string_view stopword_language(std::string_view language) noexcept;

/* The stopwords of a language by its full name: the built-in English ones, else
 * what the source (set_stopword_source()) has. Empty when there are none. */
std::span<const std::string_view> stopwords_of(std::string_view language);

/* The Snowball algorithm of a language (name or ISO code), a constant, or null. */
const char *snowball_algorithm(std::string_view language) noexcept;

} /* namespace vecext::filter */
