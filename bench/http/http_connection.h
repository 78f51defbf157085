/*
 * http_connection.h: one keep-alive connection to a server of Qdrant's REST API,
 * and what all commands do with many of them.
 */
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <functional>
#include <string>
#include <vector>

#include "report/options.h"

namespace vecext::bench {

struct HttpTarget {
	std::string host, port, collection, key;
};

/* --host 127.0.0.1 --port 6333 --collection bench --key "" */
HttpTarget read_http_target(Options &options);

/* Not for use by two threads at once. Throws std::runtime_error for a refused
 * connection and for every status but 200. */
class HttpConnection {
public:
	explicit HttpConnection(const HttpTarget &target);

	/* `path` behind /collections/NAME. Returns the response's body. */
	std::string call(const char *method, const std::string &path, const std::string &body);

private:
	HttpTarget target_;
	boost::asio::io_context io_;
	boost::asio::ip::tcp::socket socket_{io_};
	boost::beast::flat_buffer buffer_;
};

/* Runs work(connection, i) for every i below `count` on so many connections, each
 * in a thread of its own. Returns the seconds that each call took. */
std::vector<double> run_on_connections(const HttpTarget &target, size_t connections, size_t count,
									   const std::function<void(HttpConnection &, size_t)> &work);

/* Prints calls a second, p50 and p99 of `latencies` under the label. */
void print_latencies(const std::string &system, const std::string &label, std::vector<double> latencies,
					 double seconds);

void append_json_vector(std::string &out, const float *values, size_t size);

void load_http(Options &options);     /* http_load.cpp */
void search_http(Options &options);   /* http_read.cpp */
void retrieve_http(Options &options); /* http_read.cpp */

} /* namespace vecext::bench */
