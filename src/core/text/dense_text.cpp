/*
 * dense_text.cpp: parser of [x,y,...] for both dense types.
 *
 * The order of the checks is part of the contract: where a text has several
 * faults, the first one met from the left is reported.
 */
#include "vecext/dense_text.h"

#include <cmath>
#include <cstring>

#include "core/text/cursor.h"
#include "core/text/float_token.h"
#include "vecext/kernels.h"

namespace vecext {

namespace {

/* How a float read from text becomes an element. `store` returns false when the
 * number is finite but too large for the type. */
struct VectorElements {
	using Element = float;
	static constexpr const char *kTypeName = kVectorTypeName;

	static bool store(float value, float *element) noexcept
	{
		*element = value;
		return true;
	}
};

struct HalfvecElements {
	using Element = uint16_t;
	static constexpr const char *kTypeName = kHalfvecTypeName;

	static bool store(float value, uint16_t *element) noexcept
	{
		kernels().f32_to_f16(&value, element, 1);
		return !is_half_infinite(*element) || std::isinf(value);
	}
};

template <class Type> Status syntax_error() noexcept
{
	return Status::error(ErrorKind::kInvalidText, "invalid input syntax for type %s", Type::kTypeName);
}

template <class Type> Status range_error(const char *number, const char *end) noexcept
{
	return Status::error(ErrorKind::kOutOfRange, "\"%.*s\" is out of range for type %s", quoted_length(number, end),
						 number, Type::kTypeName);
}

/* A Status is large, so the common case returns none. */
template <class Type> bool read_element(Cursor *cursor, typename Type::Element *element, Status *status) noexcept
{
	skip_space(cursor);
	const FloatToken number = read_float(cursor->at, cursor->limit);
	if (number.end == cursor->at)
		*status = syntax_error<Type>();
	else if (number.overflow || !Type::store(number.value, element))
		*status = range_error<Type>(cursor->at, number.end);
	else if (!std::isfinite(number.value))
		*status = check_finite(Type::kTypeName, &number.value, 1);
	cursor->at = number.end;
	return status->is_ok();
}

/* The elements from behind "[" to behind "]". */
template <class Type> Status read_elements(Cursor *cursor, typename Type::Element *elements, int *dimensions) noexcept
{
	Status status;
	*dimensions = 0;
	if (read_char(cursor, ']'))
		return check_dense_dimensions(Type::kTypeName, 0);
	do {
		if (*dimensions == kMaxDenseDimensions)
			return check_dense_dimensions(Type::kTypeName, *dimensions + 1);
		if (!read_element<Type>(cursor, &elements[(*dimensions)++], &status))
			return status;
	} while (read_char(cursor, ','));
	return read_char(cursor, ']') ? status : syntax_error<Type>();
}

template <class Type> Result<int> parse(const char *text, typename Type::Element *elements) noexcept
{
	Cursor cursor = {text, text + strlen(text)};
	if (!read_char(&cursor, '['))
		return syntax_error<Type>().detail("Vector contents must start with \"[\".");
	int dimensions;
	const Status status = read_elements<Type>(&cursor, elements, &dimensions);
	if (!status.is_ok())
		return status;
	if (!at_end(&cursor))
		return syntax_error<Type>().detail("Junk after closing right brace.");
	return dimensions;
}

} /* namespace */

Result<int> parse_vector(const char *text, float *elements) noexcept
{
	return parse<VectorElements>(text, elements);
}

Result<int> parse_halfvec(const char *text, uint16_t *elements) noexcept
{
	return parse<HalfvecElements>(text, elements);
}

} /* namespace vecext */
