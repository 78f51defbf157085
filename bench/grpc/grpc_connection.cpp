/*
 * grpc_connection.cpp: see grpc_connection.h.
 */
#include "grpc/grpc_connection.h"

#include <memory>

namespace vecext::bench {

GrpcTarget read_grpc_target(Options &options)
{
	const std::string host = options.text("host", "127.0.0.1"), port = options.text("port", "6334");
	return {host + ":" + port, options.text("collection", "bench")};
}

GrpcConnection::GrpcConnection(const GrpcTarget &target)
{
	grpc::ChannelArguments arguments;
	arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
	arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
	arguments.SetMaxReceiveMessageSize(-1);
	channel_ = grpc::CreateCustomChannel(target.address, grpc::InsecureChannelCredentials(), arguments);
}

std::vector<double> run_on_connections(const GrpcTarget &target, size_t connections, size_t count,
									   const std::function<void(GrpcConnection &, size_t)> &work)
{
	return run_on_connections(connections, count, [&]() -> Call {
		return [&work, connection = std::make_shared<GrpcConnection>(target)](size_t i) { work(*connection, i); };
	});
}

} /* namespace vecext::bench */
