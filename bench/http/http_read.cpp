/*
 * http_read.cpp: searches and retrieves over one or more connections.
 */
#include <charconv>
#include <memory>

#include "http/http_connection.h"
#include "report/clocks.h"
#include "report/records.h"

namespace vecext::bench {

namespace {

/* The ids of {"id":N,...} in a response, in their order. */
std::vector<int32_t> ids_of(const std::string &json)
{
	constexpr std::string_view key = "\"id\":";
	std::vector<int32_t> ids;
	for (size_t at = json.find(key); at != std::string::npos; at = json.find(key, at)) {
		at += key.size();
		int32_t id = 0;
		std::from_chars(json.data() + at, json.data() + json.size(), id);
		ids.push_back(id);
	}
	return ids;
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
	measure_searches(options, "HTTP", [&](const Vectors &queries, size_t k, int64_t ef) -> std::function<FindIds()> {
		return [&, bodies = search_bodies(queries, k, ef)]() -> FindIds {
			return [&bodies, connection = std::make_shared<HttpConnection>(target)](size_t query) {
				return ids_of(connection->call("POST", "/points/query", bodies[query]));
			};
		};
	});
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
