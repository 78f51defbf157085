/*
 * http_mixed.cpp: what upserts cost the searches beside them.
 *
 * One connection searches all the time, another upserts in the second half. On two
 * cores that is a search and an update at a time, each with its backend.
 */
#include <algorithm>
#include <atomic>
#include <exception>
#include <stdexcept>
#include <thread>

#include "data/files.h"
#include "http/http_connection.h"
#include "report/clocks.h"
#include "report/records.h"
#include "report/search_curve.h"

namespace vecext::bench {

namespace {

/* Upserts on a connection of its own while it lives. */
class Upserts {
public:
	Upserts(const HttpTarget &target, const Vectors &vectors, size_t batch, size_t first_id)
		: thread_([this, &target, &vectors, batch, first_id] { run(target, vectors, batch, first_id); })
	{
	}

	/* Points a second; throws what went wrong. */
	double end()
	{
		stop_ = true;
		thread_.join();
		if (failure_)
			std::rethrow_exception(failure_);
		return static_cast<double>(points_) / seconds_;
	}

private:
	void run(const HttpTarget &target, const Vectors &vectors, size_t batch, size_t first_id)
	{
		const double start = wall_seconds();
		try {
			HttpConnection connection(target);
			for (size_t at = 0; !stop_; at = (at + batch) % vectors.rows) {
				const size_t rows = std::min(batch, vectors.rows - at);
				connection.call("PUT", "/points?wait=true", upsert_body(vectors, at, rows, first_id));
				points_ += rows;
			}
		} catch (...) {
			failure_ = std::current_exception();
		}
		seconds_ = wall_seconds() - start;
	}

	std::atomic<bool> stop_{false};
	size_t points_ = 0;
	double seconds_ = 0;
	std::exception_ptr failure_;
	std::jthread thread_; /* last: it uses the others */
};

std::vector<double> search_for(const HttpTarget &target, const std::vector<std::string> &bodies, double seconds)
{
	HttpConnection connection(target);
	std::vector<double> latencies;
	const double end = wall_seconds() + seconds;
	for (size_t i = 0; wall_seconds() < end; i = (i + 1) % bodies.size()) {
		const double start = wall_seconds();
		connection.call("POST", "/points/query", bodies[i]);
		latencies.push_back(wall_seconds() - start);
	}
	return latencies;
}

} /* namespace */

void mix_http(Options &options)
{
	const HttpTarget target = read_http_target(options);
	const std::string system = options.text("system", "vecextd");
	const Vectors queries = load_vectors(options.required_text("queries"));
	const Vectors vectors =
		load_vectors(options.required_text("base"), static_cast<size_t>(options.integer("rows", INT64_MAX)));
	const auto bodies =
		search_bodies(queries, static_cast<size_t>(options.integer("k", 10)), options.integer("ef-search", 80));
	const size_t batch = static_cast<size_t>(options.integer("batch", 100)),
				 first_id = static_cast<size_t>(options.integer("first", 0));
	const double seconds = static_cast<double>(options.integer("seconds", 10));
	options.finish();

	std::vector<double> alone = search_for(target, bodies, seconds);
	Upserts upserts(target, vectors, batch, first_id);
	std::vector<double> beside = search_for(target, bodies, seconds);
	const double points = upserts.end();
	const Records records(system);
	print_latencies(system, "search alone", alone, seconds);
	print_latencies(system, "search beside upserts", beside, seconds);
	records.print("upsert beside searches: points per second", points, "/s");
	records.print("p99 of search, beside upserts : alone", percentile(beside, 0.99) / percentile(alone, 0.99), "");
}

} /* namespace vecext::bench */
