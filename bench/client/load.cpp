/*
 * load.cpp: fills the table by binary COPY.
 */
#include "client/commands.h"

#include "client/target.h"
#include "client/vector_wire.h"
#include "data/files.h"
#include "report/clocks.h"

namespace vecext::bench {

namespace {

constexpr size_t kChunkBytes = 1 << 18;

void create_table(Connection &connection, const Target &target, size_t dims)
{
	connection.query("SET client_min_messages = warning");
	connection.query("CREATE EXTENSION IF NOT EXISTS " + target.extension);
	connection.query("DROP TABLE IF EXISTS " + target.table);
	connection.query("CREATE TABLE " + target.table + " (id int4 NOT NULL, v vector(" + std::to_string(dims) + "))");
}

void copy_rows(Connection &connection, const Target &target, const Vectors &base)
{
	connection.begin_copy("COPY " + target.table + " (id, v) FROM STDIN WITH (FORMAT binary)");
	std::string chunk = copy_head();
	for (size_t i = 0; i < base.rows; i++) {
		append_copy_row(chunk, static_cast<int32_t>(i), base.row(i), base.columns);
		if (chunk.size() >= kChunkBytes) {
			connection.send_copy(chunk);
			chunk.clear();
		}
	}
	connection.send_copy(chunk + copy_end());
	connection.end_copy();
}

} /* namespace */

void load_table(Options &options)
{
	const Target target(options);
	const std::string path = options.required_text("base");
	const int64_t rows = options.integer("rows", 0);
	options.finish();
	const Vectors base = load_vectors(path, rows > 0 ? static_cast<size_t>(rows) : SIZE_MAX);

	Connection connection = target.connect();
	create_table(connection, target, base.columns);
	tell("%s: copying %zu rows", target.system.c_str(), base.rows);
	const double begin = wall_seconds();
	copy_rows(connection, target, base);
	const double seconds = wall_seconds() - begin;
	/* Hint bits, visibility map and statistics: later reads write nothing. */
	connection.query("VACUUM (ANALYZE) " + target.table);
	connection.query("CHECKPOINT");
	target.records().print("COPY", static_cast<double>(base.rows) / seconds, "rows/s");
	target.records().print("table size", connection.number("SELECT pg_table_size('" + target.table + "')") / 1e6, "MB");
}

} /* namespace vecext::bench */
