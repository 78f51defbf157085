/*
 * grpc_load.cpp: creates a collection and upserts the rows of a file.
 */
#include <algorithm>

#include "data/files.h"
#include "grpc/grpc_connection.h"
#include "report/clocks.h"
#include "report/records.h"
#include "report/search_curve.h"

namespace vecext::bench {

namespace {

void create_collection(const GrpcTarget &target, size_t dimension, const std::string &distance, int64_t m,
					   int64_t ef_construct)
{
	GrpcConnection connection(target);
	qdrant::DeleteCollection remove;
	remove.set_collection_name(target.collection);
	connection.call<qdrant::CollectionOperationResponse>("/qdrant.Collections/Delete", remove);
	qdrant::CreateCollection create;
	create.set_collection_name(target.collection);
	qdrant::Distance parsed;
	if (!qdrant::Distance_Parse(distance, &parsed))
		throw std::runtime_error("unknown distance " + distance);
	create.mutable_vectors_config()->mutable_params()->set_size(dimension);
	create.mutable_vectors_config()->mutable_params()->set_distance(parsed);
	create.mutable_hnsw_config()->set_m(static_cast<uint64_t>(m));
	create.mutable_hnsw_config()->set_ef_construct(static_cast<uint64_t>(ef_construct));
	connection.call<qdrant::CollectionOperationResponse>("/qdrant.Collections/Create", create);
}

std::string group_of(size_t row)
{
	std::string group("g");
	return group.append(std::to_string(row % 100));
}

qdrant::UpsertPoints upsert_request(const GrpcTarget &target, const Vectors &vectors, size_t first, size_t rows)
{
	qdrant::UpsertPoints request;
	request.set_collection_name(target.collection);
	request.set_wait(true);
	for (size_t i = first; i < first + rows; i++) {
		qdrant::PointStruct *point = request.add_points();
		point->mutable_id()->set_num(i);
		const float *row = vectors.row(i);
		point->mutable_vectors()->mutable_vector()->mutable_dense()->mutable_data()->Add(row, row + vectors.columns);
		(*point->mutable_payload())["n"].set_integer_value(static_cast<int64_t>(i));
		(*point->mutable_payload())["group"].set_string_value(group_of(i));
	}
	return request;
}

} /* namespace */

void load_grpc(Options &options)
{
	const GrpcTarget target = read_grpc_target(options);
	const std::string system = options.text("system", "vecextd"), distance = options.text("distance", "Euclid");
	const int64_t m = options.integer("m", 16), ef_construct = options.integer("ef-construct", 64);
	const Vectors vectors =
		load_vectors(options.required_text("base"), static_cast<size_t>(options.integer("rows", INT64_MAX)));
	const size_t batch = static_cast<size_t>(options.integer("batch", 100)),
				 connections = static_cast<size_t>(options.integer("connections", 2));
	options.finish();

	create_collection(target, vectors.columns, distance, m, ef_construct);
	const size_t batches = (vectors.rows + batch - 1) / batch;
	const double start = wall_seconds();
	auto latencies = run_on_connections(target, connections, batches, [&](GrpcConnection &connection, size_t i) {
		const size_t first = i * batch;
		connection.call<qdrant::PointsOperationResponse>(
			"/qdrant.Points/Upsert", upsert_request(target, vectors, first, std::min(batch, vectors.rows - first)));
	});
	const double seconds = wall_seconds() - start;
	const Records records(system);
	records.print("upsert over gRPC, batches of " + std::to_string(batch) + ": points per second",
				  vectors.rows / seconds, "/s");
	records.print("upsert over gRPC: p50", percentile(latencies, 0.5) * 1e3, "ms");
	records.print("upsert over gRPC: p99", percentile(latencies, 0.99) * 1e3, "ms");
}

} /* namespace vecext::bench */
