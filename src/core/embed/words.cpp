/*
 * words.cpp: UTF-8 decoding (Unicode, table 3-7), letter classes and lower case.
 */
#include "core/embed/words.h"

#include <algorithm>
#include <cstdint>

namespace vecext {

namespace {

struct Range {
	char32_t first;
	char32_t last;
};

/* What is not part of a word, from U+0080 up, sorted. */
constexpr Range kSeparators[] = {
	{0x80, 0xa9},                                        /* C1 controls, Latin-1 punctuation */
	{0xab, 0xb4},                                        /* ... without the ordinal indicators and the micro sign */
	{0xb6, 0xb9},        {0xbb, 0xbf},     {0xd7, 0xd7}, /* multiplication sign */
	{0xf7, 0xf7},                                        /* division sign */
	{0x2000, 0x2bff}, /* punctuation, currency, arrows, mathematics, boxes, symbols */
	{0x2e00, 0x2e7f}, /* supplemental punctuation */
	{0x3000, 0x3004}, /* CJK punctuation, without the iteration marks */
	{0x3008, 0x3020},    {0x3030, 0x3030}, {0x30fb, 0x30fb},                   /* katakana middle dot */
	{0xd800, 0xf8ff},                                                          /* surrogates, private use */
	{0xfe10, 0xfe6f},                                                          /* vertical and small forms */
	{0xff00, 0xff0f},                                                          /* full-width punctuation */
	{0xff1a, 0xff20},    {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0xfff0, 0xffff}, /* specials */
	{0xe0000, 0x10ffff},                                                       /* tags, private use */
};

bool is_continuation(std::string_view text, size_t at) noexcept
{
	return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80;
}

/* Bytes that a character with this first byte takes; 0 for one that starts none. */
size_t sequence_length(uint8_t first) noexcept
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

/* Whether `character`, decoded from `length` bytes, needs that many and exists. */
bool is_scalar_value(char32_t character, size_t length) noexcept
{
	constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
	const bool surrogate = character >= 0xd800 && character <= 0xdfff;
	return character >= kLeast[length] && character <= 0x10ffff && !surrogate;
}

/* Blocks in which an upper-case letter stands right before its lower-case one. */
bool is_upper_of_pair(char32_t c) noexcept
{
	const bool even_upper = (c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177) ||
							(c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) || (c >= 0x4d0 && c <= 0x52f);
	const bool odd_upper = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e) || (c >= 0x4c1 && c <= 0x4ce);
	return (even_upper && c % 2 == 0) || (odd_upper && c % 2 == 1);
}

} /* namespace */

char32_t take_character(std::string_view &text) noexcept
{
	const auto first = static_cast<uint8_t>(text[0]);
	const size_t length = sequence_length(first);
	char32_t character = length < 2 ? first : first & (0x7f >> length);
	size_t taken = 1;
	while (taken < length && is_continuation(text, taken))
		character = character << 6 | (static_cast<uint8_t>(text[taken++]) & 0x3f);
	if (length == 0 || taken < length || !is_scalar_value(character, length)) {
		text.remove_prefix(1);
		return kReplacementCharacter;
	}
	text.remove_prefix(length);
	return character;
}

char32_t lower_case(char32_t c) noexcept
{
	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 32 : c;
	if (c >= 0xc0 && c <= 0xde && c != 0xd7)
		return c + 32;
	if (c == 0x130) /* I with dot */
		return 'i';
	if (c == 0x178) /* Y with diaeresis */
		return 0xff;
	if (is_upper_of_pair(c))
		return c + 1;
	if (c >= 0x391 && c <= 0x3ab && c != 0x3a2)
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	if (c >= 0x410 && c <= 0x42f)
		return c + 32;
	if (c >= 0x531 && c <= 0x556)
		return c + 48;
	return c;
}

bool is_word_character(char32_t c) noexcept
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	const Range *range = std::lower_bound(std::begin(kSeparators), std::end(kSeparators), c,
										  [](const Range &r, char32_t value) { return r.last < value; });
	return range == std::end(kSeparators) || c < range->first;
}

bool take_word(std::string_view &text, std::u32string &word)
{
	word.clear();
	while (!text.empty()) {
		const char32_t character = take_character(text);
		if (is_word_character(character))
			word.push_back(lower_case(character));
		else if (!word.empty())
			break;
	}
	return !word.empty();
}

} /* namespace vecext */
