/*
 * target.h: what is measured: a server, an extension, a table, a distance.
 *
 * All commands of the client take the same options for it:
 *   --connect CONNINFO   default: the environment (PGHOST, PGPORT, ...)
 *   --extension NAME     vecext, or vector for pgvector; default vecext
 *   --system NAME        what the records call it; default vecext or pgvector
 *   --table NAME         default bench_items
 *   --metric NAME        l2, cosine or ip; default l2
 *   --index NAME         the table's hnsw index; default TABLE_hnsw
 *   --set NAME=VALUE     a setting for every session; any number of times
 *
 * The table, or a view of one, has an id (int4, not null, no index) and a vector v.
 */
#pragma once

#include "client/connection.h"
#include "data/metric.h"
#include "report/options.h"
#include "report/records.h"

#include <string>
#include <vector>

namespace vecext::bench {

struct Target {
	std::string conninfo;
	std::string extension;
	std::string system;
	std::string table;
	Metric metric;
	std::string index;
	std::vector<std::string> settings;

	explicit Target(Options &options);

	/* A new session with the settings applied. */
	Connection connect() const;

	Records records() const { return Records(system); }
	const std::string &index_name() const { return index; }
	const char *distance_operator() const;
	const char *operator_class() const;

	/* "SELECT id FROM table ORDER BY v <-> `operand` LIMIT 10" */
	std::string nearest_sql(const std::string &operand) const;
};

Oid vector_type(Connection &connection);

} /* namespace vecext::bench */
