/*
 * cursor.h: a position in a zero-terminated text, as the parsers of vectors move
 * it. Each reader skips white space before its token and moves the position
 * behind it; when the token is not there, only white space has been skipped.
 */
#pragma once

#include <algorithm>
#include <cstddef>

namespace vecext {

/* A token's text in a message is cut after this many characters. */
inline constexpr ptrdiff_t kMaxQuotedToken = 128;

/* The text still to be read. */
struct Cursor {
	const char *at;
	const char *limit; /* the terminating zero */
};

inline void skip_space(Cursor *cursor) noexcept
{
	while (*cursor->at == ' ' || (*cursor->at >= '\t' && *cursor->at <= '\r'))
		cursor->at++;
}

inline bool read_char(Cursor *cursor, char expected) noexcept
{
	skip_space(cursor);
	if (*cursor->at != expected)
		return false;
	cursor->at++;
	return true;
}

/* Whether only white space is left. */
inline bool at_end(Cursor *cursor) noexcept
{
	skip_space(cursor);
	return *cursor->at == '\0';
}

/* The length of a token in a message, for "%.*s". */
inline int quoted_length(const char *token, const char *end) noexcept
{
	return static_cast<int>(std::min(end - token, kMaxQuotedToken));
}

} /* namespace vecext */
