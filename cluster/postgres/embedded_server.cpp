/*
 * embedded_server.cpp: the watching thread.
 */
#include "postgres/embedded_server.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <stdexcept>

#include "logging/log.h"

namespace vecext::postgres {

namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kFirstPause{100}, kLongestPause{10000};
constexpr std::chrono::seconds kFastShutdownTime{120};
constexpr int kStartingPollMs = 20, kRunningPollMs = 200;
constexpr size_t kKeptLog = 4000;

struct LogPrefix {
	std::string_view word;
	spdlog::level::level_enum level;
};

/* PostgreSQL tells what a statement did wrong as ERROR; the client hears of it. */
constexpr std::array<LogPrefix, 7> kLogPrefixes{{
	{"LOG:  ", spdlog::level::info},
	{"WARNING:  ", spdlog::level::warn},
	{"ERROR:  ", spdlog::level::warn},
	{"FATAL:  ", spdlog::level::err},
	{"PANIC:  ", spdlog::level::err},
	{"DEBUG:  ", spdlog::level::debug},
	{"NOTICE:  ", spdlog::level::info},
}};

/* FATAL in name only: what everybody hears who knocks while the server is not ready
 * or is there when it stops. */
bool is_ordinary(std::string_view text)
{
	return text.starts_with("the database system is ") || text.ends_with(" due to administrator command");
}

/* Returns the level, which lines without a prefix (DETAIL, HINT, further lines)
 * share with the one before them. */
spdlog::level::level_enum log_line(std::string_view line, spdlog::level::level_enum level)
{
	static const std::shared_ptr<spdlog::logger> log = logging::target("postgres");
	for (const LogPrefix &prefix : kLogPrefixes) {
		if (line.starts_with(prefix.word)) {
			line.remove_prefix(prefix.word.size());
			level = is_ordinary(line) ? spdlog::level::debug : prefix.level;
			break;
		}
	}
	log->log(level, "{}", line);
	return level;
}

std::optional<User> user_for(const std::string &wanted)
{
	if (geteuid() != 0)
		return std::nullopt;
	if (!wanted.empty())
		return find_user(wanted);
	return find_user(user_exists("postgres") ? "postgres" : "nobody");
}

std::string quoted_value(const std::string &value)
{
	std::string out = "'";
	for (const char c : value) {
		if (c == '\'' || c == '\\')
			out += '\\';
		out += c;
	}
	return out + "'";
}

} /* namespace */

/* One run of the server, seen from the watching thread. */
struct EmbeddedServer::Watch {
	pid_t pid;
	int output;
	std::string unfinished_line;
	spdlog::level::level_enum log_level = spdlog::level::info;
	bool ready = false, exited = false;
	int status = 0;
};

EmbeddedServer::EmbeddedServer(Options options) : options_(std::move(options)) {}

EmbeddedServer::~EmbeddedServer()
{
	stop();
}

std::string EmbeddedServer::start()
{
	installation_ = find_installation(options_.bin_dir);
	user_ = user_for(options_.user);
	files_ = std::make_unique<DataDirectory>(options_.directory, *installation_, user_);
	files_->await_former_server();
	files_->write_settings(options_.settings);
	conninfo_ = "host=" + quoted_value(files_->socket()) + " port=5432 user=postgres dbname=postgres";

	watcher_ = std::thread([this] { watch(); });
	std::unique_lock lock(mutex_);
	changed_.wait(lock, [this] { return state_ != State::kStarting; });
	if (state_ == State::kReady)
		return conninfo_;
	const std::string log = last_log_;
	lock.unlock();
	stop();
	throw std::runtime_error("embedded PostgreSQL does not start:\n" + log);
}

void EmbeddedServer::stop()
{
	std::unique_lock lock(mutex_);
	stopping_ = true;
	if (pid_ > 0)
		kill(pid_, SIGINT);
	changed_.notify_all();
	if (!changed_.wait_for(lock, kFastShutdownTime, [this] { return pid_ <= 0; }) && pid_ > 0) {
		spdlog::warn("PostgreSQL does not stop in {} s and is stopped at once", kFastShutdownTime.count());
		kill(pid_, SIGQUIT);
	}
	lock.unlock();
	if (watcher_.joinable())
		watcher_.join();
}

EmbeddedServer::State EmbeddedServer::state() const
{
	const std::lock_guard lock(mutex_);
	return state_;
}

