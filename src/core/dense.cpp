/* dense.cpp: the checks of dense.h and their messages. */
#include "vecext/dense.h"

#include <cmath>

namespace vecext {

namespace {

bool is_nan(float value)
{
	return std::isnan(value);
}
bool is_nan(uint16_t half)
{
	return is_half_nan(half);
}
bool is_finite(float value)
{
	return std::isfinite(value);
}
bool is_finite(uint16_t half)
{
	return (half & 0x7c00) != 0x7c00;
}

template <class Element> Status check_all_finite(const char *type_name, const Element *elements, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_finite(elements[i]))
			continue;
		if (is_nan(elements[i]))
			return Status::error(ErrorKind::kDataException, "NaN not allowed in %s", type_name);
		return Status::error(ErrorKind::kDataException, "infinite value not allowed in %s", type_name);
	}
	return Status::ok();
}

} /* namespace */

Status check_dense_dimensions(const char *type_name, int64_t dimensions) noexcept
{
	if (dimensions < 1)
		return Status::error(ErrorKind::kDataException, "%s must have at least 1 dimension", type_name);
	if (dimensions > kMaxDenseDimensions)
		return Status::error(ErrorKind::kLimitExceeded, "%s cannot have more than %d dimensions", type_name,
							 kMaxDenseDimensions);
	return Status::ok();
}

Status check_finite(const char *type_name, const float *elements, size_t n) noexcept
{
	return check_all_finite(type_name, elements, n);
}

Status check_finite(const char *type_name, const uint16_t *elements, size_t n) noexcept
{
	return check_all_finite(type_name, elements, n);
}

} /* namespace vecext */
