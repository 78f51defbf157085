/*
 * connection.h: one libpq connection and the results that it gives.
 *
 * Every call waits for its answer and throws std::runtime_error with the server's
 * message when the statement failed. A connection belongs to one thread at a
 * time.
 */
#pragma once

#include <cstdint>
#include <libpq-fe.h>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vecext::bench {

class Rows {
public:
	explicit Rows(PGresult *result) : result_(result, &PQclear) {}

	size_t count() const { return static_cast<size_t>(PQntuples(result_.get())); }
	std::string text(size_t row, int column) const; /* text format; "" for NULL */
	int32_t int4(size_t row, int column) const;     /* binary format */

private:
	std::unique_ptr<PGresult, void (*)(PGresult *)> result_;
};

class Connection {
public:
	/* `conninfo` as libpq takes it; "" leaves all to PGHOST and the like. */
	explicit Connection(const std::string &conninfo);

	Rows query(const std::string &sql);        /* text results */
	std::string value(const std::string &sql); /* first column of the first row, "" when there is none */
	double number(const std::string &sql);     /* the same as a number; 0 when there is none */

	void prepare(const char *name, const std::string &sql, const std::vector<Oid> &types);

	/* Binary parameters, binary results. */
	Rows execute(const char *name, const std::vector<std::string_view> &parameters);

	void begin_copy(const std::string &sql);
	void send_copy(std::string_view bytes);
	void end_copy();

	int backend_pid() const { return PQbackendPID(connection_.get()); }

private:
	Rows checked(PGresult *result, const std::string &what);

	std::unique_ptr<PGconn, void (*)(PGconn *)> connection_;
};

} /* namespace vecext::bench */
