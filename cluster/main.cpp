/*
 * main.cpp: vecextd. Reads the settings, runs a node until SIGTERM or SIGINT.
 *
 * Exit status: 0 after a signal, 1 when it cannot start, 2 for a wrong command line.
 */
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "config/load.h"
#include "config/version.h"
#include "logging/log.h"
#include "node.h"

extern char **environ;

namespace vecext {
namespace {

/* Few arenas and early returns to the system: requests and answers come and go in
 * sizes up to megabytes on every thread, and would be kept for each otherwise. */
void bound_memory()
{
	mallopt(M_ARENA_MAX, 4);
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 8 << 20);
}

/* The name of all our sessions in PostgreSQL, by which one sidecar sees another
 * that uses the same database (Catalog::refuse_other_sidecars). */
void name_sessions()
{
	std::random_device random;
	const std::string name = "vecextd node " + std::to_string(random()) + std::to_string(random());
	setenv("PGAPPNAME", name.c_str(), 1);
}

sigset_t ending_signals()
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	return signals;
}

void refuse_unsupported(const config::Flags &flags, const config::Settings &settings)
{
	for (const std::string &flag : flags.unsupported)
		throw config::ConfigError(flag + " is not supported by this version of vecextd");
	if (settings.cluster_enabled)
		throw config::ConfigError("cluster.enabled: this version of vecextd runs as a single node only");
}

void warn_of_ignored(const config::Loaded &loaded)
{
	for (const std::string &warning : loaded.warnings)
		spdlog::warn("{}", warning);
	if (loaded.settings.storage.recovery_mode)
		spdlog::warn("recovery mode: {}", *loaded.settings.storage.recovery_mode);
}

/* Tells supervisors that start-up has finished. */
void write_init_file()
{
	const char *path = getenv("QDRANT_INIT_FILE_PATH");
	const std::string file = path ? path : ".qdrant-initialized";
	if (!std::ofstream(file, std::ios::trunc))
		spdlog::warn("cannot write {}", file);
}

/* While it lives a signal ends the process at once, as a start may take minutes of
 * recovery. The kernel tells PostgreSQL. */
class StartThatMayEnd {
public:
	explicit StartThatMayEnd(const sigset_t &signals)
		: thread_([signals](const std::stop_token &stop) {
			  const timespec tick{0, 50'000'000};
			  while (!stop.stop_requested())
				  if (sigtimedwait(&signals, nullptr, &tick) > 0)
					  _exit(0);
		  })
	{
	}

private:
	std::jthread thread_;
};

/* A second signal, while requests end, ends the process at once. */
int await_signal(const sigset_t &signals)
{
	int received = 0;
	sigwait(&signals, &received);
	pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
	return received;
}

void serve(const config::Settings &settings, const sigset_t &signals)
{
	std::optional<StartThatMayEnd> start(signals);
	Node node(settings);
	start.reset();
	write_init_file();
	spdlog::info("vecextd {} is ready (API of Qdrant {})", config::kVersion, config::kApiVersion);
	const int received = await_signal(signals);
	spdlog::info("signal {}: finishing requests", received);
	node.stop();
	spdlog::info("stopped");
}

int run(int argc, char **argv)
{
	std::optional<int> exit_status;
	const config::Flags flags = config::parse_flags(argc, argv, exit_status);
	if (exit_status)
		return *exit_status;

	bound_memory();
	name_sessions();
	const sigset_t signals = ending_signals();
	pthread_sigmask(SIG_BLOCK, &signals, nullptr);
	signal(SIGPIPE, SIG_IGN);

	const config::Loaded loaded = config::load(flags, environ);
	logging::set_up(loaded.settings.logger);
	warn_of_ignored(loaded);
	refuse_unsupported(flags, loaded.settings);
	serve(loaded.settings, signals);
	return 0;
}

} /* namespace */
} /* namespace vecext */

int main(int argc, char **argv)
{
	try {
		return vecext::run(argc, argv);
	} catch (const std::exception &error) {
		std::cerr << "vecextd: " << error.what() << std::endl;
		return 1;
	}
}
