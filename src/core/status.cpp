/*
 * status.cpp: formatting of error texts.
 *
 * Out of line because PostgreSQL's headers redefine vsnprintf: an inline body
 * would differ between the core and the extension.
 */
#include "vecext/status.h"

#include <cstdarg>
#include <cstdio>

namespace vecext {

Status Status::error(ErrorKind kind, const char *format, ...) noexcept
{
	Status status;
	status.kind_ = kind;
	va_list args;
	va_start(args, format);
	vsnprintf(status.message_, sizeof status.message_, format, args);
	va_end(args);
	return status;
}

Status &&Status::detail(const char *format, ...) && noexcept
{
	va_list args;
	va_start(args, format);
	vsnprintf(detail_, sizeof detail_, format, args);
	va_end(args);
	return std::move(*this);
}

Status &&Status::hint(const char *format, ...) && noexcept
{
	va_list args;
	va_start(args, format);
	vsnprintf(hint_, sizeof hint_, format, args);
	va_end(args);
	return std::move(*this);
}

} /* namespace vecext */
