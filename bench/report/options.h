/*
 * options.h: command lines of the form "--name value", and "--name=value".
 *
 * A program asks for each option that it knows, with a default; whatever was
 * given and not asked for is refused by finish(), so that a misspelt option does
 * not silently measure something else. All functions throw std::runtime_error
 * naming the option.
 */
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace vecext::bench {

class Options {
public:
	/* Takes argv from argv[first] on. */
	Options(int argc, char **argv, int first);

	std::string text(const std::string &name, const std::string &otherwise);
	std::string required_text(const std::string &name);
	int64_t integer(const std::string &name, int64_t otherwise);                          /* 0 or more */
	std::vector<int64_t> integers(const std::string &name, const std::string &otherwise); /* "10,20,40" */
	std::vector<std::string> texts(const std::string &name); /* given any number of times */

	void finish() const;

private:
	std::multimap<std::string, std::string> given_;
	std::set<std::string> known_;
};

} /* namespace vecext::bench */
