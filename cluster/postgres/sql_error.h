/*
 * sql_error.h: failures of statements and connections.
 *
 * An SqlError is a model::Error whose kind follows from its SQLSTATE, by one table
 * in sql_error.cpp. A ConnectionLost is one after which the statement may or may
 * not have taken effect; Pool::run tries again.
 */
#pragma once

#include <string>

#include "model/error.h"

namespace vecext::postgres {

class SqlError : public model::Error {
public:
	SqlError(std::string sqlstate, const std::string &message);

	const std::string &sqlstate() const { return sqlstate_; }

private:
	std::string sqlstate_;
};

class ConnectionLost : public model::Error {
public:
	explicit ConnectionLost(const std::string &message) : Error(model::ErrorKind::kUnavailable, message) {}
};

/* The server ends or does not let in: another connection may do. */
bool is_connection_failure(const std::string &sqlstate);

inline constexpr char kUndefinedTable[] = "42P01";
inline constexpr char kUndefinedColumn[] = "42703";

} /* namespace vecext::postgres */
