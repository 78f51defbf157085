/*
 * log.h: the log on stdout and, if wanted, in a file; as text or JSON lines.
 *
 * Set up once at start; then spdlog's functions write to target "vecextd", and
 * target() gives loggers of other names, whose levels a directive such as
 * "INFO,postgres=warn" sets. Levels may be changed while the process runs.
 */
#pragma once

#include <spdlog/spdlog.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/settings.h"

namespace vecext::logging {

/* "INFO,postgres=warn,http=debug" */
struct Levels {
	spdlog::level::level_enum general = spdlog::level::info;
	std::map<std::string, spdlog::level::level_enum, std::less<>> targets;

	spdlog::level::level_enum of(std::string_view target) const;
};

/* What cannot be understood is left out and named in `unknown`. */
Levels parse_levels(const std::string &directives, std::vector<std::string> &unknown);

/* Throws config::ConfigError when the file cannot be written. Also changes a log
 * that is set up; loggers stay valid. */
void set_up(const config::LoggerSettings &settings);

config::LoggerSettings current();

std::shared_ptr<spdlog::logger> target(const std::string &name);

} /* namespace vecext::logging */
