/*
 * data_directory.cpp: initdb and settings.
 */
#include "postgres/data_directory.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace vecext::postgres {

namespace {

namespace fs = std::filesystem;

constexpr char kSettingsFile[] = "vecext.conf";
constexpr char kUnfinished[] = ".new-";
constexpr size_t kLongestSocketPath = 107;
constexpr char kSocketName[] = "/.s.PGSQL.5432";
/* A server that was told to stop at once kills what is left of it after 5 s. */
constexpr std::chrono::seconds kFormerServerTime{30};

[[noreturn]] void fail(const std::string &text)
{
	throw std::runtime_error("embedded PostgreSQL: " + text);
}

std::string quoted(const std::string &value)
{
	std::string out = "'";
	for (const char c : value) {
		if (c == '\'' || c == '\\')
			out += c;
		out += c;
	}
	return out + "'";
}

std::string first_word(const std::string &path)
{
	std::ifstream file(path);
	std::string word;
	file >> word;
	return word;
}

std::string megabytes(uint64_t count)
{
	return std::to_string(count) + "MB";
}

/* A quarter of the memory for pages; for index builds an eighth, of which there is
 * seldom more than one at a time. */
std::map<std::string, std::string> settings_by_memory(const ServerSettings &settings)
{
	const uint64_t memory_mb = settings.memory_bytes >> 20;
	const uint64_t buffers =
		settings.shared_buffers_mb ? settings.shared_buffers_mb : std::max<uint64_t>(memory_mb / 4, 64);
	const uint64_t maintenance = settings.maintenance_work_mem_mb ? settings.maintenance_work_mem_mb
																  : std::clamp<uint64_t>(memory_mb / 8, 64, 8192);
	return {{"shared_buffers", megabytes(buffers)},
			{"maintenance_work_mem", megabytes(maintenance)},
			{"effective_cache_size", megabytes(std::max<uint64_t>(memory_mb / 4 * 3, 128))}};
}

std::map<std::string, std::string> all_settings(const ServerSettings &settings)
{
	const unsigned cores = std::max(std::thread::hardware_concurrency(), 1u);
	std::map<std::string, std::string> all = settings_by_memory(settings);
	all.insert({
		{"shared_preload_libraries", "vecext"}, /* the launcher of merges */
		{"max_connections", std::to_string(std::max<uint32_t>(100, settings.connections + 20))},
		{"max_worker_processes", std::to_string(8 + cores)},
		{"max_parallel_maintenance_workers", std::to_string(std::max(cores / 2, 1u))},
		{"max_wal_size", "4GB"},
		{"checkpoint_timeout", "15min"},
		{"random_page_cost", "1.1"},
		{"jit", "off"}, /* our statements are short */
		{"lc_messages", "C"},
		{"log_destination", "stderr"},
		{"logging_collector", "off"},
		{"log_line_prefix", ""},
		{"log_checkpoints", "off"},
		{"log_min_error_statement", "panic"}, /* statements hold whole vectors */
	});
	for (const auto &[name, value] : settings.others)
		all[name] = value;
	return all;
}

void remove_unfinished(const std::string &directory)
{
	std::error_code ignored;
	for (const auto &entry : fs::directory_iterator(directory, ignored))
		if (entry.path().filename().string().starts_with(std::string("data") + kUnfinished))
			fs::remove_all(entry.path(), ignored);
}

/* PostgreSQL's processes stay in their data directory. */
bool is_server_process(const fs::path &process, const std::string &data)
{
	std::error_code error;
	if (fs::read_symlink(process / "cwd", error) != fs::path(data) || error)
		return false;
	return fs::read_symlink(process / "exe", error).filename().string().starts_with("postgres");
}

std::vector<pid_t> server_processes(const std::string &data)
{
	std::vector<pid_t> found;
	std::error_code ignored;
	for (const auto &entry : fs::directory_iterator("/proc", ignored)) {
		const pid_t pid = static_cast<pid_t>(strtol(entry.path().filename().c_str(), nullptr, 10));
		if (pid > 0 && is_server_process(entry.path(), data))
			found.push_back(pid);
	}
	return found;
}

} /* namespace */

