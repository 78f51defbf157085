/*
 * examples.cpp: queries of several vectors beside nearest ones, at equal ef_search:
 * CPU time of the backend, the ratio of both, and recall against exact search.
 *
 * A query has ten examples, ten of the file of queries in a row: five positive, five
 * negative; discover and feedback also take the first for their target. All kinds
 * are asked by one statement each, with ten vectors as binary parameters.
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

constexpr size_t kExamples = 10;

struct Kind {
	const char *name;
	const char *query; /* of the parameters $1 to $10 */
};

constexpr Kind kNearest = {"nearest", "$1"};
constexpr Kind kKinds[] = {
	{"best_score", "vecquery_best_score(ARRAY[$1, $2, $3, $4, $5], ARRAY[$6, $7, $8, $9, $10])"},
	{"sum_scores", "vecquery_sum_scores(ARRAY[$1, $2, $3, $4, $5], ARRAY[$6, $7, $8, $9, $10])"},
	{"discover", "vecquery_discover($1, ARRAY[$2, $3, $4, $5], ARRAY[$7, $8, $9, $10])"},
	{"context", "vecquery_context(ARRAY[$1, $2, $3, $4, $5], ARRAY[$6, $7, $8, $9, $10])"},
	{"feedback", "vecquery_feedback($1, ARRAY[$2, $3, $4, $7, $8], '{0.9, 0.8, 0.7, 0.2, 0.1}', 1, 1, 0.5)"},
};

using Parameters = std::vector<std::string_view>;

Parameters parameters_of(const std::vector<std::string> &vectors, size_t query, size_t count)
{
	Parameters parameters;
	for (size_t i = 0; i < count; i++)
		parameters.push_back(vectors[(query + i) % vectors.size()]);
	return parameters;
}

size_t parameters_wanted(const Kind &kind)
{
	return kind.query == kNearest.query ? 1 : kExamples;
}

void prepare(Connection &connection, const Target &target, const Kind &kind)
{
	const std::vector<Oid> types(parameters_wanted(kind), vector_type(connection));
	connection.prepare(kind.name, target.nearest_sql(kind.query), types);
}

/* Scores as text, in binary results: these are the same bytes. */
void prepare_scores(Connection &connection, const Target &target, const Kind &kind)
{
	const std::vector<Oid> types(kExamples, vector_type(connection));
	const std::string distance = std::string("v ") + target.distance_operator() + " " + kind.query;
	connection.prepare((std::string(kind.name) + " scores").c_str(),
					   "SELECT (" + distance + ")::text FROM " + target.table + " ORDER BY " + distance + " LIMIT 10",
					   types);
}

/* Microseconds of the backend's CPU time per query: the least of several rounds. */
double cpu_per_query(Connection &connection, const Kind &kind, const std::vector<std::string> &vectors, size_t queries,
					 int64_t rounds)
{
	double least = std::numeric_limits<double>::infinity();
	for (int64_t round = -1; round < rounds; round++) {
		const double begin = main_thread_cpu_seconds(connection.backend_pid());
		for (size_t q = 0; q < queries; q++)
			connection.execute(kind.name, parameters_of(vectors, q, parameters_wanted(kind)));
		if (round >= 0)
			least = std::min(least, main_thread_cpu_seconds(connection.backend_pid()) - begin);
	}
	return least / static_cast<double>(queries) * 1e6;
}

/* Minus the scores of the ten rows that come first. */
std::vector<double> ask_scores(Connection &connection, const Kind &kind, const Parameters &parameters)
{
	const Rows rows = connection.execute((std::string(kind.name) + " scores").c_str(), parameters);
	std::vector<double> scores(rows.count());
	for (size_t i = 0; i < scores.size(); i++)
		scores[i] = std::stod(rows.text(i, 0));
	return scores;
}

/* By scores: of rows of equal scores any may come. */
double recall(Connection &connection, Connection &exact, const Kind &kind, const std::vector<std::string> &vectors,
			  size_t sample)
{
	ptrdiff_t found = 0, wanted = 0;
	for (size_t q = 0; q < sample; q++) {
		const Parameters parameters = parameters_of(vectors, q, kExamples);
		const std::vector<double> answer = ask_scores(connection, kind, parameters),
								  truth = ask_scores(exact, kind, parameters);
		wanted += static_cast<ptrdiff_t>(truth.size());
		found += std::count_if(answer.begin(), answer.end(), [&](double score) { return score <= truth.back(); });
	}
	return static_cast<double>(found) / static_cast<double>(wanted);
}

} /* namespace */

void search_by_examples(Options &options)
{
	const Target target(options);
	const Vectors file = load_vectors(options.required_text("queries"));
	const std::vector<int64_t> ef_search = options.integers("ef-search", "40,100,200");
	const int64_t rounds = options.integer("rounds", 3);
	const size_t sample = static_cast<size_t>(options.integer("sample", 20));
	options.finish();
	if (rounds < 1 || file.rows < kExamples)
		throw std::runtime_error("--rounds must be at least 1 and queries at least 10");
	std::vector<std::string> vectors;
	for (size_t q = 0; q < file.rows; q++)
		vectors.push_back(vector_bytes(file.row(q), file.columns));

	Connection connection = target.connect(), exact = target.connect();
	connection.query("SET enable_seqscan = off");
	exact.query("SET enable_indexscan = off");
	prepare(connection, target, kNearest);
	for (const Kind &kind : kKinds) {
		prepare(connection, target, kind);
		prepare_scores(connection, target, kind);
		prepare_scores(exact, target, kind);
	}
	const Records records = target.records();
	for (const int64_t ef : ef_search) {
		const std::string label = "ef " + std::to_string(ef) + ": ";
		connection.query("SET hnsw.ef_search = " + std::to_string(ef));
		const double nearest = cpu_per_query(connection, kNearest, vectors, vectors.size(), rounds);
		records.print(label + "nearest: CPU per query", nearest, "us");
		for (const Kind &kind : kKinds) {
			const double cpu = cpu_per_query(connection, kind, vectors, vectors.size(), rounds);
			const double share = recall(connection, exact, kind, vectors, std::min(sample, vectors.size()));
			tell("ef %ld, %s: recall %.4f, CPU %.1f us, %.2f times nearest", ef, kind.name, share, cpu, cpu / nearest);
			records.print(label + kind.name + ": CPU per query", cpu, "us");
			records.print(kind.name + (" : nearest, CPU at ef " + std::to_string(ef)), cpu / nearest, "");
			records.print(label + kind.name + ": recall@10", share, "");
		}
	}
}

} /* namespace vecext::bench */
