/*
 * message.h: an HTTP request that has been read whole, and its answer.
 *
 * The HTTP server (server.h) reads, decompresses and bounds requests; handlers
 * see these structs and never a socket. A handler runs on a worker thread and may
 * block; it does not throw.
 */
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vecext::api::http {

enum class Method : uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

struct Request {
	Method method = Method::kGet;
	std::string path;  /* as sent, percent-encoded, without the query string */
	std::string query; /* behind the "?", percent-encoded */
	std::string body;  /* of simdjson's padding behind it: body.capacity() - body.size() >= 64 */
	std::vector<std::pair<std::string, std::string>> headers; /* names in lower case */

	/* "" when absent. */
	std::string_view header(std::string_view name) const;
};

struct Response {
	unsigned status = 200;
	std::string content_type; /* "" for an empty body */
	std::string body;
	std::vector<std::pair<std::string, std::string>> headers;
	/* For logs and metrics: the route's pattern ("/collections/{collection_name}"), "" when none matched. */
	std::string_view endpoint;
	std::string collection; /* that the route's path names; "" for none */
};

/* "Not Found" for 404; "Status" for one that we never send. */
std::string_view status_text(unsigned status);

using Handler = std::function<Response(const Request &)>;

} /* namespace vecext::api::http */
