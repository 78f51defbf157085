/*
 * route.h: the table of REST routes.
 *
 * A route is a method, a pattern with {parameters}, what its caller needs, and a
 * handler. The router finds the route, authenticates, checks the access, calls
 * the handler, and turns a model::Error into Qdrant's answer. Handlers return
 * the JSON text of "result"; the router wraps it with status and time.
 */
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "auth/access.h"
#include "auth/authenticator.h"

namespace vecext::api::rest {

/* A request on its way through a handler. */
struct Call {
	const http::Request &request;
	const auth::Access &access;
	std::vector<std::pair<std::string_view, std::string>> path_parameters; /* decoded */
	std::vector<std::pair<std::string, std::string>> query_parameters;     /* decoded */

	const std::string &path(std::string_view name) const;  /* a parameter of the pattern */
	const std::string *query(std::string_view name) const; /* nullptr when absent */
};

/* What a handler answers. */
struct Answer {
	enum Kind : uint8_t {
		kResult,   /* `text` is the JSON of "result" */
		kAccepted, /* 202, no result */
		kBare,     /* `text` is the whole body, of `content_type` */
	};

	Kind kind = kResult;
	std::string text;
	unsigned status = 200;
	std::string content_type = "application/json";
};

struct Route {
	http::Method method;
	std::string_view pattern; /* "/collections/{collection_name}/points"; static storage */
	auth::Need need;          /* about the parameter collection_name where there is one */
	std::function<Answer(const Call &)> handle;
};

class Router {
public:
	Router(std::vector<Route> routes, std::shared_ptr<const auth::Authenticator> authenticator);

	/* Never throws. */
	http::Response handle(const http::Request &request) const;

private:
	struct Match {
		const Route *route = nullptr;
		std::vector<std::pair<std::string_view, std::string>> parameters;
		bool path_known = false; /* the path exists with another method */
	};

	Match find(http::Method method, std::string_view path) const;

	std::vector<Route> routes_;
	std::shared_ptr<const auth::Authenticator> authenticator_;
};

} /* namespace vecext::api::rest */
