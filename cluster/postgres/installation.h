/*
 * installation.h: where PostgreSQL's programs are.
 */
#pragma once

#include <string>

namespace vecext::postgres {

struct Installation {
	std::string bin_dir; /* has postgres and initdb */
	std::string version; /* major: "15" */
};

/* In `bin_dir` if one is given, else where pg_config says, on the PATH, or below
 * /usr/lib/postgresql, the newest. Throws std::runtime_error. */
Installation find_installation(const std::string &bin_dir);

} /* namespace vecext::postgres */
