/*
 * load.h: from files, environment and flags to Settings.
 *
 * Layers, later wins: built-in defaults, config/config, config/{RUN_MODE},
 * config/local, /etc/qdrant/config (each .yaml, .yml or .json, relative to the
 * working directory), the file of --config-path, QDRANT__SECTION__KEY,
 * VECEXT__SECTION__KEY, flags.
 */
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "config/settings.h"

namespace vecext::config {

/* What was given cannot be used; the text names the key and where it stands. */
class ConfigError : public std::runtime_error {
	using std::runtime_error::runtime_error;
};

/* What the command line said; features of later versions are flags already. */
struct Flags {
	std::string config_path, postgres_url;
	std::vector<std::string> unsupported; /* the names of those given */
};

struct Loaded {
	Settings settings;
	std::vector<std::string> warnings; /* for the log, once there is one */
};

/* Parses the command line. `exit_status` is set when the process shall end at
 * once: help, version or an unknown flag; the text has been printed. */
Flags parse_flags(int argc, char **argv, std::optional<int> &exit_status);

/* `environment` as environ(7): NAME=value, ended by a null pointer. Throws ConfigError. */
Loaded load(const Flags &flags, const char *const *environment);

} /* namespace vecext::config */
