/*
 * embedded_server.h: a PostgreSQL of our own below the storage path: made, started,
 * watched, restarted after a crash, stopped with us.
 *
 * It listens on a Unix socket only. Killed together with us it stops at once, by
 * PR_SET_PDEATHSIG, and recovers from its WAL at the next start. That signal follows
 * the thread that forked: one thread here does it all and lives from start() to
 * stop().
 */
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "postgres/data_directory.h"

namespace vecext::postgres {

class EmbeddedServer {
public:
	enum class State : uint8_t { kStarting, kReady, kDown, kStopped };

	struct Options {
		std::string directory; /* STORAGE/postgres */
		std::string bin_dir;   /* "": looked for */
		std::string user;      /* when we are root; "": postgres, else nobody */
		ServerSettings settings;
		std::function<void(State)> on_state = [](State) {}; /* from the watching thread */
	};

	explicit EmbeddedServer(Options options);
	~EmbeddedServer(); /* stops */

	EmbeddedServer(const EmbeddedServer &) = delete;
	EmbeddedServer &operator=(const EmbeddedServer &) = delete;

	/* Returns libpq's connection string once the server takes connections, which after
	 * a crash is when recovery has ended. Throws std::runtime_error, with the last
	 * lines of its log, when it does not start. Call once. */
	std::string start();

	/* A fast shutdown: sessions are ended, everything is written. */
	void stop();

	State state() const;

private:
	struct Watch;

	void watch();
	bool run_once();
	void set_state(State state);
	void pause(std::chrono::milliseconds time);
	void await_end(Watch &watch);
	void read_log(Watch &watch);
	bool is_ready(pid_t pid) const;

	Options options_;
	std::string conninfo_;
	std::optional<Installation> installation_;
	std::optional<User> user_;
	std::unique_ptr<DataDirectory> files_;

	mutable std::mutex mutex_;
	std::condition_variable changed_;
	State state_ = State::kStarting;
	bool stopping_ = false;
	pid_t pid_ = -1;       /* while it has not been waited for */
	std::string last_log_; /* of the present run */
	std::thread watcher_;
};

} /* namespace vecext::postgres */
