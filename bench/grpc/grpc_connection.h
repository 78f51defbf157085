/*
 * grpc_connection.h: one connection to a server of Qdrant's gRPC API, and what all
 * commands do with many of them.
 */
#pragma once

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "points.pb.h"
#include "report/connections.h"
#include "report/options.h"

namespace vecext::bench {

struct GrpcTarget {
	std::string address, collection;
};

/* --host 127.0.0.1 --port 6334 --collection bench */
GrpcTarget read_grpc_target(Options &options);

class GrpcConnection {
public:
	/* A TCP connection of its own. */
	explicit GrpcConnection(const GrpcTarget &target);

	/* `method` as "/qdrant.Points/Query". Throws std::runtime_error for every status but OK. */
	template <class Response, class Request> Response call(const char *method, const Request &request)
	{
		Response response;
		grpc::ClientContext context;
		const grpc::internal::RpcMethod name(method, grpc::internal::RpcMethod::NORMAL_RPC, channel_);
		const grpc::Status status =
			grpc::internal::BlockingUnaryCall<Request, Response>(channel_.get(), name, &context, request, &response);
		if (!status.ok())
			throw std::runtime_error(std::string(method) + ": " + status.error_message());
		return response;
	}

private:
	std::shared_ptr<grpc::Channel> channel_;
};

/* run_on_connections() of report/connections.h, over connections to the target. */
std::vector<double> run_on_connections(const GrpcTarget &target, size_t connections, size_t count,
									   const std::function<void(GrpcConnection &, size_t)> &work);

void load_grpc(Options &options);   /* grpc_load.cpp */
void search_grpc(Options &options); /* grpc_search.cpp */

} /* namespace vecext::bench */
