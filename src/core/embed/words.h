/*
 * words.h: the words of a UTF-8 text, in lower case.
 *
 * A word is a longest run of letters, digits and marks. Everything else ends it:
 * white space, punctuation, symbols, control characters, and bytes that are not
 * valid UTF-8. Scripts without spaces give long words, which is harmless: their
 * character features do the work.
 *
 * Classes and cases come from a few ranges, not from the Unicode tables: lower
 * case is right for Latin (to U+017F), Greek, Cyrillic and Armenian, one character
 * to one; other scripts with case keep theirs.
 */
#pragma once

#include <string>
#include <string_view>

namespace vecext {

/* What an ill-formed byte is read as; not part of any word. */
inline constexpr char32_t kReplacementCharacter = 0xfffd;

/* Removes the first character from `text`, which must not be empty. Of an
 * ill-formed sequence (overlong, surrogate, truncated, above U+10FFFF) it removes
 * one byte and returns kReplacementCharacter. */
char32_t take_character(std::string_view &text) noexcept;

char32_t lower_case(char32_t character) noexcept;

bool is_word_character(char32_t character) noexcept;

/* Removes `text` up to the end of its first word, which is put into `word`; false
 * when there is no further word. May throw std::bad_alloc. */
bool take_word(std::string_view &text, std::u32string &word);

} /* namespace vecext */
