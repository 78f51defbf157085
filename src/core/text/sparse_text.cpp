/*
 * sparse_text.cpp: parser of {index:value,...}/dimensions.
 *
 * Readers return whether they succeeded and put the reason into a Status when
 * they did not: a Status is large, so the common case makes none.
 */
#include "vecext/sparse_text.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/text/cursor.h"
#include "core/text/float_token.h"

namespace vecext {

namespace {

Status syntax_error() noexcept
{
	return Status::error(ErrorKind::kInvalidText, "invalid input syntax for type %s", kSparseTypeName);
}

Status range_error(const char *number, const char *end) noexcept
{
	return Status::error(ErrorKind::kOutOfRange, "\"%.*s\" is out of range for type %s", quoted_length(number, end),
						 number, kSparseTypeName);
}

bool is_digit(char c) noexcept
{
	return c >= '0' && c <= '9';
}

/* A decimal integer, cut to [-INT32_MAX, INT32_MAX]: whatever is cut is out of
 * every limit, and one may still be subtracted. */
bool read_integer(Cursor *cursor, int32_t *value) noexcept
{
	skip_space(cursor);
	const char *digit = cursor->at;
	const bool negative = *digit == '-';
	if (*digit == '-' || *digit == '+')
		digit++;
	if (!is_digit(*digit))
		return false;

	int64_t magnitude = 0;
	for (; is_digit(*digit); digit++)
		magnitude = std::min<int64_t>(magnitude * 10 + (*digit - '0'), INT32_MAX);
	*value = static_cast<int32_t>(negative ? -magnitude : magnitude);
	cursor->at = digit;
	return true;
}

bool read_value(Cursor *cursor, float *value, Status *status) noexcept
{
	skip_space(cursor);
	const FloatToken number = read_float(cursor->at, cursor->limit);
	if (number.end == cursor->at)
		*status = syntax_error();
	else if (number.overflow || number.underflow)
		*status = range_error(cursor->at, number.end);
	else if (!std::isfinite(number.value))
		*status = check_sparse_value(number.value);
	*value = number.value;
	cursor->at = number.end;
	return status->is_ok();
}

bool read_element(Cursor *cursor, SparseElement *element, Status *status) noexcept
{
	int32_t number;
	if (!read_integer(cursor, &number) || !read_char(cursor, ':')) {
		*status = syntax_error();
		return false;
	}
	element->index = number - 1;
	return read_value(cursor, &element->value, status);
}

/* The elements from behind "{" to behind "}". */
Status read_elements(Cursor *cursor, SparseElement *elements, size_t capacity, size_t *count) noexcept
{
	Status status;
	*count = 0;
	if (read_char(cursor, '}'))
		return status;
	do {
		SparseElement element;
		if (!read_element(cursor, &element, &status))
			return status;
		if (element.value == 0)
			continue;
		if (*count == capacity)
			return Status::error(ErrorKind::kLimitExceeded, "sparsevec text has more than %zu elements", capacity);
		elements[(*count)++] = element;
	} while (read_char(cursor, ','));
	return read_char(cursor, '}') ? status : syntax_error();
}

/* The dimensions from behind the elements to the end of the text. */
Status read_dimensions(Cursor *cursor, int32_t *dimensions) noexcept
{
	if (!read_char(cursor, '/'))
		return syntax_error().detail("Unexpected end of input.");
	if (!read_integer(cursor, dimensions))
		return syntax_error();
	if (!at_end(cursor))
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
	Cursor cursor = {text, text + strlen(text)};
	if (!read_char(&cursor, '{'))
		return syntax_error().detail("Vector contents must start with \"{\".");

	SparseText parsed = {};
	Status status = read_elements(&cursor, elements, capacity, &parsed.count);
	if (status.is_ok())
		status = read_dimensions(&cursor, &parsed.dimensions);
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
