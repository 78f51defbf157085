/*
 * storage_lock.cpp: flock(2) on a file that also says who holds it.
 */
#include "postgres/storage_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace vecext::postgres {

namespace {

[[noreturn]] void fail(const std::string &path, const std::string &why)
{
	throw std::runtime_error("storage.storage_path: " + path + ": " + why);
}

std::string holder(const std::string &path)
{
	std::ifstream file(path);
	std::string pid;
	file >> pid;
	return pid.empty() ? "another process" : "process " + pid;
}

} /* namespace */

StorageLock::StorageLock(const std::string &directory)
{
	std::error_code error;
	std::filesystem::create_directories(directory, error);
	if (error)
		fail(directory, error.message());
	const std::string path = directory + "/.lock";
	file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (file_ < 0)
		fail(path, strerror(errno));
	if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
		close(file_);
		fail(directory, "is in use by " + holder(path));
	}
	const std::string pid = std::to_string(getpid()) + "\n";
	if (ftruncate(file_, 0) != 0 || write(file_, pid.data(), pid.size()) != static_cast<ssize_t>(pid.size()))
		fail(path, strerror(errno));
}

StorageLock::~StorageLock()
{
	close(file_);
}

} /* namespace vecext::postgres */
