/*
 * search.cpp: recall, latency, throughput and backend CPU time of searches.
 *
 * Each client has a session and a thread; client c of n asks queries c, c + n, ...
 * as a prepared statement with a binary parameter. CPU time is the backends', from
 * the kernel. Up to one client a core, each shares a core with its backend
 * (report/affinity.h).
 * Of several rounds the one with the least CPU time counts, since other work on
 * the machine only adds.
 */
#include "client/commands.h"

#include "client/target.h"
#include "client/vector_wire.h"
#include "data/files.h"
#include "report/affinity.h"
#include "report/clocks.h"
#include "report/search_curve.h"

#include <algorithm>
#include <barrier>
#include <exception>
#include <limits>
#include <stdexcept>
#include <thread>

namespace vecext::bench {

namespace {

constexpr size_t kNeighbours = 10;
/* A prepared statement gets its generic plan at the sixth execution. */
constexpr size_t kWarmUpQueries = 50;

struct Workload {
	bool share_cores = true;
	std::vector<std::string> queries; /* as binary parameters */
	GroundTruth truth;
};

struct Answers {
	std::vector<std::vector<int32_t>> ids; /* per query */
	std::vector<double> seconds;           /* per query */

	explicit Answers(size_t queries) : ids(queries), seconds(queries) {}
};

Workload load_workload(Options &options)
{
	const Vectors queries = load_vectors(options.required_text("queries"));
	Workload workload;
	workload.truth = load_truth(options.required_text("truth"));
	if (workload.truth.queries < queries.rows)
		throw std::runtime_error("the ground truth has fewer queries than the file of queries");
	for (size_t q = 0; q < queries.rows; q++)
		workload.queries.push_back(vector_bytes(queries.row(q), queries.columns));
	return workload;
}

void prepare_nearest(Connection &connection, const Target &target)
{
	connection.prepare("nearest", target.nearest_sql("$1"), {vector_type(connection)});
}

std::vector<int32_t> ask(Connection &connection, const std::string &query)
{
	const Rows rows = connection.execute("nearest", {query});
	std::vector<int32_t> ids(rows.count());
	for (size_t i = 0; i < ids.size(); i++)
		ids[i] = rows.int4(i, 0);
	return ids;
}

/* One client's share of a round. */
void ask_share(Connection &connection, const Workload &workload, size_t client, size_t clients, Answers &answers)
{
	for (size_t q = client; q < workload.queries.size(); q += clients) {
		const double begin = wall_seconds();
		answers.ids[q] = ask(connection, workload.queries[q]);
		answers.seconds[q] = wall_seconds() - begin;
	}
}

double mean_recall(const Workload &workload, const Answers &answers)
{
	double sum = 0;
	for (size_t q = 0; q < workload.queries.size(); q++)
		sum += recall_of(workload.truth, q, answers.ids[q].data(), answers.ids[q].size(), kNeighbours);
	return sum / static_cast<double>(workload.queries.size());
}

double backends_cpu_seconds(const std::vector<Connection> &sessions)
{
	double sum = 0;
	for (const Connection &session : sessions)
		sum += main_thread_cpu_seconds(session.backend_pid());
	return sum;
}

/* Whether each client and its backend have a core to themselves from now on. */
bool share_cores(const std::vector<Connection> &sessions, const Workload &workload)
{
	bool shared = workload.share_cores && sessions.size() <= static_cast<size_t>(core_count());
	for (size_t c = 0; c < sessions.size() && shared; c++)
		shared = keep_on_core(sessions[c].backend_pid(), static_cast<int>(c));
	return shared;
}

/* Runs all clients at once; returns the wall time of the round. */
double run_clients(std::vector<Connection> &sessions, const Workload &workload, Answers &answers)
{
	const bool shared = share_cores(sessions, workload);
	std::vector<std::exception_ptr> failures(sessions.size());
	std::barrier start(static_cast<ptrdiff_t>(sessions.size()) + 1);
	double begin = 0;
	{
		std::vector<std::jthread> threads;
		for (size_t c = 0; c < sessions.size(); c++)
			threads.emplace_back([&, c] {
				if (shared)
					keep_on_core(0, static_cast<int>(c));
				start.arrive_and_wait();
				try {
					ask_share(sessions[c], workload, c, sessions.size(), answers);
				} catch (...) {
					failures[c] = std::current_exception();
				}
			});
		begin = wall_seconds();
		start.arrive_and_wait();
	}
	const double seconds = wall_seconds() - begin;
	for (const std::exception_ptr &failure : failures)
		if (failure)
			std::rethrow_exception(failure);
	return seconds;
}

SearchPoint run_round(std::vector<Connection> &sessions, const Workload &workload, int64_t ef_search)
{
	Answers answers(workload.queries.size());
	const double count = static_cast<double>(workload.queries.size());
	const double cpu_begin = backends_cpu_seconds(sessions);
	const double seconds = run_clients(sessions, workload, answers);
	SearchPoint point = {};
	point.ef_search = ef_search;
	point.cpu_seconds = (backends_cpu_seconds(sessions) - cpu_begin) / count;
	point.recall = mean_recall(workload, answers);
	point.queries_per_second = count / seconds;
	point.wall_p50 = percentile(answers.seconds, 0.50);
	point.wall_p99 = percentile(answers.seconds, 0.99);
	return point;
}

SearchPoint best_round(std::vector<Connection> &sessions, const Workload &workload, int64_t ef_search, int64_t rounds)
{
	for (Connection &session : sessions)
		for (size_t q = 0; q < std::min(kWarmUpQueries, workload.queries.size()); q++)
			ask(session, workload.queries[q]);
	SearchPoint best = {};
	best.cpu_seconds = std::numeric_limits<double>::infinity();
	for (int64_t round = 0; round < rounds; round++) {
		const SearchPoint point = run_round(sessions, workload, ef_search);
		if (point.cpu_seconds < best.cpu_seconds)
			best = point;
	}
	return best;
}

/* A measurement of the wrong plan is worse than none. */
void require_index(Connection &connection, const Target &target, size_t dims)
{
	const std::vector<float> ones(dims, 1.0F);
	const Rows plan = connection.query("EXPLAIN " + target.nearest_sql(vector_literal(ones.data(), dims)));
	std::string text;
	for (size_t i = 0; i < plan.count(); i++)
		text += plan.text(i, 0) + "\n";
	if (text.find(target.index_name()) == std::string::npos)
		throw std::runtime_error("the planner does not use " + target.index_name() + ":\n" + text);
}

void verify_exact(const Target &target, const Workload &workload)
{
	std::vector<Connection> sessions;
	sessions.push_back(target.connect());
	sessions[0].query("SET enable_indexscan = off");
	prepare_nearest(sessions[0], target);
	const SearchPoint point = run_round(sessions, workload, 0);
	target.records().print("recall of a sequential scan", point.recall, "");
	if (point.recall < 1)
		throw std::runtime_error("a sequential scan must have recall 1");
}

size_t dims_of(const std::string &query)
{
	return (query.size() - 2 * sizeof(int16_t)) / sizeof(float);
}

void sweep(const Target &target, const Workload &workload, size_t clients, int64_t rounds,
		   const std::vector<int64_t> &ef_search, const std::string &label)
{
	std::vector<Connection> sessions;
	for (size_t c = 0; c < clients; c++) {
		sessions.push_back(target.connect());
		/* At many a small size or large ef_search a sequential scan is cheaper. */
		sessions[c].query("SET enable_seqscan = off");
		prepare_nearest(sessions[c], target);
	}
	std::vector<SearchPoint> curve;
	for (const int64_t ef : ef_search) {
		for (Connection &session : sessions)
			session.query("SET hnsw.ef_search = " + std::to_string(ef));
		require_index(sessions[0], target, dims_of(workload.queries[0]));
		curve.push_back(best_round(sessions, workload, ef, rounds));
		tell("%s: ef %ld, %zu clients: recall %.4f, CPU %.1f us, %.0f queries/s", target.system.c_str(), ef, clients,
			 curve.back().recall, curve.back().cpu_seconds * 1e6, curve.back().queries_per_second);
	}
	print_curve(target.records(), curve, label);
}

} /* namespace */

void search_table(Options &options)
{
	const Target target(options);
	Workload workload = load_workload(options);
	workload.share_cores = options.text("share-cores", "yes") == "yes";
	const size_t clients = static_cast<size_t>(options.integer("clients", 1));
	const int64_t rounds = options.integer("rounds", 3);
	const std::vector<int64_t> ef_search = options.integers("ef-search", "10,20,40,60,80,120,160,240,320,480,640");
	const std::string label = options.text("label", "");
	const bool exact = options.text("exact", "no") == "yes";
	options.finish();
	if (clients < 1 || rounds < 1 || workload.queries.empty())
		throw std::runtime_error("clients, rounds and queries must be at least 1");
	if (exact)
		verify_exact(target, workload);
	else
		sweep(target, workload, clients, rounds, ef_search, label);
}

} /* namespace vecext::bench */
