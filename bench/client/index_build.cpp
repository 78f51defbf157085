/*
 * index_build.cpp: creates the index; a second session watches it.
 *
 * Memory is the anonymous memory of the building backend, sampled 20 times a
 * second, less what it had before: for pgvector's parallel build, whose graph
 * lies in shared memory, it says nothing and is not printed.
 */
#include "client/commands.h"

#include "client/target.h"
#include "report/clocks.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace vecext::bench {

namespace {

constexpr auto kSamplePause = std::chrono::milliseconds(50);
constexpr double kTellEverySeconds = 10;

/* Samples progress and memory of one backend until it is stopped. */
class BuildWatcher {
public:
	BuildWatcher(const Target &target, int pid)
		: connection_(target.connect()), pid_(pid), initial_bytes_(process_private_bytes(pid)),
		  thread_([this](std::stop_token stop) { watch(stop); })
	{
	}

	int64_t peak_bytes()
	{
		thread_.request_stop();
		if (thread_.joinable())
			thread_.join();
		return peak_bytes_ - initial_bytes_;
	}

private:
	void watch(std::stop_token stop)
	{
		for (double told = wall_seconds(); !stop.stop_requested(); std::this_thread::sleep_for(kSamplePause)) {
			peak_bytes_ = std::max(peak_bytes_, process_private_bytes(pid_));
			if (wall_seconds() - told >= kTellEverySeconds) {
				tell_progress();
				told = wall_seconds();
			}
		}
	}

	void tell_progress()
	{
		const std::string progress =
			connection_.value("SELECT phase || ', ' || tuples_done || ' of ' || tuples_total || ' tuples, ' || "
							  "blocks_done || ' of ' || blocks_total || ' blocks' "
							  "FROM pg_stat_progress_create_index WHERE pid = " +
							  std::to_string(pid_));
		if (!progress.empty())
			tell("%s", progress.c_str());
	}

	Connection connection_;
	int pid_;
	int64_t initial_bytes_;
	int64_t peak_bytes_ = 0;
	std::jthread thread_;
};

} /* namespace */

void build_index(Options &options)
{
	const Target target(options);
	const std::string with = options.text("with", "m = 16, ef_construction = 64");
	options.finish();

	Connection connection = target.connect();
	connection.query("DROP INDEX IF EXISTS " + target.index_name());
	tell("%s: creating the index WITH (%s)", target.system.c_str(), with.c_str());
	BuildWatcher watcher(target, connection.backend_pid());
	const std::string lsn = connection.value("SELECT pg_current_wal_insert_lsn()");
	const double begin = wall_seconds(), cpu_begin = process_cpu_seconds(connection.backend_pid());
	connection.query("CREATE INDEX " + target.index_name() + " ON " + target.table + " USING hnsw (v " +
					 target.operator_class() + ") WITH (" + with + ")");
	const double seconds = wall_seconds() - begin;
	const double cpu = process_cpu_seconds(connection.backend_pid()) - cpu_begin;

	const Records records = target.records();
	records.print("build time", seconds, "s");
	if (target.extension != "vector") { /* its workers are other processes */
		records.print("build CPU", cpu, "s");
		records.print("build memory", static_cast<double>(watcher.peak_bytes()) / 1e6, "MB");
	}
	records.print("index size", connection.number("SELECT pg_relation_size('" + target.index_name() + "')") / 1e6,
				  "MB");
	records.print("build WAL", connection.number("SELECT pg_current_wal_insert_lsn() - '" + lsn + "'") / 1e6, "MB");
	connection.query("CHECKPOINT");
}

} /* namespace vecext::bench */
