/*
 * index_worker.cpp: see index_worker.h.
 */
#include "collection/index_worker.h"

#include "postgres/sql_error.h"

namespace vecext::collection {

using postgres::Connection;
using postgres::kNoDeadline;

namespace {

constexpr auto kRetryPause = std::chrono::seconds(1);

} /* namespace */

IndexWorker::IndexWorker(std::string conninfo) : conninfo_(std::move(conninfo)), thread_([this] { work(); }) {}

IndexWorker::~IndexWorker()
{
	{
		const std::lock_guard lock(mutex_);
		stopping_ = true;
	}
	changed_.notify_all();
	cancel_statement();
	thread_.join();
}

void IndexWorker::submit(const void *owner, Job job)
{
	{
		const std::lock_guard lock(mutex_);
		jobs_.push_back({owner, std::move(job)});
	}
	changed_.notify_all();
}

void IndexWorker::cancel(const void *owner)
{
	const std::lock_guard lock(mutex_);
	if (running_ == owner)
		cancel_statement();
}

void IndexWorker::work()
{
	std::unique_lock lock(mutex_);
	for (;;) {
		changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
		if (stopping_)
			return;
		const Owned next = std::move(jobs_.front());
		jobs_.pop_front();
		running_ = next.owner;
		lock.unlock();
		run(next.job);
		lock.lock();
		running_ = nullptr;
	}
}

void IndexWorker::run(const Job &job)
{
	for (;;) {
		try {
			Connection connection(conninfo_, kNoDeadline);
			connection.command("SET application_name = 'vecextd index builds'");
			job(connection);
			return;
		} catch (const postgres::ConnectionLost &) {
			std::unique_lock lock(mutex_);
			if (changed_.wait_for(lock, kRetryPause, [this] { return stopping_; }))
				return;
		} catch (const std::exception &) {
			return;
		}
	}
}

/* From a connection of its own; without a server there is nothing to cancel. */
void IndexWorker::cancel_statement()
{
	try {
		Connection connection(conninfo_, std::chrono::steady_clock::now() + kRetryPause);
		connection.command("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = "
						   "'vecextd index builds' AND datname = current_database() AND usename = current_user");
	} catch (const std::exception &) {
	}
}

} /* namespace vecext::collection */
