/*
 * process.cpp: reads /proc and control groups.
 */
#include "telemetry/process.h"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <vector>

namespace vecext::telemetry {

namespace {

namespace fs = std::filesystem;

std::optional<uint64_t> number_in(const char *path)
{
	std::ifstream file(path);
	uint64_t number = 0;
	if (file >> number)
		return number;
	return std::nullopt;
}

/* "VmRSS:	  1234 kB" gives 1234. */
uint64_t status_value(const std::string &name, const std::string &directory = "/proc/self")
{
	std::ifstream file(directory + "/status");
	for (std::string line; std::getline(file, line);) {
		if (!line.starts_with(name + ":"))
			continue;
		std::istringstream rest(line.substr(name.size() + 1));
		uint64_t value = 0;
		rest >> value;
		return value;
	}
	return 0;
}

uint64_t count_lines(const char *path)
{
	std::ifstream file(path);
	return static_cast<uint64_t>(
		std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n'));
}

uint64_t count_entries(const char *path)
{
	std::error_code error;
	const fs::directory_iterator entries(path, error);
	return error ? 0 : static_cast<uint64_t>(std::distance(fs::begin(entries), fs::end(entries)));
}

/* Parents and children among the processes that run now. */
std::multimap<uint64_t, std::string> children_by_parent()
{
	std::multimap<uint64_t, std::string> children;
	std::error_code error;
	for (const auto &entry : fs::directory_iterator("/proc", error))
		if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])))
			children.emplace(status_value("PPid", entry.path()), entry.path());
	return children;
}

} /* namespace */

uint64_t resident_bytes_of_family()
{
	const std::multimap<uint64_t, std::string> children = children_by_parent();
	std::vector<std::string> family{"/proc/" + std::to_string(getpid())};
	uint64_t own = 0, shared = 0;
	for (size_t i = 0; i < family.size(); i++) {
		own += status_value("RssAnon", family[i]);
		shared = std::max(shared, status_value("RssShmem", family[i]));
		const auto [first, last] = children.equal_range(std::stoull(family[i].substr(strlen("/proc/"))));
		for (auto child = first; child != last; ++child)
			family.push_back(child->second);
	}
	return (own + shared) * 1024;
}

ProcessFigures process_figures()
{
	ProcessFigures figures;
	figures.threads = status_value("Threads");
	figures.open_mmaps = count_lines("/proc/self/maps");
	figures.max_mmaps = number_in("/proc/sys/vm/max_map_count").value_or(0);
	figures.open_fds = count_entries("/proc/self/fd");
	rlimit files{};
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		figures.max_fds = files.rlim_cur;
	rusage usage{};
	if (getrusage(RUSAGE_SELF, &usage) == 0) {
		figures.minor_page_faults = static_cast<uint64_t>(usage.ru_minflt);
		figures.major_page_faults = static_cast<uint64_t>(usage.ru_majflt);
	}
	return figures;
}

MemoryFigures memory_figures()
{
	const struct mallinfo2 info = mallinfo2();
	MemoryFigures figures;
	figures.active = info.arena + info.hblkhd;
	figures.allocated = info.uordblks + info.hblkhd;
	figures.resident = status_value("VmRSS") * 1024;
	figures.retained = info.fordblks;
	return figures;
}

uint64_t memory_limit_bytes()
{
	const uint64_t machine =
		static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
	uint64_t limit = machine;
	for (const char *path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
		limit = std::min(limit, number_in(path).value_or(machine));
	return limit;
}

DiskUsage disk_usage(const std::string &path)
{
	std::error_code error;
	const fs::space_info space = fs::space(path, error);
	return error ? DiskUsage{} : DiskUsage{space.capacity, space.available};
}

} /* namespace vecext::telemetry */
