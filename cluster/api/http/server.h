/*
 * server.h: the HTTP/1.1 server. Reads requests whole, hands them to a Handler,
 * writes the answers.
 *
 * Threads: `threads` workers wait for sockets to become ready. The one that the
 * kernel wakes for a request reads, handles and answers it: no request changes
 * threads. Handlers may block; while all workers are busy, further requests wait.
 * One more thread accepts connections and watches deadlines.
 *
 * It takes care of keep-alive and pipelining (answers in order), request bodies in
 * gzip or deflate, response compression, CORS, the size limit, timeouts of slow or
 * silent clients, malformed HTTP, HEAD, TLS with certificates read again, and of
 * ending in order: stop() lets running requests finish.
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/common/tls_files.h"
#include "api/http/message.h"

namespace vecext::api::http {

struct ServerOptions {
	unsigned threads = 16; /* at least 1 */
	uint64_t max_body_bytes = 32ull << 20;
	bool cors = true;
	size_t compress_from_bytes = 16384;         /* smaller answers are not worth it */
	std::chrono::seconds idle_timeout{5};       /* between requests of a connection */
	std::chrono::seconds header_timeout{5};     /* for the header, from its first byte */
	std::chrono::seconds body_timeout{30};      /* for each next part of a body, in or out */
	std::chrono::seconds disconnect_timeout{5}; /* for the other side to close after us */
	std::chrono::seconds drain_timeout{30};     /* for running requests at the end */
};

struct Listener {
	std::string host;
	uint16_t port; /* 0: any free one */
	Handler handler;
	const TlsFiles *tls = nullptr; /* copied; none: plain HTTP */
};

class Server {
public:
	explicit Server(const ServerOptions &options);
	~Server(); /* stops */

	/* Binds and serves. Returns the port. Throws std::runtime_error, naming address
	 * or file, when it cannot. */
	uint16_t listen(const Listener &listener);

	/* Accepts no more, closes idle connections, waits for running requests (at most
	 * drain_timeout), ends the threads. */
	void stop();

private:
	struct Impl;
	std::unique_ptr<Impl> impl_;
};

} /* namespace vecext::api::http */
