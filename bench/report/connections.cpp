/*
 * connections.cpp: see connections.h.
 */
#include "report/connections.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "data/files.h"
#include "report/clocks.h"
#include "report/records.h"
#include "report/search_curve.h"

namespace vecext::bench {

std::vector<double> run_on_connections(size_t connections, size_t count, const std::function<Call()> &connect)
{
	std::vector<double> latencies(count);
	std::vector<std::string> errors(connections);
	std::atomic<size_t> next{0};
	std::vector<std::thread> threads;
	for (size_t t = 0; t < connections; t++)
		threads.emplace_back([&, t] {
			try {
				const Call call = connect();
				for (size_t i = next++; i < count; i = next++) {
					const double start = wall_seconds();
					call(i);
					latencies[i] = wall_seconds() - start;
				}
			} catch (const std::exception &error) {
				errors[t] = error.what();
				next = count;
			}
		});
	for (std::thread &thread : threads)
		thread.join();
	for (const std::string &error : errors)
		if (!error.empty())
			throw std::runtime_error(error);
	return latencies;
}

void print_latencies(const std::string &system, const std::string &label, std::vector<double> latencies, double seconds)
{
	const Records records(system);
	records.print(label + ": calls per second", static_cast<double>(latencies.size()) / seconds, "/s");
	records.print(label + ": p50", percentile(latencies, 0.5) * 1e3, "ms");
	records.print(label + ": p99", percentile(latencies, 0.99) * 1e3, "ms");
}

void measure_searches(Options &options, const std::string &api, const PrepareSearch &prepare)
{
	const Records records(options.text("system", "vecextd"));
	const Vectors queries = load_vectors(options.required_text("queries"));
	const GroundTruth truth = load_truth(options.required_text("truth"));
	const size_t k = static_cast<size_t>(options.integer("k", 10)),
				 rounds = static_cast<size_t>(options.integer("rounds", 2));
	const auto connections = options.integers("connections", "1,2,8");
	const auto efs = options.integers("ef-search", "40,80,160");
	options.finish();

	for (const int64_t ef : efs) {
		const std::function<FindIds()> connect = prepare(queries, k, ef);
		for (const int64_t n : connections) {
			std::vector<double> recalls(queries.rows);
			const double start = wall_seconds();
			std::vector<double> latencies =
				run_on_connections(static_cast<size_t>(n), queries.rows * rounds, [&]() -> Call {
					return [&, find = connect()](size_t i) {
						const size_t query = i % queries.rows;
						const std::vector<int32_t> found = find(query);
						recalls[query] = recall_of(truth, query, found.data(), found.size(), k);
					};
				});
			const double seconds = wall_seconds() - start;
			const std::string label = api + ", " + std::to_string(n) + " connections, ef " + std::to_string(ef);
			records.print(label + ": recall@" + std::to_string(k),
						  std::accumulate(recalls.begin(), recalls.end(), 0.0) / static_cast<double>(queries.rows), "");
			records.print(label + ": queries per second", static_cast<double>(latencies.size()) / seconds, "1/s");
			records.print(label + ": p50", percentile(latencies, 0.5) * 1e6, "us");
			records.print(label + ": p99", percentile(latencies, 0.99) * 1e6, "us");
		}
	}
}

} /* namespace vecext::bench */