DataDirectory::DataDirectory(const std::string &directory, const Installation &installation,
							 const std::optional<User> &user)
	: user_(user)
{
	std::error_code error;
	const std::string base = fs::weakly_canonical(fs::absolute(directory), error).string();
	data_ = base + "/data";
	socket_ = base + "/socket";
	make_private(base);
	if (!fs::exists(data_ + "/PG_VERSION", error))
		make(installation, base);
	check_version(installation);
	if (socket_.size() + strlen(kSocketName) > kLongestSocketPath)
		socket_ = "/tmp/vecext-" + std::to_string(user_ ? user_->uid : getuid()) + "-" +
				  std::to_string(std::hash<std::string>()(data_));
	make_private(socket_);
}

DataDirectory::~DataDirectory()
{
	rmdir(socket_.c_str());
}

void DataDirectory::make(const Installation &installation, const std::string &directory) const
{
	remove_unfinished(directory);
	/* A name of our own: an initdb of a killed process may still be tidying up. */
	const std::string fresh = data_ + kUnfinished + std::to_string(getpid());
	std::error_code error;
	const Outcome outcome = run({{installation.bin_dir + "/initdb", "--pgdata=" + fresh, "--username=postgres",
								  "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"},
								 directory,
								 user_});
	if (outcome.status != 0)
		fail("initdb ended with " + describe_status(outcome.status) + ":\n" + outcome.output);
	std::ofstream(fresh + "/postgresql.conf", std::ios::app) << "\ninclude_if_exists = '" << kSettingsFile << "'\n";
	fs::rename(fresh, data_, error);
	if (error)
		fail(data_ + ": " + error.message());
}

void DataDirectory::check_version(const Installation &installation) const
{
	const std::string version = first_word(data_ + "/PG_VERSION");
	if (version != installation.version)
		fail(data_ + " was made by PostgreSQL " + version + ", but " + installation.bin_dir + " has PostgreSQL " +
			 installation.version + "; set postgres.bin_dir, or upgrade with pg_upgrade");
}

/* For the server's user alone. */
void DataDirectory::make_private(const std::string &directory) const
{
	if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
		fail(directory + ": " + strerror(errno));
	own(directory);
	struct stat found {};
	if (lstat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) ||
		found.st_uid != (user_ ? user_->uid : geteuid()))
		fail(directory + " is no directory of our own");
	if (chmod(directory.c_str(), 0700) != 0)
		fail(directory + ": " + strerror(errno));
}

void DataDirectory::own(const std::string &path) const
{
	if (user_ && lchown(path.c_str(), user_->uid, user_->gid) != 0)
		fail("cannot give " + path + " to user " + user_->name + ": " + strerror(errno));
}

void DataDirectory::write_settings(const ServerSettings &settings) const
{
	const std::string path = data_ + "/" + kSettingsFile;
	std::ofstream file(path + ".new", std::ios::trunc);
	file << "# Written by vecextd at each start. Use postgres.settings of its configuration,\n"
			"# or ALTER SYSTEM, which goes before this file.\n";
	for (const auto &[name, value] : all_settings(settings))
		file << name << " = " << quoted(value) << '\n';
	file.close();
	if (!file || rename((path + ".new").c_str(), path.c_str()) != 0)
		fail(path + " cannot be written");
	own(path);
}

/* A postmaster that dies takes its backends with it as soon as they wait for
 * something; one that computes for hours would keep the next server out. */
void DataDirectory::end_orphans() const
{
	const pid_t postmaster = static_cast<pid_t>(strtol(first_word(data_ + "/postmaster.pid").c_str(), nullptr, 10));
	const std::vector<pid_t> processes = server_processes(data_);
	if (std::find(processes.begin(), processes.end(), postmaster) != processes.end())
		return;
	for (const pid_t pid : processes)
		kill(pid, SIGQUIT);
}

void DataDirectory::await_former_server() const
{
	const auto give_up = std::chrono::steady_clock::now() + kFormerServerTime;
	for (std::vector<pid_t> left; !(left = server_processes(data_)).empty();) {
		if (std::chrono::steady_clock::now() > give_up)
			fail("process " + std::to_string(left.front()) + " still runs in " + data_);
		end_orphans();
		std::this_thread::sleep_for(std::chrono::milliseconds(20));
	}
}

} /* namespace vecext::postgres */
