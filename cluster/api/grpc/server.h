/*
 * server.h: the gRPC server: connections, calls and threads around a Router.
 *
 * Threads: handlers block, for PostgreSQL most of their time, so that each runs in
 * one thread from the bytes of the request to those of the response. `threads`
 * threads wait on one completion queue; at most `threads - 1` run handlers, further
 * calls wait in order, so that one thread always sees connections, deadlines and
 * callers who go away. (gRPC's synchronous server would refuse calls beyond its
 * threads, or start threads without bound; its callback API would hand each call
 * over to a second pool: a wake-up more for every call.)
 *
 * Methods get their requests as bytes and parse them on an arena. Beside the
 * Router's methods there is server reflection.
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "api/grpc/router.h"
#include "api/common/tls_files.h"

namespace vecext::api::grpc {

struct ServerOptions {
	std::string host;
	uint16_t port = 0;     /* 0: any free one */
	unsigned threads = 16; /* at least 2 */
	uint64_t max_message_bytes = 32ull << 20;
	const TlsFiles *tls = nullptr;          /* copied; none: plain */
	std::chrono::seconds drain_timeout{30}; /* for running calls at the end */
};

class Server {
public:
	/* Binds and serves. Throws std::runtime_error, naming address or file, when it
	 * cannot. */
	Server(const ServerOptions &options, std::shared_ptr<const Router> router);
	~Server(); /* stops */

	Server(const Server &) = delete;
	Server &operator=(const Server &) = delete;

	uint16_t port() const;

	/* Lets running calls end, and refuses new ones. After drain_timeout their callers
	 * are given up. */
	void stop();

private:
	class Running;
	std::unique_ptr<Running> running_;
};

} /* namespace vecext::api::grpc */
