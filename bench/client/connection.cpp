/*
 * connection.cpp: libpq with ownership and exceptions; see connection.h.
 */
#include "client/connection.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace vecext::bench {

namespace {

[[noreturn]] void fail(const std::string &what, const char *message)
{
	throw std::runtime_error(what + ": " + message);
}

} /* namespace */

std::string Rows::text(size_t row, int column) const
{
	return PQgetvalue(result_.get(), static_cast<int>(row), column);
}

int32_t Rows::int4(size_t row, int column) const
{
	if (PQgetlength(result_.get(), static_cast<int>(row), column) != 4)
		throw std::runtime_error("the server sent no int4 where one was expected");
	uint32_t big_endian;
	std::memcpy(&big_endian, PQgetvalue(result_.get(), static_cast<int>(row), column), 4);
	return static_cast<int32_t>(__builtin_bswap32(big_endian));
}

Connection::Connection(const std::string &conninfo) : connection_(PQconnectdb(conninfo.c_str()), &PQfinish)
{
	if (PQstatus(connection_.get()) != CONNECTION_OK)
		fail("connect", PQerrorMessage(connection_.get()));
}

Rows Connection::query(const std::string &sql)
{
	return checked(PQexec(connection_.get(), sql.c_str()), sql.substr(0, 200));
}

std::string Connection::value(const std::string &sql)
{
	const Rows rows = query(sql);
	return rows.count() > 0 ? rows.text(0, 0) : "";
}

double Connection::number(const std::string &sql)
{
	return std::strtod(value(sql).c_str(), nullptr);
}

void Connection::prepare(const char *name, const std::string &sql, const std::vector<Oid> &types)
{
	checked(PQprepare(connection_.get(), name, sql.c_str(), static_cast<int>(types.size()), types.data()), sql);
}

Rows Connection::execute(const char *name, const std::vector<std::string_view> &parameters)
{
	constexpr size_t kMaxParameters = 16;
	const char *values[kMaxParameters];
	int lengths[kMaxParameters], formats[kMaxParameters];
	if (parameters.size() > kMaxParameters)
		throw std::runtime_error("too many parameters");
	for (size_t i = 0; i < parameters.size(); i++) {
		values[i] = parameters[i].data();
		lengths[i] = static_cast<int>(parameters[i].size());
		formats[i] = 1;
	}
	return checked(
		PQexecPrepared(connection_.get(), name, static_cast<int>(parameters.size()), values, lengths, formats, 1),
		name);
}

void Connection::begin_copy(const std::string &sql)
{
	checked(PQexec(connection_.get(), sql.c_str()), sql);
}

void Connection::send_copy(std::string_view bytes)
{
	if (PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size())) != 1)
		fail("COPY", PQerrorMessage(connection_.get()));
}

void Connection::end_copy()
{
	if (PQputCopyEnd(connection_.get(), nullptr) != 1)
		fail("COPY", PQerrorMessage(connection_.get()));
	checked(PQgetResult(connection_.get()), "COPY");
	while (PGresult *rest = PQgetResult(connection_.get()))
		PQclear(rest);
}

Rows Connection::checked(PGresult *result, const std::string &what)
{
	Rows rows(result);
	const ExecStatusType status = PQresultStatus(result);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
		fail(what, PQerrorMessage(connection_.get()));
	return rows;
}

} /* namespace vecext::bench */
