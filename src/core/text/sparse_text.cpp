/*
 * sparse_text.cpp: parser of {index:value,...}/dimensions, a recursive descent
 * of depth one over a zero-terminated string.
 *
 * Each reader takes the position that it starts at, skips white space before
 * its token and moves the position behind it. It leaves the position alone when
 * the token is not there.
 */
#include "vecext/sparse_text.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdlib>

namespace vecext {

namespace {

/* A number's text in a message is cut after this many characters. */
constexpr int kMaxQuotedNumber = 128;

bool is_space(char c) noexcept
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_digit(char c) noexcept
{
	return c >= '0' && c <= '9';
}

void skip_space(const char *&at) noexcept
{
	while (is_space(*at))
		at++;
}

bool read_char(const char *&at, char expected) noexcept
{
	skip_space(at);
	if (*at != expected)
		return false;
	at++;
	return true;
}

Status syntax_error() noexcept
{
	return Status::error(ErrorKind::kInvalidText, "invalid input syntax for type %s", kSparseTypeName);
}

/* A decimal integer, cut to [INT32_MIN + 1, INT32_MAX]: whatever is cut is out
 * of every limit, and one may still be subtracted. */
bool read_integer(const char *&at, int32_t *value) noexcept
{
	skip_space(at);
	const char *digit = at;
	const bool negative = *digit == '-';
	if (*digit == '-' || *digit == '+')
		digit++;
	if (!is_digit(*digit))
		return false;

	int64_t magnitude = 0;
	for (; is_digit(*digit); digit++)
		magnitude = std::min<int64_t>(magnitude * 10 + (*digit - '0'), INT32_MAX);
	*value = static_cast<int32_t>(negative ? -magnitude : magnitude);
	at = digit;
	return true;
}

/* strtof() rounds once, from decimal to float, as PostgreSQL's real does. */
Status read_value(const char *&at, float *value) noexcept
{
	skip_space(at);
	char *end;
	errno = 0;
	*value = strtof(at, &end);
	if (end == at)
		return syntax_error();
	if (errno == ERANGE && (*value == 0 || std::isinf(*value)))
		return Status::error(ErrorKind::kOutOfRange, "\"%.*s\" is out of range for type %s",
							 static_cast<int>(std::min<ptrdiff_t>(end - at, kMaxQuotedNumber)), at, kSparseTypeName);
	at = end;
	return check_sparse_value(*value);
}

Status read_element(const char *&at, SparseElement *element) noexcept
{
	int32_t number;
	if (!read_integer(at, &number) || !read_char(at, ':'))
		return syntax_error();
	element->index = number - 1;
	return read_value(at, &element->value);
}

/* The elements from behind "{" to behind "}". */
Status read_elements(const char *&at, SparseElement *elements, size_t capacity, size_t *count) noexcept
{
	*count = 0;
	if (read_char(at, '}'))
		return Status::ok();
	do {
		SparseElement element;
		Status status = read_element(at, &element);
		if (!status.is_ok())
			return status;
		if (element.value == 0)
			continue;
		if (*count == capacity)
			return Status::error(ErrorKind::kLimitExceeded, "sparsevec text has more than %zu elements", capacity);
		elements[(*count)++] = element;
	} while (read_char(at, ','));
	return read_char(at, '}') ? Status::ok() : syntax_error();
}

/* The dimensions from behind the elements to the end of the text. */
Status read_dimensions(const char *&at, int32_t *dimensions) noexcept
{
	if (!read_char(at, '/'))
		return syntax_error().detail("Unexpected end of input.");
	if (!read_integer(at, dimensions))
		return syntax_error();
	if (!read_char(at, '\0'))
		return syntax_error().detail("Junk after closing.");
	return check_sparse_dimensions(*dimensions);
}

bool is_before(const SparseElement &a, const SparseElement &b) noexcept
{
	return a.index < b.index;
}

} /* namespace */

Result<size_t> sparse_text_capacity(const char *text) noexcept
{
	size_t capacity = 1;
	for (; *text != '\0'; text++)
		capacity += *text == ',';
	if (capacity > kMaxSparseElements)
		return Status::error(ErrorKind::kLimitExceeded, "sparsevec cannot have more than %d non-zero elements",
							 kMaxSparseElements);
	return capacity;
}

Result<SparseText> parse_sparse_text(const char *text, SparseElement *elements, size_t capacity) noexcept
{
	SparseText parsed = {};
	if (!read_char(text, '{'))
		return syntax_error().detail("Vector contents must start with \"{\".");
	Status status = read_elements(text, elements, capacity, &parsed.count);
	if (status.is_ok())
		status = read_dimensions(text, &parsed.dimensions);
	if (!status.is_ok())
		return status;
	return parsed;
}

Status arrange_sparse_elements(SparseElement *elements, size_t count, int32_t dimensions, int32_t *indices,
							   float *values) noexcept
{
	if (!std::is_sorted(elements, elements + count, is_before))
		std::sort(elements, elements + count, is_before);
	for (size_t i = 0; i < count; i++) {
		indices[i] = elements[i].index;
		values[i] = elements[i].value;
	}
	return check_sparse_indices(indices, count, dimensions);
}

} /* namespace vecext */
