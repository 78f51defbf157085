/*
 * connection.cpp: see connection.h. The connection is non-blocking and in libpq's
 * pipeline mode within execute().
 */
#include "postgres/connection.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "postgres/sql_error.h"
#include "postgres/sql_text.h"

namespace vecext::postgres {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMaxStatements = 128;
constexpr auto kCancelPatience = std::chrono::seconds(5);

/* What every session has; types are looked up where the extension lies. */
constexpr char kSessionSettings[] = "SET standard_conforming_strings = on; SET plan_cache_mode = force_generic_plan; "
									"SET jit = off; SET client_encoding = 'UTF8'; SET bytea_output = 'hex'; "
									"SET default_transaction_isolation = 'read committed'";
constexpr char kSearchPath[] =
	"SELECT set_config('search_path', 'qdrant_storage, ' || quote_ident(n.nspname) || ', pg_catalog', false), "
	"quote_ident(n.nspname) || '.point_id', quote_ident(n.nspname) || '.vector' "
	"FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
	"WHERE e.extname IN ('vecext', 'vector') ORDER BY e.extname = 'vecext' DESC LIMIT 1";

/* How often a call looks whether it is still wanted: seldom enough to cost nothing. */
constexpr int64_t kGlanceMilliseconds = 50;

/* How long to poll before the deadline must be looked at. */
int milliseconds_towards(Deadline deadline)
{
	if (deadline.time == kNoDeadline.time)
		return deadline.gone ? static_cast<int>(kGlanceMilliseconds) : -1; /* poll's word for no limit */
	const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline.time - Clock::now()).count();
	return static_cast<int>(std::clamp<int64_t>(left, 0, deadline.gone ? kGlanceMilliseconds : 1'000'000'000));
}

[[noreturn]] void throw_error(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const std::string sqlstate = state ? state : "08006"; /* libpq's own errors: the connection */
	const std::string text = message ? message : PQresultErrorMessage(result);
	if (is_connection_failure(sqlstate))
		throw ConnectionLost(text);
	throw SqlError(sqlstate, text);
}

bool is_failure(const PGresult *result)
{
	const ExecStatusType status = PQresultStatus(result);
	return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

} /* namespace */

Connection::Connection(const std::string &conninfo, Deadline deadline) : connection_(nullptr, PQfinish)
{
	open(conninfo, deadline);
	prepare_session(deadline);
}

void Connection::open(const std::string &conninfo, Deadline deadline)
{
	connection_.reset(PQconnectStart(conninfo.c_str()));
	if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD)
		lost();
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;
	while (status != PGRES_POLLING_OK) {
		if (!wait_for(status == PGRES_POLLING_WRITING ? POLLOUT : POLLIN, deadline))
			throw ConnectionLost("PostgreSQL does not answer");
		status = PQconnectPoll(connection_.get());
		if (status == PGRES_POLLING_FAILED)
			lost();
	}
	PQsetnonblocking(connection_.get(), 1);
	PQsetNoticeProcessor(
		connection_.get(), [](void *, const char *) {}, nullptr);
}

void Connection::prepare_session(Deadline deadline)
{
	command(kSessionSettings, deadline);
	const Result found = command(kSearchPath, deadline);
	if (found.rows() == 0)
		return;
	const Result oids = command("SELECT coalesce(to_regtype(" + quote_literal(found.text(0, 1)) +
									")::oid, 0), coalesce(to_regtype(" + quote_literal(found.text(0, 2)) + ")::oid, 0)",
								deadline);
	types_.point_id = static_cast<uint32_t>(std::stoul(oids.text(0, 0)));
	types_.vector = static_cast<uint32_t>(std::stoul(oids.text(0, 1)));
}

Result Connection::execute(const std::string &sql, const Parameters &parameters, Deadline deadline)
{
	deadline_ = deadline;
	cancelled_ = false;
	queued_ = preparing_ = 0;
	if (!PQenterPipelineMode(connection_.get()))
		lost();
	for (const std::string &command : waiting_commands_)
		queue_command(command);
	waiting_commands_.clear();
	send(prepared_name(sql), parameters);
	if (!PQpipelineSync(connection_.get()))
		lost();
	return receive_pipeline();
}

void Connection::set(const std::string &setting, const std::string &value)
{
	std::string &known = settings_[setting];
	if (known == value)
		return;
	known = value;
	waiting_commands_.push_back("SET " + setting + " = " + quote_literal(value));
}

bool Connection::is_usable()
{
	if (!connection_)
		return false;
	pollfd socket = {PQsocket(connection_.get()), POLLIN, 0};
	if (poll(&socket, 1, 0) > 0 && !PQconsumeInput(connection_.get()))
		return false;
	return PQstatus(connection_.get()) == CONNECTION_OK;
}

void Connection::queue_command(const std::string &sql)
{
	if (!PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1))
		lost();
	queued_++;
}

