/*
 * grpc_connection.cpp: see grpc_connection.h.
 */
#include "grpc/grpc_connection.h"

#include <atomic>
#include <thread>

#include "report/clocks.h"

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
	std::vector<double> latencies(count);
	std::vector<std::string> errors(connections);
	std::atomic<size_t> next = 0;
	std::vector<std::thread> threads;
	for (size_t t = 0; t < connections; t++)
		threads.emplace_back([&, t] {
			try {
				GrpcConnection connection(target);
				for (size_t i = next++; i < count; i = next++) {
					const double start = wall_seconds();
					work(connection, i);
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

} /* namespace vecext::bench */
