/*
 * router.cpp: from a request to its route and back to an answer.
 */
#include <charconv>

#include "api/error_status.h"
#include "api/rest/json_writer.h"
#include "api/rest/route.h"
#include "api/rest/url.h"
#include "model/error.h"

namespace vecext::api::rest {

namespace {

using Clock = std::chrono::steady_clock;
using Views = std::vector<std::pair<std::string_view, std::string_view>>;

/* Cuts the first segment off; false when nothing is left. */
bool next_segment(std::string_view &path, std::string_view *segment)
{
	if (path.empty())
		return false;
	path.remove_prefix(1);
	const size_t end = std::min(path.find('/'), path.size());
	*segment = path.substr(0, end);
	path.remove_prefix(end);
	return true;
}

bool match_segment(std::string_view pattern, std::string_view given, Views &parameters)
{
	if (pattern.size() < 2 || pattern.front() != '{')
		return pattern == given;
	if (given.empty())
		return false;
	parameters.emplace_back(pattern.substr(1, pattern.size() - 2), given);
	return true;
}

bool match_path(std::string_view pattern, std::string_view path, Views &parameters)
{
	parameters.clear();
	std::string_view wanted, given;
	while (next_segment(pattern, &wanted))
		if (!next_segment(path, &given) || !match_segment(wanted, given, parameters))
			return false;
	return path.empty();
}

/* "/" stays; others lose their trailing slashes. */
std::string_view trimmed(std::string_view path)
{
	while (path.size() > 1 && path.back() == '/')
		path.remove_suffix(1);
	return path;
}

double seconds_since(Clock::time_point start)
{
	return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string envelope(const Answer &answer, Clock::time_point start)
{
	JsonWriter out;
	out.reserve(answer.text.size() + 80);
	out.begin_object();
	if (answer.kind == Answer::kResult) {
		out.name("result");
		out.raw(answer.text);
	}
	out.name("status");
	out.text(answer.kind == Answer::kAccepted ? "accepted" : "ok");
	out.name("time");
	out.number(seconds_since(start));
	out.end_object();
	return out.take();
}

http::Response to_response(Answer &&answer, Clock::time_point start)
{
	http::Response response;
	response.status = answer.kind == Answer::kAccepted ? 202 : answer.status;
	response.content_type = std::move(answer.content_type);
	response.body = answer.kind == Answer::kBare ? std::move(answer.text) : envelope(answer, start);
	return response;
}

http::Response error_response(const model::Error &error, Clock::time_point start)
{
	JsonWriter out;
	out.begin_object();
	out.name("status");
	out.begin_object();
	out.name("error");
	out.text(error.what());
	out.end_object();
	out.name("time");
	out.number(seconds_since(start));
	out.end_object();
	http::Response response;
	response.status = http_status(error.kind());
	response.content_type = "application/json";
	response.body = out.take();
	if (error.retry_after_seconds)
		response.headers.emplace_back("Retry-After", retry_after_header(*error.retry_after_seconds));
	return response;
}

http::Response plain_text(unsigned status, std::string text)
{
	http::Response response;
	response.status = status;
	response.content_type = "text/plain; charset=utf-8";
	response.body = std::move(text);
	return response;
}

http::Response empty_response(unsigned status)
{
	http::Response response;
	response.status = status;
	return response;
}

} /* namespace */

const std::string &Call::path(std::string_view name) const
{
	for (const auto &[key, value] : path_parameters)
		if (key == name)
			return value;
	throw model::internal("route without the parameter " + std::string(name));
}

const std::string *Call::query(std::string_view name) const
{
	for (const auto &[key, value] : query_parameters)
		if (key == name)
			return &value;
	return nullptr;
}

Router::Router(std::vector<Route> routes, std::shared_ptr<const auth::Authenticator> authenticator)
	: routes_(std::move(routes)), authenticator_(std::move(authenticator))
{
}

/* Fixed patterns stand before those with parameters in the table; the first wins. */
Router::Match Router::find(http::Method method, std::string_view path) const
{
	Match match;
	Views parameters;
	for (const Route &route : routes_) {
		if (!match_path(route.pattern, path, parameters))
			continue;
		match.path_known = true;
		if (route.method != method)
			continue;
		match.route = &route;
		for (const auto &[name, given] : parameters)
			match.parameters.emplace_back(name, decode_percent(given));
		return match;
	}
	return match;
}

http::Response Router::handle(const http::Request &request) const
{
	const auto start = Clock::now();
	const http::Method method = request.method == http::Method::kHead ? http::Method::kGet : request.method;
	const Match match = find(method, trimmed(request.path));
	try {
		/* Who may not come in does not learn which routes there are. */
		const auth::Need need = match.route ? match.route->need : auth::Need::kAnyAccess;
		auth::Access access = auth::Access::full();
		if (need != auth::Need::kNothing) {
			auto authentication =
				authenticator_->authenticate(request.header("api-key"), request.header("authorization"));
			if (auto *refusal = std::get_if<auth::Refusal>(&authentication))
				return plain_text(refusal->http_status, refusal->text);
			access = std::get<auth::Access>(authentication);
		}
		if (!match.route)
			return empty_response(match.path_known ? 405 : 404);
		const Call call{request, access, match.parameters, parse_query_string(request.query)};
		std::string_view collection;
		for (const auto &[name, value] : match.parameters)
			if (name == "collection_name")
				collection = value;
		access.require(need, collection);
		http::Response response = to_response(match.route->handle(call), start);
		response.endpoint = match.route->pattern;
		response.collection = collection;
		return response;
	} catch (const model::Error &error) {
		http::Response response = error_response(error, start);
		response.endpoint = match.route ? match.route->pattern : std::string_view();
		return response;
	} catch (const std::exception &error) {
		http::Response response = error_response(model::internal(error.what()), start);
		response.endpoint = match.route ? match.route->pattern : std::string_view();
		return response;
	}
}

} /* namespace vecext::api::rest */
