/*
 * grpc_search.cpp: searches over one or more connections.
 */
#include <set>

#include "data/files.h"
#include "grpc/grpc_connection.h"
#include "report/clocks.h"
#include "report/records.h"
#include "report/search_curve.h"

namespace vecext::bench {

namespace {

double recall(const qdrant::QueryResponse &response, const GroundTruth &truth, size_t query, size_t k)
{
	const int32_t *row = truth.ids_of(query);
	const std::set<uint64_t> wanted(row, row + k);
	size_t found = 0;
	for (const qdrant::ScoredPoint &point : response.result())
		found += wanted.count(point.id().num());
	return static_cast<double>(found) / static_cast<double>(k);
}

std::vector<qdrant::QueryPoints> search_requests(const GrpcTarget &target, const Vectors &queries, size_t k, int64_t ef)
{
	std::vector<qdrant::QueryPoints> requests(queries.rows);
	for (size_t i = 0; i < queries.rows; i++) {
		requests[i].set_collection_name(target.collection);
		const float *row = queries.row(i);
		requests[i].mutable_query()->mutable_nearest()->mutable_dense()->mutable_data()->Add(row,
																							 row + queries.columns);
		requests[i].set_limit(k);
		requests[i].mutable_params()->set_hnsw_ef(static_cast<uint64_t>(ef));
	}
	return requests;
}

} /* namespace */

void search_grpc(Options &options)
{
	const GrpcTarget target = read_grpc_target(options);
	const std::string system = options.text("system", "vecextd");
	const Vectors queries = load_vectors(options.required_text("queries"));
	const GroundTruth truth = load_truth(options.required_text("truth"));
	const size_t k = static_cast<size_t>(options.integer("k", 10)),
				 rounds = static_cast<size_t>(options.integer("rounds", 2));
	const auto connections = options.integers("connections", "1,2,8");
	const auto efs = options.integers("ef-search", "40,80,160");
	options.finish();

	for (const int64_t ef : efs) {
		const std::vector<qdrant::QueryPoints> requests = search_requests(target, queries, k, ef);
		for (const int64_t n : connections) {
			std::vector<double> recalls(queries.rows);
			const double start = wall_seconds();
			auto latencies = run_on_connections(
				target, static_cast<size_t>(n), queries.rows * rounds, [&](GrpcConnection &connection, size_t i) {
					const size_t query = i % queries.rows;
					recalls[query] =
						recall(connection.call<qdrant::QueryResponse>("/qdrant.Points/Query", requests[query]), truth,
							   query, k);
				});
			const double seconds = wall_seconds() - start;
			const std::string label = "gRPC, " + std::to_string(n) + " connections, ef " + std::to_string(ef);
			double sum = 0;
			for (const double value : recalls)
				sum += value;
			const Records records(system);
			records.print(label + ": recall@" + std::to_string(k), sum / queries.rows, "");
			records.print(label + ": queries per second", latencies.size() / seconds, "1/s");
			records.print(label + ": p50", percentile(latencies, 0.5) * 1e6, "us");
			records.print(label + ": p99", percentile(latencies, 0.99) * 1e6, "us");
		}
	}
}

} /* namespace vecext::bench */
