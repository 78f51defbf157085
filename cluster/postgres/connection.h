/*
 * connection.h: one connection to PostgreSQL, used by one thread at a time.
 *
 * execute() prepares each SQL text once and keeps the statements in a bounded list,
 * least recently used first out; values go and come in binary. What has to be sent
 * before the statement (a setting, its preparation) travels in the same pipeline,
 * so that a call is one round trip. A call that passes its deadline, or that nobody
 * waits for any more, is cancelled on the server and throws kTimeout. Errors are
 * SqlError and ConnectionLost.
 */
#pragma once

#include <libpq-fe.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "postgres/binary.h"

namespace vecext::postgres {

/* When a call is to end at the latest, or as soon as nobody waits for it. */
struct Deadline {
	using Time = std::chrono::steady_clock::time_point;

	constexpr Deadline() = default;
	constexpr Deadline(Time at) : time(at) {}
	constexpr Deadline(Time at, const std::atomic<bool> *flag) : time(at), gone(flag) {}

	bool is_over() const { return (gone && *gone) || std::chrono::steady_clock::now() >= time; }
	Deadline not_after(Time other) const { return {std::min(time, other), gone}; }

	Time time = Time::max();
	const std::atomic<bool> *gone = nullptr; /* may be null; outlives the call */
};
inline constexpr Deadline kNoDeadline;

class Result {
public:
	explicit Result(PGresult *result) : result_(result, PQclear) {}

	const PGresult *get() const { return result_.get(); }
	int rows() const { return PQntuples(result_.get()); }
	bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column); }
	std::string_view bytes(int row, int column) const
	{
		return {PQgetvalue(result_.get(), row, column), static_cast<size_t>(PQgetlength(result_.get(), row, column))};
	}
	std::string text(int row, int column) const { return std::string(bytes(row, column)); }
	int64_t integer(int row, int column) const { return read_int64(bytes(row, column)); }
	bool boolean(int row, int column) const { return bytes(row, column) != std::string_view("\0", 1); }

private:
	std::unique_ptr<PGresult, void (*)(PGresult *)> result_;
};

class Connection {
public:
	/* Throws ConnectionLost. */
	Connection(const std::string &conninfo, Deadline deadline);

	Connection(const Connection &) = delete;
	Connection &operator=(const Connection &) = delete;

	Result execute(const std::string &sql, const Parameters &parameters, Deadline deadline);

	/* Statements that cannot be prepared or run in a transaction; several may be
	 * separated by semicolons. Results are in text. */
	Result command(const std::string &sql, Deadline deadline = kNoDeadline);

	/* The session's setting for the calls that follow; sent with the next when it changes. */
	void set(const std::string &setting, const std::string &value);

	/* False once a call has lost the connection. */
	bool is_open() const { return connection_ && PQstatus(connection_.get()) == CONNECTION_OK; }

	/* Also false once the server has closed an idle connection. */
	bool is_usable();

	const TypeOids &types() const { return types_; }

private:
	struct Prepared {
		std::string sql, name;
	};

	void open(const std::string &conninfo, Deadline deadline);
	void prepare_session(Deadline deadline);
	void queue_command(const std::string &sql);
	const std::string &prepared_name(const std::string &sql);
	void drop_statement(std::list<Prepared>::iterator statement);
	void send(const std::string &name, const Parameters &parameters);
	Result receive_pipeline();
	Result receive_command();
	bool wait_for(short events, Deadline deadline);
	void flush();
	Result next_result();
	void on_timeout();
	[[noreturn]] void lost();

	std::unique_ptr<PGconn, void (*)(PGconn *)> connection_;
	TypeOids types_;
	std::list<Prepared> statements_; /* most recently used first */
	std::unordered_map<std::string_view, std::list<Prepared>::iterator> by_sql_;
	std::map<std::string, std::string> settings_;
	std::vector<std::string> waiting_commands_;
	uint64_t next_statement_ = 0;

	/* Of the call that is going on. */
	Deadline deadline_ = kNoDeadline;
	bool cancelled_ = false;
	size_t queued_ = 0;    /* commands of the pipeline */
	size_t preparing_ = 0; /* which of them, from 1, prepares the statement; 0: none */
};

} /* namespace vecext::postgres */
