/*
 * route_access_test.cpp: every REST route asks for the access that data/access.tsv
 * gives it: the matrix of routes and tokens.
 */
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "api/rest/collection_routes.h"
#include "api/rest/point_routes.h"
#include "api/rest/service_routes.h"
#include "model/error.h"

namespace vecext::api::rest {
namespace {

using auth::Access;
using auth::CollectionAccess;
using http::Method;

struct Row {
	std::string action, method, pattern;
	std::vector<std::string> allowed; /* yes, no or untested: global r, collection r, rw, prw, global m */
};

std::vector<std::string> cells(const std::string &line)
{
	std::vector<std::string> out;
	std::istringstream in(line);
	for (std::string cell; std::getline(in, cell, '\t');)
		out.push_back(cell);
	return out;
}

std::vector<Row> matrix()
{
	std::vector<Row> rows;
	std::ifstream file(VECEXT_TEST_DATA "/access.tsv");
	for (std::string line; std::getline(file, line);) {
		const std::vector<std::string> fields = cells(line);
		if (line.starts_with('#') || fields.size() != 7 || fields[0] == "action")
			continue;
		const size_t space = fields[1].find(' ');
		rows.push_back(
			{fields[0], fields[1].substr(0, space), fields[1].substr(space + 1), {fields.begin() + 2, fields.end()}});
	}
	return rows;
}

Method method_of(const std::string &name)
{
	const std::pair<const char *, Method> names[] = {{"GET", Method::kGet},
													 {"POST", Method::kPost},
													 {"PUT", Method::kPut},
													 {"PATCH", Method::kPatch},
													 {"DELETE", Method::kDelete}};
	for (const auto &[word, method] : names)
		if (name == word)
			return method;
	return Method::kOther;
}

std::string without_names(std::string_view pattern)
{
	std::string out;
	bool inside = false;
	for (const char c : pattern) {
		inside = c == '{' || (inside && c != '}');
		if (!inside)
			out += c;
	}
	return out;
}

const Route *find(const std::vector<Route> &routes, const Row &row)
{
	for (const Route &route : routes)
		if (route.method == method_of(row.method) && without_names(route.pattern) == without_names(row.pattern))
			return &route;
	return nullptr;
}

bool allows(const Access &access, const Route &route)
{
	const bool about_one = route.pattern.find("{collection_name}") != std::string_view::npos;
	try {
		access.require(route.need, about_one ? "c" : "");
	} catch (const model::Error &) {
		return false;
	}
	return true;
}

TEST(RouteAccess, IsAsTheMatrixSays)
{
	const config::Settings settings;
	const auto service = std::make_shared<const Service>(Service{settings, nullptr, nullptr, ""});
	std::vector<Route> routes = service_routes(service);
	for (const auto &more : {collection_routes(nullptr, 1), point_routes(nullptr)})
		routes.insert(routes.end(), more.begin(), more.end());

	const std::pair<const char *, Access> tokens[] = {
		{"global r", Access::read_only()},
		{"collection r", Access::collections({{"c", CollectionAccess::kRead}})},
		{"collection rw", Access::collections({{"c", CollectionAccess::kReadWrite}})},
		{"collection prw", Access::collections({{"c", CollectionAccess::kPointsReadWrite}})},
		{"global m", Access::full()},
	};
	const std::vector<Row> rows = matrix();
	ASSERT_GT(rows.size(), 80u);
	for (const Row &row : rows) {
		const Route *route = find(routes, row);
		ASSERT_TRUE(route) << row.method << " " << row.pattern;
		for (size_t i = 0; i < std::size(tokens); i++) {
			if (row.allowed[i] == "untested")
				continue;
			EXPECT_EQ(allows(tokens[i].second, *route), row.allowed[i] == "yes")
				<< row.action << " with " << tokens[i].first;
		}
	}
}

/* What a token for the collection "c" alone gets for a body sent to a route of its. */
std::string refusal(const std::string &path, const std::string &body)
{
	const Access access = Access::collections({{"c", CollectionAccess::kRead}});
	const Row row{"", "POST", "/collections/{collection_name}/points/" + path, {}};
	const std::vector<Route> routes = point_routes(nullptr);
	http::Request request;
	request.body = body;
	try {
		find(routes, row)->handle({request, access, {{"collection_name", "c"}}, {}});
	} catch (const model::Error &error) {
		return error.what();
	}
	return "";
}

TEST(RouteAccess, CollectionsThatQueriesNameMustBeReadable)
{
	const std::string forbidden = "Forbidden: Access to collection other is required";
	const std::string lookup = R"("lookup_from": {"collection": "other"})", one = R"("query": 1, )" + lookup;
	EXPECT_EQ(refusal("query", "{" + one + "}"), forbidden);
	EXPECT_EQ(refusal("query", R"({"query": 1, "prefetch": [{"prefetch": {)" + one + R"(}, "query": 2}]})"), forbidden);
	EXPECT_EQ(refusal("query/batch", R"({"searches": [{"query": 1}, {)" + one + "}]}"), forbidden);
	EXPECT_EQ(refusal("query/groups", R"({"group_by": "a", )" + one + "}"), forbidden);
	EXPECT_EQ(refusal("query/groups", R"({"group_by": "a", "query": 1, "with_lookup": "other"})"), forbidden);
	EXPECT_EQ(refusal("recommend", R"({"limit": 1, "positive": [1], )" + lookup + "}"), forbidden);
	EXPECT_EQ(refusal("discover", R"({"limit": 1, "target": 1, )" + lookup + "}"), forbidden);
}

} /* namespace */
} /* namespace vecext::api::rest */