const std::string &Connection::prepared_name(const std::string &sql)
{
	if (const auto found = by_sql_.find(sql); found != by_sql_.end()) {
		statements_.splice(statements_.begin(), statements_, found->second);
		return found->second->name;
	}
	if (statements_.size() == kMaxStatements) {
		queue_command("DEALLOCATE " + statements_.back().name);
		drop_statement(std::prev(statements_.end()));
	}
	statements_.push_front({sql, "s" + std::to_string(next_statement_++)});
	by_sql_.emplace(statements_.front().sql, statements_.begin());
	if (!PQsendPrepare(connection_.get(), statements_.front().name.c_str(), sql.c_str(), 0, nullptr))
		lost();
	preparing_ = ++queued_;
	return statements_.front().name;
}

void Connection::drop_statement(std::list<Prepared>::iterator statement)
{
	by_sql_.erase(statement->sql);
	statements_.erase(statement);
}

void Connection::send(const std::string &name, const Parameters &parameters)
{
	const size_t n = parameters.size();
	std::vector<const char *> values(n);
	std::vector<int> lengths(n), formats(n, 1);
	for (size_t i = 0; i < n; i++) {
		values[i] = parameters.value(i).data();
		lengths[i] = static_cast<int>(parameters.value(i).size());
	}
	if (!PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(n), values.data(), lengths.data(),
							 formats.data(), 1))
		lost();
	queued_++;
}

/* The last command's result. The pipeline is read to its end before the first
 * failure is thrown. */
Result Connection::receive_pipeline()
{
	flush();
	Result last(nullptr), failure(nullptr);
	for (size_t command = 1; command <= queued_; command++) {
		while (true) {
			Result result = next_result();
			if (!result.get())
				break;
			if (command == preparing_ && PQresultStatus(result.get()) != PGRES_COMMAND_OK)
				drop_statement(statements_.begin());
			if (is_failure(result.get()) && !failure.get())
				failure = std::move(result);
			else
				last = std::move(result);
		}
	}
	next_result(); /* of the sync */
	PQexitPipelineMode(connection_.get());
	if (!failure.get())
		return last;
	settings_.clear(); /* rolled back */
	throw_error(failure.get());
}

Result Connection::command(const std::string &sql, Deadline deadline)
{
	deadline_ = deadline;
	cancelled_ = false;
	if (!PQsendQuery(connection_.get(), sql.c_str()))
		lost();
	return receive_command();
}

Result Connection::receive_command()
{
	flush();
	Result last(nullptr), failure(nullptr);
	while (true) {
		Result result = next_result();
		if (!result.get())
			break;
		(is_failure(result.get()) ? failure : last) = std::move(result);
	}
	if (failure.get())
		throw_error(failure.get());
	return last;
}

/* Until all is sent; what the server sends meanwhile is taken in. */
void Connection::flush()
{
	for (;;) {
		const int left = PQflush(connection_.get());
		if (left == 0)
			return;
		if (left < 0)
			lost();
		if (!wait_for(POLLIN | POLLOUT, deadline_))
			on_timeout();
		if (!PQconsumeInput(connection_.get()))
			lost();
	}
}

Result Connection::next_result()
{
	while (PQisBusy(connection_.get())) {
		if (!wait_for(POLLIN, deadline_))
			on_timeout();
		if (!PQconsumeInput(connection_.get()))
			lost();
	}
	Result result(PQgetResult(connection_.get()));
	if (!result.get() && PQstatus(connection_.get()) == CONNECTION_BAD)
		lost();
	return result;
}

/* Asks the server to cancel, which then answers with an error; one that does not
 * answer is given up. */
void Connection::on_timeout()
{
	if (cancelled_) {
		connection_.reset();
		throw model::Error(model::ErrorKind::kTimeout, "PostgreSQL did not answer in time");
	}
	cancelled_ = true;
	deadline_ = Deadline(Clock::now() + kCancelPatience);
	const std::unique_ptr<PGcancel, void (*)(PGcancel *)> cancel(PQgetCancel(connection_.get()), PQfreeCancel);
	char message[256];
	if (cancel)
		PQcancel(cancel.get(), message, sizeof(message));
}

/* False when the deadline is over first. */
bool Connection::wait_for(short events, Deadline deadline)
{
	pollfd socket = {PQsocket(connection_.get()), events, 0};
	for (;;) {
		const int ready = poll(&socket, 1, milliseconds_towards(deadline));
		if (ready > 0)
			return true;
		if (ready < 0 && errno != EINTR)
			lost();
		if (deadline.is_over())
			return false;
	}
}

void Connection::lost()
{
	const std::string message = connection_ ? PQerrorMessage(connection_.get()) : "out of memory";
	connection_.reset();
	throw ConnectionLost(message.empty() ? "the connection to PostgreSQL was lost" : message);
}

} /* namespace vecext::postgres */
