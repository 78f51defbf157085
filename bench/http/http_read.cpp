/*
 * http_read.cpp: searches and retrieves over one or more connections.
 */
#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

#include "data/files.h"
#include "http/http_connection.h"
#include "report/clocks.h"
#include "report/records.h"
#include "report/search_curve.h"

namespace vecext::bench {

namespace {

/* The ids of {"id":N,...} in a response, in their order. */
std::vector<size_t> ids_of(const std::string &json)
{
	constexpr std::string_view key = "\"id\":";
	std::vector<size_t> ids;
	for (size_t at = json.find(key); at != std::string::npos; at = json.find(key, at)) {
		at += key.size();
		size_t id = 0;
		std::from_chars(json.data() + at, json.data() + json.size(), id);
		ids.push_back(id);
	}
	return ids;
}

double recall(const std::string &response, const GroundTruth &truth, size_t query, size_t k)
{
	const int32_t *row = truth.ids_of(query);
	const std::set<size_t> wanted(row, row + k);
	size_t found = 0;
	for (const size_t id : ids_of(response))
		found += wanted.count(id);
	return static_cast<double>(found) / static_cast<double>(k);
}

} /* namespace */

std::vector<std::string> search_bodies(const Vectors &queries, size_t k, int64_t ef)
{
	std::vector<std::string> bodies;
	for (size_t i = 0; i < queries.rows; i++) {
		std::string &body = bodies.emplace_back("{\"query\":");
		append_json_vector(body, queries.row(i), queries.columns);
		body += ",\"limit\":" + std::to_string(k) + ",\"params\":{\"hnsw_ef\":" + std::to_string(ef) + "}}";
	}
	return bodies;
}

void search_http(Options &options)
{
	const HttpTarget target = read_http_target(options);
	const std::string system = options.text("system", "vecextd");
	const Vectors queries = load_vectors(options.required_text("queries"));
	const GroundTruth truth = load_truth(options.required_text("truth"));
	const size_t k = static_cast<size_t>(options.integer("k", 10)),
				 rounds = static_cast<size_t>(options.integer("rounds", 2));
	const auto connections = options.integers("connections", "1,2,8");
	const auto efs = options.integers("ef-search", "40,80,160");
	options.finish();

	for (const int64_t ef : efs) {
		const std::vector<std::string> bodies = search_bodies(queries, k, ef);
		for (const int64_t n : connections) {
			std::vector<double> recalls(queries.rows);
			const double start = wall_seconds();
			auto latencies = run_on_connections(
				target, static_cast<size_t>(n), queries.rows * rounds, [&](HttpConnection &connection, size_t i) {
					const size_t query = i % queries.rows;
					recalls[query] = recall(connection.call("POST", "/points/query", bodies[query]), truth, query, k);
				});
			const double seconds = wall_seconds() - start;
			const std::string label = "HTTP, " + std::to_string(n) + " connections, ef " + std::to_string(ef);
			double sum = 0;
			for (const double value : recalls)
				sum += value;
			Records(system).print(label + ": recall@" + std::to_string(k), sum / queries.rows, "");
			Records(system).print(label + ": queries per second", latencies.size() / seconds, "1/s");
			Records(system).print(label + ": p50", percentile(latencies, 0.5) * 1e6, "us");
			Records(system).print(label + ": p99", percentile(latencies, 0.99) * 1e6, "us");
		}
	}
}

void retrieve_http(Options &options)
{
	const HttpTarget target = read_http_target(options);
	const std::string system = options.text("system", "vecextd");
	const size_t rows = static_cast<size_t>(options.integer("rows", 100000)),
				 calls = static_cast<size_t>(options.integer("calls", 1000));
	const size_t batch = static_cast<size_t>(options.integer("batch", 100)),
				 connections = static_cast<size_t>(options.integer("connections", 2));
	options.finish();

	const double start = wall_seconds();
	auto latencies = run_on_connections(target, connections, calls, [&](HttpConnection &connection, size_t i) {
		std::string body = "{\"with_payload\":true,\"ids\":[";
		for (size_t j = 0; j < batch; j++)
			body.append(j == 0 ? "" : ",").append(std::to_string((i * 7919 + j * 104729) % rows));
		connection.call("POST", "/points", body + "]}");
	});
	const double seconds = wall_seconds() - start;
	Records(system).print("retrieve, " + std::to_string(batch) + " ids a call: points per second",
						  calls * batch / seconds, "/s");
	print_latencies(system, "retrieve", std::move(latencies), seconds);
}

} /* namespace vecext::bench */