/* Runs the server again and again, the longer apart the oftener it fails. A first
 * run that never gets ready is the last: start() reports it. */
void EmbeddedServer::watch()
{
	milliseconds wait = kFirstPause;
	bool was_ready = false;
	for (;;) {
		const auto began = Clock::now();
		const bool ready = run_once();
		was_ready = was_ready || ready;
		{
			const std::lock_guard lock(mutex_);
			if (stopping_)
				break;
		}
		set_state(State::kDown);
		if (!was_ready)
			return;
		wait = ready && Clock::now() - began > kLongestPause ? kFirstPause : std::min(wait * 2, kLongestPause);
		spdlog::error("PostgreSQL ended unexpectedly; it is started again in {} ms", wait.count());
		pause(wait);
	}
	set_state(State::kStopped);
}

/* From fork to the end of the server; whether it got ready in between. */
bool EmbeddedServer::run_once()
{
	Child child;
	{
		/* Under the lock, so that stop() finds either no server or its pid. */
		const std::lock_guard lock(mutex_);
		last_log_.clear();
		if (stopping_)
			return false;
		try {
			child = spawn({{installation_->bin_dir + "/postgres", "-D", files_->data(), "-c", "listen_addresses=", "-c",
							"port=5432", "-c", "unix_socket_directories=" + files_->socket(), "-c",
							"unix_socket_permissions=0700"},
						   files_->data(),
						   user_});
		} catch (const std::exception &error) {
			last_log_ = error.what();
			spdlog::error("PostgreSQL: {}", error.what());
			return false;
		}
		pid_ = child.pid;
	}
	Watch watch{child.pid, child.output, {}};
	await_end(watch);
	if (watch.output >= 0)
		close(watch.output);
	return watch.ready;
}

void EmbeddedServer::await_end(Watch &watch)
{
	while (!watch.exited || watch.output >= 0) {
		pollfd waiting{watch.output, POLLIN, 0};
		poll(&waiting, watch.output >= 0 ? 1 : 0, watch.ready ? kRunningPollMs : kStartingPollMs);
		if (waiting.revents != 0)
			read_log(watch);
		if (watch.exited)
			files_->end_orphans();
		if (!watch.ready && !watch.exited && is_ready(watch.pid)) {
			watch.ready = true;
			set_state(State::kReady);
		}
		const std::unique_lock lock(mutex_);
		if (!watch.exited && waitpid(pid_, &watch.status, WNOHANG) == pid_) {
			watch.exited = true;
			pid_ = -1;
			changed_.notify_all();
		}
	}
	if (watch.status != 0)
		spdlog::warn("PostgreSQL ended with {}", describe_status(watch.status));
}

/* The end of the log is the end of all the server's processes, too: only then
 * another one can start. */
void EmbeddedServer::read_log(Watch &watch)
{
	std::array<char, 8192> chunk;
	const ssize_t got = read(watch.output, chunk.data(), chunk.size());
	if (got <= 0) {
		if (got == 0 || errno != EINTR) {
			close(watch.output);
			watch.output = -1;
		}
		return;
	}
	watch.unfinished_line.append(chunk.data(), static_cast<size_t>(got));
	size_t end;
	while ((end = watch.unfinished_line.find('\n')) != std::string::npos) {
		const std::string line = watch.unfinished_line.substr(0, end);
		watch.unfinished_line.erase(0, end + 1);
		watch.log_level = log_line(line, watch.log_level);
		const std::lock_guard lock(mutex_);
		last_log_ += line + "\n";
		if (last_log_.size() > kKeptLog)
			last_log_.erase(0, last_log_.size() - kKeptLog);
	}
}

/* The server says so in its pid file: its pid in the first line, its state in the
 * last. Knocking at its socket would fill its log. */
bool EmbeddedServer::is_ready(pid_t pid) const
{
	std::ifstream file(files_->data() + "/postmaster.pid");
	std::string line;
	if (!std::getline(file, line) || line != std::to_string(pid))
		return false;
	while (std::getline(file, line))
		if (line.starts_with("ready"))
			return true;
	return false;
}

void EmbeddedServer::set_state(State state)
{
	{
		const std::lock_guard lock(mutex_);
		state_ = state;
		changed_.notify_all();
	}
	options_.on_state(state);
}

void EmbeddedServer::pause(milliseconds time)
{
	std::unique_lock lock(mutex_);
	changed_.wait_for(lock, time, [this] { return stopping_; });
}

} /* namespace vecext::postgres */
