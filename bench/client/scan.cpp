/*
 * scan.cpp: exact search by sequential scan, beside the cheapest scan there is.
 *
 * Both statements read the whole table in one process. The difference between
 * them is what a distance and keeping the ten best cost per row.
 */
#include "client/commands.h"

#include "client/target.h"
#include "client/vector_wire.h"
#include "data/files.h"
#include "report/clocks.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace vecext::bench {

namespace {

struct Cost {
	double wall = std::numeric_limits<double>::infinity();
	double cpu = std::numeric_limits<double>::infinity();
};

/* The least of several executions, after one that warms the cache. */
Cost least_cost(Connection &connection, const char *statement, const std::vector<std::string> &queries, int64_t rounds)
{
	Cost least;
	for (int64_t round = -1; round < rounds; round++) {
		std::vector<std::string_view> parameters;
		if (!queries.empty())
			parameters.push_back(queries[static_cast<size_t>(round + 1) % queries.size()]);
		const double begin = wall_seconds(), cpu_begin = main_thread_cpu_seconds(connection.backend_pid());
		connection.execute(statement, parameters);
		if (round < 0)
			continue;
		least.wall = std::min(least.wall, wall_seconds() - begin);
		least.cpu = std::min(least.cpu, main_thread_cpu_seconds(connection.backend_pid()) - cpu_begin);
	}
	return least;
}

} /* namespace */

void scan_table(Options &options)
{
	const Target target(options);
	const Vectors queries = load_vectors(options.required_text("queries"));
	const int64_t rounds = options.integer("rounds", 5);
	options.finish();
	if (rounds < 1)
		throw std::runtime_error("--rounds must be at least 1");
	std::vector<std::string> parameters;
	for (size_t q = 0; q < queries.rows; q++)
		parameters.push_back(vector_bytes(queries.row(q), queries.columns));

	Connection connection = target.connect();
	for (const char *off : {"enable_indexscan = off", "max_parallel_workers_per_gather = 0", "jit = off"})
		connection.query(std::string("SET ") + off);
	connection.prepare("nearest", target.nearest_sql("$1"), {vector_type(connection)});
	connection.prepare("largest", "SELECT max(id) FROM " + target.table, {});
	const double rows = connection.number("SELECT count(*) FROM " + target.table);
	const Cost nearest = least_cost(connection, "nearest", parameters, rounds);
	const Cost largest = least_cost(connection, "largest", {}, rounds);

	const Records records = target.records();
	records.print("ORDER BY distance LIMIT 10: wall per row", nearest.wall / rows * 1e9, "ns");
	records.print("ORDER BY distance LIMIT 10: CPU per row", nearest.cpu / rows * 1e9, "ns");
	records.print("SELECT max(id): wall per row", largest.wall / rows * 1e9, "ns");
	records.print("SELECT max(id): CPU per row", largest.cpu / rows * 1e9, "ns");
	records.print("distance scan : max(id), wall", nearest.wall / largest.wall, "");
}

} /* namespace vecext::bench */
