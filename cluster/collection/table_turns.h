/*
 * table_turns.h: changes of a collection's tables and builds of its indexes take turns.
 *
 * CREATE INDEX CONCURRENTLY waits for transactions that are going on, while a
 * transaction that changes the table waits for its lock: PostgreSQL would end one of
 * the two as deadlocked. Changes go before builds that have not begun.
 */
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

namespace vecext::collection {

class TableTurns {
public:
	using Turn = std::unique_lock<std::timed_mutex>;

	/* Calls `impatient`, if given, now and then until the build before us ends. */
	[[nodiscard]] Turn for_change(const std::function<void()> &impatient = {})
	{
		changes_waiting_++;
		Turn turn(mutex_, std::defer_lock);
		while (!turn.try_lock_for(kPause))
			if (impatient)
				impatient();
		changes_waiting_--;
		return turn;
	}

	[[nodiscard]] Turn for_build()
	{
		for (;;) {
			Turn turn(mutex_);
			if (changes_waiting_ == 0)
				return turn;
			turn.unlock();
			std::this_thread::sleep_for(kPause);
		}
	}

private:
	static constexpr auto kPause = std::chrono::milliseconds(20);

	std::timed_mutex mutex_;
	std::atomic<int> changes_waiting_ = 0;
};

} /* namespace vecext::collection */
