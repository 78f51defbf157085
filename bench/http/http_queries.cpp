/*
 * http_queries.cpp: what queries made of several vectors cost beside plain searches.
 *
 * All on one connection and in turn, so that whatever else the machine does hits
 * both sides of a ratio alike.
 */
#include <algorithm>

#include "data/files.h"
#include "http/http_connection.h"
#include "report/clocks.h"
#include "report/records.h"
#include "report/search_curve.h"

namespace vecext::bench {

namespace {

struct Shape {
	size_t k, examples;
	int64_t ef;
};

std::string search_params(const Shape &shape)
{
	return ",\"limit\":" + std::to_string(shape.k) + ",\"params\":{\"hnsw_ef\":" + std::to_string(shape.ef) + "}}";
}

std::string search_body(const Vectors &queries, size_t i, const Shape &shape)
{
	std::string body = "{\"query\":";
	append_json_vector(body, queries.row(i % queries.rows), queries.columns);
	return body + search_params(shape);
}

std::string fusion_body(const Vectors &queries, size_t i, const Shape &shape)
{
	return "{\"prefetch\":[" + search_body(queries, i, shape) + "," + search_body(queries, i + 1, shape) +
		   "],\"query\":{\"fusion\":\"rrf\"},\"limit\":" + std::to_string(shape.k) + "}";
}

std::string examples(const Vectors &queries, size_t first, size_t n)
{
	std::string list = "[";
	for (size_t i = 0; i < n; i++) {
		list += i == 0 ? "" : ",";
		append_json_vector(list, queries.row((first + i) % queries.rows), queries.columns);
	}
	return list + "]";
}

std::string best_score_body(const Vectors &queries, size_t i, const Shape &shape)
{
	return "{\"query\":{\"recommend\":{\"strategy\":\"best_score\",\"positive\":" +
		   examples(queries, i, shape.examples) +
		   ",\"negative\":" + examples(queries, i + shape.examples, shape.examples) + "}}" + search_params(shape);
}

double seconds_of(HttpConnection &connection, const std::string &body)
{
	const double start = wall_seconds();
	connection.call("POST", "/points/query", body);
	return wall_seconds() - start;
}

} /* namespace */

void query_http(Options &options)
{
	const HttpTarget target = read_http_target(options);
	const std::string system = options.text("system", "vecextd");
	const Vectors queries = load_vectors(options.required_text("queries"));
	const Shape shape{static_cast<size_t>(options.integer("k", 100)),
					  static_cast<size_t>(options.integer("examples", 5)), options.integer("ef-search", 80)};
	options.finish();

	HttpConnection connection(target);
	std::vector<double> search, two_searches, fusion, best_score;
	for (size_t i = 0; i < queries.rows; i++) {
		const double first = seconds_of(connection, search_body(queries, i, shape));
		const double second = seconds_of(connection, search_body(queries, i + 1, shape));
		search.push_back(first);
		two_searches.push_back(first + second);
		fusion.push_back(seconds_of(connection, fusion_body(queries, i, shape)));
		best_score.push_back(seconds_of(connection, best_score_body(queries, i, shape)));
	}
	const Records records(system);
	const std::string of_k = ", " + std::to_string(shape.k) + " hits: p50";
	records.print("search" + of_k, percentile(search, 0.5) * 1e3, "ms");
	records.print("RRF of two prefetches" + of_k, percentile(fusion, 0.5) * 1e3, "ms");
	records.print("best_score" + of_k, percentile(best_score, 0.5) * 1e3, "ms");
	records.print("p50, RRF of two prefetches : the two one after the other",
				  percentile(fusion, 0.5) / percentile(two_searches, 0.5), "");
	records.print("p50, best_score : search", percentile(best_score, 0.5) / percentile(search, 0.5), "");
}

} /* namespace vecext::bench */
