/*
 * http_load.cpp: creates a collection and upserts the rows of a file.
 */
#include <algorithm>
#include <stdexcept>

#include "data/files.h"
#include "http/http_connection.h"
#include "report/clocks.h"
#include "report/records.h"

namespace vecext::bench {

std::string upsert_body(const Vectors &vectors, size_t first, size_t rows, size_t first_id)
{
	std::string body = "{\"points\":[";
	for (size_t i = first; i < first + rows; i++) {
		body.append(i == first ? "" : ",")
			.append("{\"id\":")
			.append(std::to_string(first_id + i))
			.append(",\"vector\":");
		append_json_vector(body, vectors.row(i), vectors.columns);
		body.append(",\"payload\":{\"n\":").append(std::to_string(i)).append(",\"group\":\"g");
		body.append(std::to_string(i % 100)).append("\"}}");
	}
	return body + "]}";
}

namespace {

void create_collection(const HttpTarget &target, size_t dimension, const std::string &distance, const std::string &hnsw)
{
	HttpConnection connection(target);
	connection.call("DELETE", "", "");
	connection.call("PUT", "",
					"{\"vectors\":{\"size\":" + std::to_string(dimension) + ",\"distance\":\"" + distance +
						"\"},\"hnsw_config\":" + hnsw + "}");
}

} /* namespace */

void load_http(Options &options)
{
	const HttpTarget target = read_http_target(options);
	const std::string system = options.text("system", "vecextd"), distance = options.text("distance", "Euclid");
	const std::string hnsw = options.text("hnsw", "{\"m\":16,\"ef_construct\":64}");
	const Vectors vectors =
		load_vectors(options.required_text("base"), static_cast<size_t>(options.integer("rows", INT64_MAX)));
	const size_t batch = static_cast<size_t>(options.integer("batch", 100)),
				 connections = static_cast<size_t>(options.integer("connections", 2));
	const bool prepared = options.text("prepared", "no") == "yes";
	options.finish();

	create_collection(target, vectors.columns, distance, hnsw);
	const size_t batches = (vectors.rows + batch - 1) / batch;
	const auto body = [&](size_t i) {
		return upsert_body(vectors, i * batch, std::min(batch, vectors.rows - i * batch), 0);
	};
	std::vector<std::string> bodies;
	for (size_t i = 0; prepared && i < batches; i++)
		bodies.push_back(body(i));
	const double start = wall_seconds();
	auto latencies = run_on_connections(target, connections, batches, [&](HttpConnection &connection, size_t i) {
		connection.call("PUT", "/points?wait=true", prepared ? bodies[i] : body(i));
	});
	const double seconds = wall_seconds() - start;
	Records(system).print("upsert, batches of " + std::to_string(batch) + ": points per second", vectors.rows / seconds,
						  "/s");
	print_latencies(system, "upsert", std::move(latencies), seconds);
}

} /* namespace vecext::bench */
