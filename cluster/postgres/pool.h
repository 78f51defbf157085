/*
 * pool.h: a bounded number of connections for all threads.
 *
 * A call takes a connection for its time and gives it back; when all are taken it
 * waits, first come first served as far as the condition variable is fair. After a
 * crash of the server the dead connections are replaced, and a call goes on trying
 * for `patience` before it throws kUnavailable.
 */
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/error.h"
#include "postgres/connection.h"

namespace vecext::postgres {

struct PoolSettings {
	std::string conninfo; /* as libpq takes it, URI or words */
	size_t size = 8;
	std::chrono::milliseconds patience{10'000};
};

class Pool {
public:
	explicit Pool(PoolSettings settings);

	/* Calls `work` with a connection, again when it is lost meanwhile: `work` must
	 * allow to be run twice. */
	template <class Work> auto run(Deadline deadline, Work &&work)
	{
		const Deadline give_up = until_patience_ends(deadline);
		for (;;) {
			Lease lease(this, acquire(deadline, give_up));
			try {
				return work(*lease.connection);
			} catch (const model::Error &error) {
				pause_after_loss(error, give_up); /* rethrows what is no loss */
			}
		}
	}

	/* run() of one statement. `write` makes the SQL and its values. */
	Result execute(Deadline deadline, const std::string &sql, const Parameters &parameters);

	/* Of the extension, once it is installed. */
	TypeOids types();

	size_t size() const { return settings_.size; }
	const std::string &conninfo() const { return settings_.conninfo; }

	/* Closes what is idle: sessions look the extension up when they begin. */
	void drop_idle();

private:
	struct Lease {
		Pool *pool;
		std::unique_ptr<Connection> connection;

		Lease(Pool *owner, std::unique_ptr<Connection> taken) : pool(owner), connection(std::move(taken)) {}
		Lease(const Lease &) = delete;
		Lease &operator=(const Lease &) = delete;
		~Lease() { pool->give_back(std::move(connection)); }
	};

	Deadline until_patience_ends(Deadline deadline) const;
	std::unique_ptr<Connection> acquire(Deadline deadline, Deadline give_up);
	std::unique_ptr<Connection> take_idle(Deadline deadline);
	std::unique_ptr<Connection> connect(Deadline give_up);
	void give_back(std::unique_ptr<Connection> connection);
	void pause_after_loss(const model::Error &error, Deadline give_up);

	PoolSettings settings_;
	std::mutex mutex_;
	std::condition_variable returned_;
	std::vector<std::unique_ptr<Connection>> idle_;
	size_t taken_ = 0;
	TypeOids types_;
};

} /* namespace vecext::postgres */
