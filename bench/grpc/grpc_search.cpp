/*
 * grpc_search.cpp: searches over one or more connections.
 */
#include <memory>

#include "grpc/grpc_connection.h"

namespace vecext::bench {

namespace {

std::vector<int32_t> ids_of(const qdrant::QueryResponse &response)
{
	std::vector<int32_t> ids;
	for (const qdrant::ScoredPoint &point : response.result())
		ids.push_back(static_cast<int32_t>(point.id().num()));
	return ids;
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
	measure_searches(options, "gRPC", [&](const Vectors &queries, size_t k, int64_t ef) -> std::function<FindIds()> {
		return [&, requests = search_requests(target, queries, k, ef)]() -> FindIds {
			return [&requests, connection = std::make_shared<GrpcConnection>(target)](size_t query) {
				return ids_of(connection->call<qdrant::QueryResponse>("/qdrant.Points/Query", requests[query]));
			};
		};
	});
}

} /* namespace vecext::bench */
