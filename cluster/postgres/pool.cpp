/*
 * pool.cpp: see pool.h.
 */
#include "postgres/pool.h"

#include <algorithm>
#include <thread>

#include "postgres/sql_error.h"

namespace vecext::postgres {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kRetryPause = std::chrono::milliseconds(50);
constexpr auto kGlance = std::chrono::milliseconds(50); /* at whether a call is still wanted */

[[noreturn]] void timed_out()
{
	throw model::Error(model::ErrorKind::kTimeout, "no connection to PostgreSQL became free in time");
}

bool ends_within_pause(Deadline deadline)
{
	return deadline.is_over() || Clock::now() + kRetryPause >= deadline.time;
}

} /* namespace */

Pool::Pool(PoolSettings settings) : settings_(std::move(settings)) {}

Result Pool::execute(Deadline deadline, const std::string &sql, const Parameters &parameters)
{
	return run(deadline, [&](Connection &connection) { return connection.execute(sql, parameters, deadline); });
}

TypeOids Pool::types()
{
	{
		const std::lock_guard lock(mutex_);
		if (types_.point_id)
			return types_;
	}
	const TypeOids types = run(kNoDeadline, [](Connection &connection) { return connection.types(); });
	const std::lock_guard lock(mutex_);
	return types_ = types;
}

void Pool::drop_idle()
{
	const std::lock_guard lock(mutex_);
	idle_.clear();
	types_ = {};
}

Deadline Pool::until_patience_ends(Deadline deadline) const
{
	return deadline.not_after(Clock::now() + settings_.patience);
}

std::unique_ptr<Connection> Pool::acquire(Deadline deadline, Deadline give_up)
{
	if (auto connection = take_idle(deadline))
		return connection;
	try {
		return connect(give_up);
	} catch (...) {
		give_back(nullptr);
		throw;
	}
}

/* Null when a new connection may be made; either way one of the places is taken. */
std::unique_ptr<Connection> Pool::take_idle(Deadline deadline)
{
	std::unique_lock lock(mutex_);
	const auto is_free = [this] { return taken_ < settings_.size; };
	while (!returned_.wait_until(lock, std::min(deadline.time, Clock::now() + kGlance), is_free))
		if (deadline.is_over())
			timed_out();
	taken_++;
	while (!idle_.empty()) {
		std::unique_ptr<Connection> connection = std::move(idle_.back());
		idle_.pop_back();
		if (connection->is_usable())
			return connection;
	}
	return nullptr;
}

std::unique_ptr<Connection> Pool::connect(Deadline give_up)
{
	for (;;) {
		try {
			return std::make_unique<Connection>(settings_.conninfo, give_up);
		} catch (const ConnectionLost &error) {
			if (ends_within_pause(give_up))
				throw;
		}
		std::this_thread::sleep_for(kRetryPause);
	}
}

void Pool::give_back(std::unique_ptr<Connection> connection)
{
	{
		const std::lock_guard lock(mutex_);
		taken_--;
		if (connection && connection->is_open())
			idle_.push_back(std::move(connection));
	}
	returned_.notify_one();
}

void Pool::pause_after_loss(const model::Error &error, Deadline give_up)
{
	const bool is_loss = dynamic_cast<const ConnectionLost *>(&error) != nullptr;
	if (!is_loss || ends_within_pause(give_up))
		throw;
	std::this_thread::sleep_for(kRetryPause);
}

} /* namespace vecext::postgres */
