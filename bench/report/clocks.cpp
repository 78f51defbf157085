/*
 * clocks.cpp: time and memory from the kernel's files; see clocks.h.
 */
#include "report/clocks.h"

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <time.h>
#include <unistd.h>

namespace vecext::bench {

namespace {

double clock_seconds(clockid_t clock)
{
	timespec now;
	clock_gettime(clock, &now);
	return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::string first_line(int pid, const char *name)
{
	const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
	std::ifstream file(path);
	std::string line;
	if (!std::getline(file, line))
		throw std::runtime_error(path + ": cannot be read; the server must run on this machine");
	return line;
}

} /* namespace */

double wall_seconds()
{
	return clock_seconds(CLOCK_MONOTONIC);
}

double thread_cpu_seconds()
{
	return clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

double main_thread_cpu_seconds(int pid)
{
	return static_cast<double>(std::stoull(first_line(pid, "schedstat"))) * 1e-9;
}

double process_cpu_seconds(int pid)
{
	/* The command name, field 2, may hold spaces; it ends at the last ')'. Times
	 * are fields 14 and 15. */
	const std::string line = first_line(pid, "stat");
	unsigned long long user = 0, system = 0;
	const char *fields = line.c_str() + line.rfind(')') + 1;
	if (std::sscanf(fields, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system) != 2)
		throw std::runtime_error("/proc/PID/stat has an unknown form");
	return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int64_t process_private_bytes(int pid)
{
	std::ifstream file("/proc/" + std::to_string(pid) + "/status");
	for (std::string line; std::getline(file, line);)
		if (line.starts_with("RssAnon:"))
			return std::stoll(line.substr(8)) * 1024;
	return 0;
}

} /* namespace vecext::bench */
