/*
 * index_worker.h: a thread that builds indexes beside everything else, one after
 * the other, over a connection of its own.
 */
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "postgres/connection.h"

namespace vecext::collection {

class IndexWorker {
public:
	explicit IndexWorker(std::string conninfo);
	/* Cancels the statement that runs; jobs that wait are dropped. */
	~IndexWorker();

	IndexWorker(const IndexWorker &) = delete;
	IndexWorker &operator=(const IndexWorker &) = delete;

	/* A job reports its errors itself; one that throws is dropped. A job that loses
	 * its connection is run again. */
	using Job = std::function<void(postgres::Connection &)>;
	void submit(const void *owner, Job job);

	/* Cancels the statement that runs if it is of a job of this owner. */
	void cancel(const void *owner);

private:
	void work();
	void run(const Job &job);
	void cancel_statement();

	std::string conninfo_;
	std::mutex mutex_;
	std::condition_variable changed_;
	struct Owned {
		const void *owner;
		Job job;
	};
	std::deque<Owned> jobs_;
	const void *running_ = nullptr; /* whose job runs */
	bool stopping_ = false;
	std::thread thread_; /* last: it uses the others */
};

} /* namespace vecext::collection */
