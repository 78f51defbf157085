/*
 * filter.cpp: searches under filters of several selectivities that are
 * independent of the vectors, or correlated with them (data/attributes.h).
 *
 * One session asks "SELECT id FROM table WHERE rank BETWEEN $2 AND $3 ORDER BY v
 * <-> $1 LIMIT 10" as a prepared statement, by one of three plans:
 *   node       vecext's Vector Search, with no setting touched
 *   bitmap     rows that pass by a bitmap scan, then an exact sort
 *   iterative  an index scan that goes on until enough rows pass; raised in
 *              ef_search and its limits until it has the recall that --at-least
 *              names for the cell (a file of records that the node's run printed)
 *              or its maximum; the last step is what counts
 * --only NAME measures the cells whose names contain it. The first round warms, of the others the one with the least CPU time counts.
 * A cell whose queries take long is measured with fewer of them.
 */
#include "client/commands.h"

#include "client/target.h"
#include "client/vector_wire.h"
#include "data/attributes.h"
#include "data/files.h"
#include "report/clocks.h"
#include "report/search_curve.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <stdexcept>

namespace vecext::bench {

namespace {

constexpr size_t kNeighbours = 10;
constexpr double kCellSeconds = 6; /* of one round */
constexpr size_t kLeastQueries = 20;
constexpr double kRecallTolerance = 0.005;

struct Cell {
	Correlation correlation;
	double share;
};

struct Task {
	Target target;
	Vectors base, queries;
	Attributes attributes;
};

struct Measured {
	double recall = 0;
	double cpu_seconds = std::numeric_limits<double>::infinity(); /* per query */
	double queries_per_second = 0;
	std::string raised_to; /* an iterative plan: in words */
};

/* When to give up raising a plan. */
struct Patience {
	double begin, seconds;
	bool over() const { return wall_seconds() - begin > seconds; }
};

const char *column_of(Correlation correlation)
{
	return correlation == Correlation::kNone ? "spread" : "along";
}

std::string name_of(const Cell &cell)
{
	const char *names[] = {"independent", "near the query", "far from it"};
	std::ostringstream name;
	name << names[static_cast<int>(cell.correlation)] << ", " << cell.share * 100 << " %";
	return name.str();
}

std::vector<Cell> all_cells()
{
	std::vector<Cell> cells;
	for (const Correlation correlation : {Correlation::kNone, Correlation::kPositive, Correlation::kNegative})
		for (const double share : {0.0001, 0.001, 0.01, 0.1, 0.5})
			cells.push_back({correlation, share});
	return cells;
}

/* ---- loading ---- */

void append_row(std::string &to, const Task &task, size_t i)
{
	append_int16(to, 4);
	for (const int32_t value : {static_cast<int32_t>(i), task.attributes.spread[i], task.attributes.along[i]}) {
		append_int32(to, sizeof value);
		append_int32(to, value);
	}
	const std::string vector = vector_bytes(task.base.row(i), task.base.columns);
	append_int32(to, static_cast<int32_t>(vector.size()));
	to += vector;
}

void load_rows(const Task &task)
{
	constexpr size_t kChunkBytes = 1 << 18;
	const std::string &table = task.target.table;
	Connection connection = task.target.connect();
	connection.query("SET client_min_messages = warning");
	connection.query("CREATE EXTENSION IF NOT EXISTS " + task.target.extension);
	connection.query("DROP TABLE IF EXISTS " + table);
	connection.query("CREATE TABLE " + table +
					 " (id int4 NOT NULL, spread int4 NOT NULL, along int4 NOT NULL, v vector(" +
					 std::to_string(task.base.columns) + "))");
	connection.begin_copy("COPY " + table + " (id, spread, along, v) FROM STDIN WITH (FORMAT binary)");
	std::string chunk = copy_head();
	for (size_t i = 0; i < task.base.rows; i++) {
		append_row(chunk, task, i);
		if (chunk.size() >= kChunkBytes) {
			connection.send_copy(chunk);
			chunk.clear();
		}
	}
	connection.send_copy(chunk + copy_end());
	connection.end_copy();
	connection.query("CREATE INDEX ON " + table + " (spread)");
	connection.query("CREATE INDEX ON " + table + " (along)");
	connection.query("VACUUM (ANALYZE) " + table);
	connection.query("CHECKPOINT");
}

/* ---- searching ---- */

struct Question {
	std::string vector, first, last; /* binary parameters */
};

std::vector<Question> questions_of(const Task &task, const Cell &cell, size_t passing)
{
	std::vector<Question> questions;
	for (size_t q = 0; q < task.queries.rows; q++) {
		const RankRange range = range_for(task.attributes, q, cell.correlation, passing);
		questions.push_back({vector_bytes(task.queries.row(q), task.queries.columns), int32_bytes(range.first),
							 int32_bytes(range.last)});
	}
	return questions;
}

GroundTruth truth_of(const Task &task, const Cell &cell, size_t passing)
{
	const std::vector<int32_t> &ranks =
		cell.correlation == Correlation::kNone ? task.attributes.spread : task.attributes.along;
	std::vector<RankRange> ranges;
	for (size_t q = 0; q < task.queries.rows; q++)
		ranges.push_back(range_for(task.attributes, q, cell.correlation, passing));
	return exact_search_where(task.base, task.queries, task.target.metric, std::min(kNeighbours, passing),
							  [&](size_t q, size_t row) { return ranges[q].contains(ranks[row]); });
}

Measured run_round(Connection &session, const std::vector<Question> &questions, const GroundTruth &truth,
				   const Patience &patience)
{
	Measured measured;
	double recall = 0;
	size_t asked = 0;
	const double begin = wall_seconds(), cpu_begin = main_thread_cpu_seconds(session.backend_pid());
	for (const Question &question : questions) {
		const Rows rows = session.execute("filtered", {question.vector, question.first, question.last});
		std::vector<int32_t> ids;
		for (size_t i = 0; i < rows.count(); i++)
			ids.push_back(rows.int4(i, 0));
		recall += recall_of(truth, asked++, ids.data(), ids.size(), kNeighbours);
		if ((asked >= kLeastQueries && wall_seconds() - begin > kCellSeconds) || patience.over())
			break;
	}
	const double count = static_cast<double>(asked);
	measured.queries_per_second = count / (wall_seconds() - begin);
	measured.cpu_seconds = (main_thread_cpu_seconds(session.backend_pid()) - cpu_begin) / count;
	measured.recall = recall / count;
	return measured;
}

Measured best_round(Connection &session, const std::vector<Question> &questions, const GroundTruth &truth,
					int64_t rounds)
{
	constexpr Patience kAll = {0, std::numeric_limits<double>::infinity()};
	Measured best = run_round(session, questions, truth, kAll);
	for (int64_t round = 0; round < rounds; round++) {
		const Measured next = run_round(session, questions, truth, kAll);
		if (next.cpu_seconds < best.cpu_seconds)
			best = next;
	}
	return best;
}

/* Maps what the server has cached into the session's memory, as a session that
 * lives long has it. */
void touch_everything(Connection &session, const Target &target)
{
	session.query("SELECT sum(vector_dims(v)) FROM " + target.table);
	if (target.extension == "vecext")
		session.query("SELECT * FROM hnsw_stats('" + target.index_name() + "')");
}

Connection prepared_session(const Task &task, const Cell &cell, const std::vector<std::string> &settings)
{
	Connection session = task.target.connect();
	touch_everything(session, task.target);
	for (const std::string &setting : settings)
		session.query("SET " + setting);
	const std::string sql = "SELECT id FROM " + task.target.table + " WHERE " + column_of(cell.correlation) +
							" BETWEEN $2 AND $3 ORDER BY v " + task.target.distance_operator() + " $1 LIMIT 10";
	constexpr Oid kInt4 = 23;
	session.prepare("filtered", sql, {vector_type(session), kInt4, kInt4});
	return session;
}

/* ---- plans ---- */

struct Effort {
	int64_t rounds;
	double cell_seconds; /* of an iterative plan */
};

/* What keeps vecext from using its node. */
std::vector<std::string> without_node(const Target &target)
{
	if (target.extension != "vecext")
		return {};
	return {"vecext.enable_filtered_scan = off"};
}

struct IterativeStep {
	int ef_search;
	int64_t max_scan_tuples;
	int memory;
};

/* ef_search and the limits are raised together. */
constexpr IterativeStep kIterativeSteps[] = {
	{40, 20000, 1},   {60, 20000, 2},    {80, 20000, 3},     {100, 20000, 4},      {120, 40000, 8},
	{160, 70000, 14}, {200, 100000, 20}, {400, 400000, 100}, {1000, 1000000, 500}, {1000, 100000000, 1000}};

std::vector<std::string> iterative_settings(const Target &target, const IterativeStep &step)
{
	std::vector<std::string> settings = without_node(target);
	for (const char *setting :
		 {"enable_seqscan = off", "enable_bitmapscan = off", "enable_sort = off", "hnsw.iterative_scan = strict_order"})
		settings.push_back(setting);
	settings.push_back("hnsw.ef_search = " + std::to_string(step.ef_search));
	settings.push_back("hnsw.max_scan_tuples = " + std::to_string(step.max_scan_tuples));
	settings.push_back("hnsw.scan_mem_multiplier = " + std::to_string(step.memory));
	return settings;
}

std::string in_words(const IterativeStep &step)
{
	return "ef " + std::to_string(step.ef_search) + ", " + std::to_string(step.max_scan_tuples) + " tuples";
}

std::string gave_up(const Patience &patience)
{
	std::ostringstream words;
	words << "; gave up after " << patience.seconds << " s";
	return words.str();
}

Measured measure_iterative(const Task &task, const Cell &cell, const std::vector<Question> &questions,
						   const GroundTruth &truth, double recall, const Effort &effort)
{
	Measured measured;
	const Patience patience = {wall_seconds(), effort.cell_seconds};
	for (const IterativeStep &step : kIterativeSteps) {
		Connection session = prepared_session(task, cell, iterative_settings(task.target, step));
		measured = run_round(session, questions, truth, patience);
		tell("%s: %s: recall %.4f, CPU %.1f us", name_of(cell).c_str(), in_words(step).c_str(), measured.recall,
			 measured.cpu_seconds * 1e6);
		const bool reached = measured.recall >= recall - kRecallTolerance, over = patience.over();
		if (reached && !over)
			measured = best_round(session, questions, truth, effort.rounds);
		measured.raised_to = in_words(step) + (over && !reached ? gave_up(patience) : "");
		if (reached || over)
			return measured;
	}
	return measured;
}

Measured measure(const Task &task, const Cell &cell, const std::string &plan, double recall, const Effort &effort)
{
	const auto passing = static_cast<size_t>(std::lround(cell.share * static_cast<double>(task.base.rows)));
	const std::vector<Question> questions = questions_of(task, cell, passing);
	const GroundTruth truth = truth_of(task, cell, passing);
	if (plan == "iterative")
		return measure_iterative(task, cell, questions, truth, recall, effort);
	std::vector<std::string> settings;
	if (plan == "bitmap") {
		settings = without_node(task.target);
		settings.push_back("enable_indexscan = off");
		settings.push_back("enable_seqscan = off");
	} else if (plan != "node") {
		throw std::runtime_error("--plan is node, bitmap or iterative");
	}
	Connection session = prepared_session(task, cell, settings);
	return best_round(session, questions, truth, effort.rounds);
}

/* Recall by cell, from the records of another run. */
std::map<std::string, double> recalls_in(const std::string &path)
{
	std::map<std::string, double> recalls;
	std::ifstream file(path);
	const std::string suffix = ": recall@10";
	for (std::string line; std::getline(file, line);) {
		std::istringstream fields(line);
		std::string system, measure, value;
		std::getline(std::getline(std::getline(fields, system, '\t'), measure, '\t'), value, '\t');
		if (measure.ends_with(suffix))
			recalls[measure.substr(0, measure.size() - suffix.size())] = std::stod(value);
	}
	return recalls;
}

} /* namespace */

void search_filtered(Options &options)
{
	Task task = {Target(options),
				 load_vectors(options.required_text("base")),
				 load_vectors(options.required_text("queries"), static_cast<size_t>(options.integer("sample", 200))),
				 {}};
	const bool load = options.text("load", "no") == "yes";
	const std::string plan = options.text("plan", "node"), only = options.text("only", "");
	const Effort effort = {options.integer("rounds", 2), static_cast<double>(options.integer("cell-seconds", 3600))};
	const std::map<std::string, double> recalls = recalls_in(options.text("at-least", ""));
	options.finish();
	task.attributes = make_attributes(task.base, task.queries, 1);
	if (load) {
		load_rows(task);
		return;
	}
	for (const Cell &cell : all_cells()) {
		const std::string name = name_of(cell);
		if (name.find(only) == std::string::npos)
			continue;
		const auto known = recalls.find(name);
		const Measured measured = measure(task, cell, plan, known == recalls.end() ? 1 : known->second, effort);
		tell("%s, %s: recall %.4f, CPU %.1f us, %.0f queries/s", plan.c_str(), name.c_str(), measured.recall,
			 measured.cpu_seconds * 1e6, measured.queries_per_second);
		const Records records = task.target.records();
		records.print(name + ": recall@10", measured.recall, "");
		records.print(name + ": CPU per query", measured.cpu_seconds * 1e6, "us");
		records.print(name + ": queries per second", measured.queries_per_second, "1/s");
		if (!measured.raised_to.empty())
			records.print_words(name + ": raised to", measured.raised_to);
	}
}

} /* namespace vecext::bench */
