/*
 * records.h: what benchmark programs print, one measured value a line.
 *
 *   system <tab> measure <tab> value <tab> unit
 *
 * bench/run collects the lines of all systems of a scenario and sets them side
 * by side. Anything meant for the person who waits goes to standard error.
 */
#pragma once

#include <string>

namespace vecext::bench {

class Records {
public:
	/* `system` is what a table's column is called: vecext, hnswlib, pgvector. */
	explicit Records(std::string system) : system_(std::move(system)) {}

	void print(const std::string &measure, double value, const char *unit) const;
	/* What is no number; it stands in the table as it is. Not to begin with a digit. */
	void print_words(const std::string &measure, const std::string &words) const;

private:
	std::string system_;
};

/* A line for the person who waits, with the seconds since the program began. */
[[gnu::format(printf, 1, 2)]] void tell(const char *format, ...);

} /* namespace vecext::bench */
