/*
 * flags.cpp: the command line, with the flags that Qdrant has.
 */
#include <CLI/CLI.hpp>

#include <iostream>

#include "config/load.h"
#include "config/version.h"

namespace vecext::config {

namespace {

void note_if_given(const CLI::App &app, const char *flag, Flags &flags)
{
	if (app.count(flag) > 0)
		flags.unsupported.emplace_back(flag);
}

} /* namespace */

Flags parse_flags(int argc, char **argv, std::optional<int> &exit_status)
{
	Flags flags;
	std::string ignored_text;
	std::vector<std::string> ignored_list;
	bool ignored = false;
	CLI::App app{"vecextd: Qdrant's API on PostgreSQL", "vecextd"};
	app.set_version_flag("-V,--version", std::string("vecextd ") + kVersion + " (API of Qdrant " + kApiVersion + ")");
	app.add_option("--config-path", flags.config_path, "Configuration file, read after all others");
	app.add_option("--postgres-url", flags.postgres_url, "Connection string of a PostgreSQL to use instead of our own");
	app.add_flag("--disable-telemetry", ignored, "Report nothing, as this server does anyway");
	app.add_option("--uri", ignored_text, "Of a cluster: our own address")->envname("QDRANT_URI");
	app.add_option("--bootstrap", ignored_text, "Of a cluster: address of a peer")->envname("QDRANT_BOOTSTRAP");
	app.add_flag("--reinit", ignored, "Of a cluster: forget its state");
	app.add_option("--snapshot", ignored_list, "Snapshots to recover collections from");
	app.add_option("--storage-snapshot", ignored_text, "Snapshot to recover the whole storage from");
	app.add_flag("-f,--force-snapshot", ignored, "Overwrite collections by snapshots");
	app.add_flag("--stacktrace", ignored, "Show the stacks of a running server");
	try {
		app.parse(argc, argv);
	} catch (const CLI::ParseError &error) {
		/* 2 for a wrong command line, as Qdrant has it. */
		exit_status = app.exit(error) == 0 ? 0 : 2;
	}
	for (const char *flag :
		 {"--uri", "--bootstrap", "--reinit", "--snapshot", "--storage-snapshot", "--force-snapshot", "--stacktrace"})
		note_if_given(app, flag, flags);
	return flags;
}

} /* namespace vecext::config */
