/*
 * records.cpp: printing measured values; see records.h.
 */
#include "report/records.h"

#include "report/clocks.h"

#include <cstdarg>
#include <cstdio>

namespace vecext::bench {

namespace {

const double program_begin = wall_seconds();

} /* namespace */

void Records::print(const std::string &measure, double value, const char *unit) const
{
	std::printf("%s\t%s\t%.6g\t%s\n", system_.c_str(), measure.c_str(), value, unit);
	std::fflush(stdout);
}

void Records::print_words(const std::string &measure, const std::string &words) const
{
	std::printf("%s\t%s\t%s\t\n", system_.c_str(), measure.c_str(), words.c_str());
	std::fflush(stdout);
}

void tell(const char *format, ...)
{
	std::fprintf(stderr, "[%7.1f s] ", wall_seconds() - program_begin);
	va_list arguments;
	va_start(arguments, format);
	std::vfprintf(stderr, format, arguments);
	va_end(arguments);
	std::fputc('\n', stderr);
}

} /* namespace vecext::bench */
