/*
 * installation.cpp: looks in the usual places.
 */
#include "postgres/installation.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "postgres/child.h"

namespace vecext::postgres {

namespace {

namespace fs = std::filesystem;

bool has_server(const std::string &directory)
{
	return access((directory + "/postgres").c_str(), X_OK) == 0 && access((directory + "/initdb").c_str(), X_OK) == 0;
}

std::vector<std::string> directories_of_path()
{
	std::vector<std::string> directories;
	const char *path = getenv("PATH");
	for (std::string rest = path ? path : ""; !rest.empty();) {
		const size_t colon = std::min(rest.find(':'), rest.size());
		directories.push_back(rest.substr(0, colon));
		rest.erase(0, colon + 1);
	}
	return directories;
}

std::string first_line(const std::string &text)
{
	return text.substr(0, text.find('\n'));
}

std::string directory_of_pg_config()
{
	for (const std::string &directory : directories_of_path()) {
		const std::string program = directory + "/pg_config";
		if (access(program.c_str(), X_OK) == 0)
			return first_line(run({{program, "--bindir"}, "/", {}}).output);
	}
	return {};
}

/* /usr/lib/postgresql/16/bin before /usr/lib/postgresql/15/bin. */
std::vector<std::string> packaged_directories()
{
	std::vector<std::pair<int, std::string>> found;
	std::error_code error;
	for (const auto &entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
		const std::string name = entry.path().filename();
		int version = 0;
		std::from_chars(name.data(), name.data() + name.size(), version);
		found.emplace_back(version, entry.path() / "bin");
	}
	std::sort(found.rbegin(), found.rend());
	std::vector<std::string> directories;
	for (auto &[version, directory] : found)
		directories.push_back(std::move(directory));
	return directories;
}

std::string find_bin_dir()
{
	std::vector<std::string> candidates{directory_of_pg_config()};
	for (auto *more : {&directories_of_path, &packaged_directories})
		for (std::string &directory : more())
			candidates.push_back(std::move(directory));
	for (const std::string &directory : candidates)
		if (!directory.empty() && has_server(directory))
			return directory;
	throw std::runtime_error("no PostgreSQL server found: install one, or name its programs' directory in "
							 "postgres.bin_dir, or give the address of a running one in postgres.url");
}

/* "postgres (PostgreSQL) 15.4 (Debian ...)" gives "15". */
std::string major_version(const std::string &bin_dir)
{
	const std::string text = run({{bin_dir + "/postgres", "--version"}, "/", {}}).output;
	const size_t digits = text.find_first_of("0123456789");
	if (digits == std::string::npos)
		throw std::runtime_error(bin_dir + "/postgres does not tell its version: " + first_line(text));
	return text.substr(digits, text.find_first_not_of("0123456789", digits) - digits);
}

} /* namespace */

Installation find_installation(const std::string &bin_dir)
{
	if (!bin_dir.empty() && !has_server(bin_dir))
		throw std::runtime_error("postgres.bin_dir: there is no postgres and initdb in " + bin_dir);
	Installation installation;
	installation.bin_dir = bin_dir.empty() ? find_bin_dir() : fs::absolute(bin_dir).string();
	installation.version = major_version(installation.bin_dir);
	return installation;
}

} /* namespace vecext::postgres */
