/*
 * insert.cpp: rows inserted one a transaction, and merging what they left.
 *
 * Rate and WAL are measured twice: until the last INSERT has returned, and until
 * hnsw_merge() has moved everything into the graph, where the extension has that
 * function. A checkpoint comes first, so that each run pays for the full-page
 * images of the pages that it touches. WAL is the server's, whoever wrote it.
 */
#include "client/commands.h"

#include "client/target.h"
#include "client/vector_wire.h"
#include "data/files.h"
#include "report/clocks.h"
#include "report/search_curve.h"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <thread>

namespace vecext::bench {

namespace {

bool can_merge(Connection &connection, const Target &target)
{
	return connection.value("SELECT to_regprocedure('hnsw_merge(regclass)') IS NOT NULL AND to_regclass('" +
							target.index_name() + "') IS NOT NULL") == "t";
}

void merge_now(Connection &connection, const Target &target)
{
	connection.query("SELECT hnsw_merge('" + target.index_name() + "')");
}

/* What the server had written when this was made. */
class WalMark {
public:
	explicit WalMark(Connection &connection)
		: lsn_(connection.value("SELECT pg_current_wal_insert_lsn()")), full_pages_(full_pages(connection))
	{
	}

	double bytes_since(Connection &connection) const
	{
		return connection.number("SELECT pg_current_wal_insert_lsn() - '" + lsn_ + "'");
	}

	double full_pages_since(Connection &connection) const { return full_pages(connection) - full_pages_; }

private:
	static double full_pages(Connection &connection)
	{
		connection.query("SELECT pg_stat_force_next_flush()");
		return connection.number("SELECT wal_fpi FROM pg_stat_wal");
	}

	std::string lsn_;
	double full_pages_;
};

struct Inserts {
	const Vectors &rows;
	int32_t first_id;
	std::vector<double> finished_at; /* per row, wall clock */
	std::vector<double> seconds;     /* per row */
};

void insert_share(const Target &target, Inserts &inserts, size_t client, size_t clients)
{
	Connection connection = target.connect();
	connection.query("SET synchronous_commit = off");
	constexpr Oid kInt4 = 23;
	connection.prepare("insert", "INSERT INTO " + target.table + " (id, v) VALUES ($1, $2)",
					   {kInt4, vector_type(connection)});
	for (size_t i = client; i < inserts.rows.rows; i += clients) {
		const std::string id = int32_bytes(inserts.first_id + static_cast<int32_t>(i));
		const std::string vector = vector_bytes(inserts.rows.row(i), inserts.rows.columns);
		const double begin = wall_seconds();
		connection.execute("insert", {id, vector});
		inserts.finished_at[i] = wall_seconds();
		inserts.seconds[i] = inserts.finished_at[i] - begin;
	}
}

void insert_all(const Target &target, Inserts &inserts, size_t clients)
{
	std::vector<std::exception_ptr> failures(clients);
	{
		std::vector<std::jthread> threads;
		for (size_t c = 0; c < clients; c++)
			threads.emplace_back([&, c] {
				try {
					insert_share(target, inserts, c, clients);
				} catch (...) {
					failures[c] = std::current_exception();
				}
			});
	}
	for (const std::exception_ptr &failure : failures)
		if (failure)
			std::rethrow_exception(failure);
}

/* Rows a second over the first `count` rows to be finished. */
double rate_of_first(std::vector<double> finished_at, size_t count, double begin)
{
	std::sort(finished_at.begin(), finished_at.end());
	return static_cast<double>(count) / (finished_at[count - 1] - begin);
}

} /* namespace */

void insert_rows(Options &options)
{
	const Target target(options);
	const int64_t limit = options.integer("rows", 0);
	const Vectors rows = load_vectors(options.required_text("base"), limit > 0 ? static_cast<size_t>(limit) : SIZE_MAX);
	const size_t first_rows = static_cast<size_t>(options.integer("first-rows", 4000));
	const size_t clients = static_cast<size_t>(options.integer("clients", 1));
	const std::string label = options.text("label", "insert");
	const bool merge = options.text("merge", "yes") == "yes";
	options.finish();
	if (clients < 1 || rows.rows < 1)
		throw std::runtime_error("clients and rows must be at least 1");

	Connection observer = target.connect();
	const int32_t first_id = static_cast<int32_t>(observer.number("SELECT max(id) + 1 FROM " + target.table));
	observer.query("CHECKPOINT");
	tell("%s: inserting %zu rows, %zu clients", target.system.c_str(), rows.rows, clients);
	const WalMark mark(observer);
	Inserts inserts = {rows, first_id, std::vector<double>(rows.rows), std::vector<double>(rows.rows)};
	const double begin = wall_seconds(), count = static_cast<double>(rows.rows);
	insert_all(target, inserts, clients);
	const double seconds = wall_seconds() - begin;

	const Records records = target.records();
	const std::string measure = label + ": ";
	records.print(measure + "rows per second", count / seconds, "rows/s");
	if (first_rows > 0 && first_rows < rows.rows)
		records.print(measure + "rows per second, first " + std::to_string(first_rows),
					  rate_of_first(inserts.finished_at, first_rows, begin), "rows/s");
	records.print(measure + "p50", percentile(inserts.seconds, 0.50) * 1e6, "us");
	records.print(measure + "p99", percentile(inserts.seconds, 0.99) * 1e6, "us");
	records.print(measure + "slowest", percentile(inserts.seconds, 1) * 1e6, "us");
	records.print(measure + "WAL per row", mark.bytes_since(observer) / count, "bytes");
	if (!merge)
		return;
	if (can_merge(observer, target))
		merge_now(observer, target);
	records.print(measure + "rows per second, merged", count / (wall_seconds() - begin), "rows/s");
	records.print(measure + "WAL per row, merged", mark.bytes_since(observer) / count, "bytes");
	records.print(measure + "full-page images per row, merged", mark.full_pages_since(observer) / count, "");
}

void merge_pending(Options &options)
{
	const Target target(options);
	options.finish();
	Connection connection = target.connect();
	if (!can_merge(connection, target))
		throw std::runtime_error(target.system + " has no hnsw_merge(regclass), or the table has no index");
	const double begin = wall_seconds();
	merge_now(connection, target);
	target.records().print("merge time", wall_seconds() - begin, "s");
}

} /* namespace vecext::bench */
