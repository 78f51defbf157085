/*
 * sql_error.cpp: from SQLSTATE to the kind of an error.
 */
#include "postgres/sql_error.h"

#include <string_view>

namespace vecext::postgres {

namespace {

struct Row {
	std::string_view sqlstate; /* or its class */
	model::ErrorKind kind;
};

/* The first row whose code begins the SQLSTATE counts. */
constexpr Row kKinds[] = {
	{"57014", model::ErrorKind::kTimeout},             /* query_canceled */
	{"55P03", model::ErrorKind::kTimeout},             /* lock_not_available */
	{"22", model::ErrorKind::kWrongInput},             /* data exceptions: values out of a type's range */
	{"54", model::ErrorKind::kWrongInput},             /* limits of a statement or type */
	{"53100", model::ErrorKind::kInsufficientStorage}, /* disk_full */
	{"", model::ErrorKind::kInternal},
};

model::ErrorKind kind_of(std::string_view sqlstate)
{
	for (const Row &row : kKinds)
		if (sqlstate.substr(0, row.sqlstate.size()) == row.sqlstate)
			return row.kind;
	return model::ErrorKind::kInternal;
}

} /* namespace */

SqlError::SqlError(std::string sqlstate, const std::string &message)
	: Error(kind_of(sqlstate), message), sqlstate_(std::move(sqlstate))
{
}

bool is_connection_failure(const std::string &sqlstate)
{
	const std::string_view state = sqlstate;
	return state.substr(0, 2) == "08" || state == "57P01" || state == "57P02" || state == "57P03" ||
		   state == "25006"; /* read-only while recovering */
}

} /* namespace vecext::postgres */
