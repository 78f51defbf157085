/*
 * options.cpp: command line options; see options.h.
 */
#include "report/options.h"

#include <charconv>
#include <stdexcept>

namespace vecext::bench {

namespace {

int64_t parse_integer(const std::string &name, const std::string &text)
{
	int64_t value = 0;
	const char *end = text.data() + text.size();
	const auto [stopped, error] = std::from_chars(text.data(), end, value);
	if (error != std::errc() || stopped != end || value < 0)
		throw std::runtime_error("--" + name + ": \"" + text + "\" is not a number of 0 or more");
	return value;
}

} /* namespace */

Options::Options(int argc, char **argv, int first)
{
	for (int i = first; i < argc; i++) {
		const std::string word = argv[i];
		if (!word.starts_with("--"))
			throw std::runtime_error("unexpected argument \"" + word + "\"");
		const size_t equals = word.find('=');
		if (equals != std::string::npos) {
			given_.emplace(word.substr(2, equals - 2), word.substr(equals + 1));
		} else {
			if (i + 1 == argc)
				throw std::runtime_error(word + " needs a value");
			given_.emplace(word.substr(2), argv[++i]);
		}
	}
}

std::string Options::text(const std::string &name, const std::string &otherwise)
{
	known_.insert(name);
	const auto found = given_.find(name);
	return found == given_.end() ? otherwise : found->second;
}

std::string Options::required_text(const std::string &name)
{
	const std::string value = text(name, "");
	if (value.empty())
		throw std::runtime_error("--" + name + " is missing");
	return value;
}

int64_t Options::integer(const std::string &name, int64_t otherwise)
{
	const std::string value = text(name, "");
	return value.empty() ? otherwise : parse_integer(name, value);
}

std::vector<int64_t> Options::integers(const std::string &name, const std::string &otherwise)
{
	const std::string list = text(name, otherwise);
	std::vector<int64_t> values;
	for (size_t begin = 0; begin <= list.size();) {
		const size_t comma = std::min(list.find(',', begin), list.size());
		values.push_back(parse_integer(name, list.substr(begin, comma - begin)));
		begin = comma + 1;
	}
	return values;
}

std::vector<std::string> Options::texts(const std::string &name)
{
	known_.insert(name);
	std::vector<std::string> values;
	const auto [begin, end] = given_.equal_range(name);
	for (auto i = begin; i != end; ++i)
		values.push_back(i->second);
	return values;
}

void Options::finish() const
{
	for (const auto &[name, value] : given_)
		if (!known_.contains(name))
			throw std::runtime_error("unknown option --" + name);
}

} /* namespace vecext::bench */
