/*
 * target.cpp: the SQL of a target; see target.h.
 */
#include "client/target.h"

#include <stdexcept>

namespace vecext::bench {

Target::Target(Options &options)
	: conninfo(options.text("connect", "")), extension(options.text("extension", "vecext")),
	  system(options.text("system", extension == "vector" ? "pgvector" : extension)),
	  table(options.text("table", "bench_items")), metric(parse_metric(options.text("metric", "l2"))),
	  index(options.text("index", table + "_hnsw")), settings(options.texts("set"))
{
}

Connection Target::connect() const
{
	Connection connection(conninfo);
	for (const std::string &setting : settings) {
		const size_t equals = setting.find('=');
		if (equals == std::string::npos)
			throw std::runtime_error("--set " + setting + ": is not NAME=VALUE");
		connection.query("SET " + setting.substr(0, equals) + " = '" + setting.substr(equals + 1) + "'");
	}
	return connection;
}

const char *Target::distance_operator() const
{
	switch (metric) {
	case Metric::kL2:
		return "<->";
	case Metric::kCosine:
		return "<=>";
	case Metric::kInnerProduct:
		return "<#>";
	}
	return "";
}

const char *Target::operator_class() const
{
	switch (metric) {
	case Metric::kL2:
		return "vector_l2_ops";
	case Metric::kCosine:
		return "vector_cosine_ops";
	case Metric::kInnerProduct:
		return "vector_ip_ops";
	}
	return "";
}

std::string Target::nearest_sql(const std::string &operand) const
{
	return "SELECT id FROM " + table + " ORDER BY v " + distance_operator() + " " + operand + " LIMIT 10";
}

Oid vector_type(Connection &connection)
{
	return static_cast<Oid>(connection.number("SELECT 'vector'::regtype::oid"));
}

} /* namespace vecext::bench */
