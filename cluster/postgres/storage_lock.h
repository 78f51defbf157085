/*
 * storage_lock.h: one process for each storage directory.
 */
#pragma once

#include <string>

namespace vecext::postgres {

/* Holds a lock on DIRECTORY/.lock, which the kernel gives back when we end, however
 * we end. */
class StorageLock {
public:
	/* Makes the directory. Throws std::runtime_error when it cannot or when another
	 * process has the lock, which it names. */
	explicit StorageLock(const std::string &directory);
	~StorageLock();

	StorageLock(const StorageLock &) = delete;
	StorageLock &operator=(const StorageLock &) = delete;

private:
	int file_ = -1;
};

} /* namespace vecext::postgres */
