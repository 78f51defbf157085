/*
 * pages.cpp: how many pages a query touches, by EXPLAIN (ANALYZE, BUFFERS).
 *
 * Counted are all pages of the plan, the ten rows' heap pages with them. Warm:
 * hits and reads of a session that has run before; what of it is read is what shared
 * buffers had no room for. Cold: pages read by the first
 * query after a restart of the server, which is the number of distinct pages.
 */
#include "client/commands.h"

#include "client/target.h"
#include "client/vector_wire.h"
#include "data/files.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace vecext::bench {

namespace {

struct PageCounts {
	double hit = 0;
	double read = 0;
};

/* The number after `name` in "Buffers: shared hit=12 read=3 dirtied=1". */
double count_after(const std::string &line, const char *name)
{
	const size_t at = line.find(name);
	return at == std::string::npos ? 0 : std::strtod(line.c_str() + at + std::string(name).size(), nullptr);
}

/* The plan's first Buffers line belongs to its top node and covers all below. */
PageCounts explain_query(Connection &connection, const Target &target, const float *query, size_t dims)
{
	const Rows plan =
		connection.query("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) " + target.nearest_sql(vector_literal(query, dims)));
	for (size_t i = 0; i < plan.count(); i++) {
		const std::string line = plan.text(i, 0);
		if (line.find("Buffers: shared") != std::string::npos)
			return {count_after(line, "hit="), count_after(line, "read=")};
	}
	throw std::runtime_error("EXPLAIN shows no buffers");
}

Connection connect_for(const Target &target, int64_t ef_search)
{
	Connection connection = target.connect();
	connection.query("SET hnsw.ef_search = " + std::to_string(ef_search));
	return connection;
}

void restart_server(const std::string &command)
{
	if (std::system(command.c_str()) != 0)
		throw std::runtime_error("\"" + command + "\" failed");
}

PageCounts cold_counts(const Target &target, const Vectors &queries, size_t samples, int64_t ef_search,
					   const std::string &restart)
{
	PageCounts sum;
	for (size_t q = 0; q < samples; q++) {
		restart_server(restart);
		Connection connection = connect_for(target, ef_search);
		const PageCounts counts = explain_query(connection, target, queries.row(q), queries.columns);
		sum.hit += counts.hit;
		sum.read += counts.read;
	}
	return sum;
}

PageCounts warm_counts(const Target &target, const Vectors &queries, size_t samples, int64_t ef_search)
{
	Connection connection = connect_for(target, ef_search);
	PageCounts sum;
	for (int pass = 0; pass < 2; pass++) {
		sum = {};
		for (size_t q = 0; q < samples; q++) {
			const PageCounts counts = explain_query(connection, target, queries.row(q), queries.columns);
			sum.hit += counts.hit;
			sum.read += counts.read;
		}
	}
	return sum;
}

} /* namespace */

void count_pages(Options &options)
{
	const Target target(options);
	const Vectors queries = load_vectors(options.required_text("queries"));
	const int64_t ef_search = options.integer("ef-search", 40);
	const size_t samples = std::min(static_cast<size_t>(options.integer("samples", 20)), queries.rows);
	const std::string restart = options.text("restart", "");
	const std::string label = options.text("label", "");
	options.finish();
	if (samples < 1)
		throw std::runtime_error("--samples must be at least 1");

	const double count = static_cast<double>(samples);
	const std::string prefix = label.empty() ? "" : label + ": ";
	target.records().print(prefix + "ef_search", static_cast<double>(ef_search), "");
	const PageCounts warm = warm_counts(target, queries, samples, ef_search);
	target.records().print(prefix + "page accesses per query, warm", (warm.hit + warm.read) / count, "");
	target.records().print(prefix + "pages read per query, warm", warm.read / count, "");
	if (restart.empty())
		return;
	const PageCounts cold = cold_counts(target, queries, samples, ef_search, restart);
	target.records().print(prefix + "pages read per query, cold", cold.read / count, "");
}

} /* namespace vecext::bench */
