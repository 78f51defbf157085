/*
 * parallel.h: independent pieces of work side by side.
 */
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace vecext::collection {

/* Calls work(0) .. work(n - 1), at most `width` at a time, the calling thread among
 * them. Throws the first exception, after all have ended. */
template <class Work> void run_parallel(size_t n, size_t width, const Work &work)
{
	std::atomic<size_t> next = 0;
	std::mutex mutex;
	std::exception_ptr failure;
	const auto run = [&] {
		for (size_t i = next++; i < n; i = next++) {
			try {
				work(i);
			} catch (...) {
				const std::lock_guard lock(mutex);
				if (!failure)
					failure = std::current_exception();
			}
		}
	};
	std::vector<std::jthread> threads;
	for (size_t i = 1; i < n && i < width; i++)
		threads.emplace_back(run);
	run();
	threads.clear();
	if (failure)
		std::rethrow_exception(failure);
}

} /* namespace vecext::collection */
