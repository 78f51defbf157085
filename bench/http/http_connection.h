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

#include "data/matrix.h"
#include "report/connections.h"
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

/* run_on_connections() of report/connections.h, over connections to the target. */
std::vector<double> run_on_connections(const HttpTarget &target, size_t connections, size_t count,
									   const std::function<void(HttpConnection &, size_t)> &work);

void append_json_vector(std::string &out, const float *values, size_t size);

/* Rows first .. first + rows - 1 as points whose ids are the rows' plus `first_id`. */
std::string upsert_body(const Vectors &vectors, size_t first, size_t rows, size_t first_id);

/* The bodies of nearest searches, one for each query. */
std::vector<std::string> search_bodies(const Vectors &queries, size_t k, int64_t ef);

void load_http(Options &options);     /* http_load.cpp */
void search_http(Options &options);   /* http_read.cpp */
void query_http(Options &options);    /* http_queries.cpp */
void group_http(Options &options);    /* http_groups.cpp */
void retrieve_http(Options &options); /* http_read.cpp */
void mix_http(Options &options);      /* http_mixed.cpp */

} /* namespace vecext::bench */
