/*
 * http_groups.cpp: what a search in groups costs beside a plain search of as many
 * hits as there are groups, on one connection. The two take turns, so that whatever
 * slows one slows the other.
 */
#include "data/files.h"
#include "http/http_connection.h"
#include "report/clocks.h"
#include "report/records.h"

namespace vecext::bench {

namespace {

double seconds_of(HttpConnection &connection, const std::string &path, const std::string &body)
{
	const double start = wall_seconds();
	connection.call("POST", path, body);
	return wall_seconds() - start;
}

struct Grouping {
	int64_t groups, size;

	std::string name() const { return std::to_string(groups) + " x " + std::to_string(size); }
	std::string body(const std::string &search) const
	{
		return search.substr(0, search.size() - 1) + ",\"group_by\":\"group\",\"group_size\":" + std::to_string(size) +
			   "}";
	}
};

void compare(const HttpTarget &target, const std::string &system, const std::vector<std::string> &searches,
			 const Grouping &grouping, const std::string &label)
{
	HttpConnection connection(target);
	double plain = 0, grouped = 0;
	for (const std::string &search : searches) {
		plain += seconds_of(connection, "/points/query", search);
		grouped += seconds_of(connection, "/points/query/groups", grouping.body(search));
	}
	const double count = static_cast<double>(searches.size());
	const Records records(system);
	records.print("groups " + grouping.name() + label + ": mean", grouped / count * 1e6, "us");
	records.print("groups " + grouping.name() + label + " : search", grouped / plain, "");
}

} /* namespace */

void group_http(Options &options)
{
	const HttpTarget target = read_http_target(options);
	const std::string system = options.text("system", "vecextd");
	const Vectors queries = load_vectors(options.required_text("queries"));
	const Grouping grouping = {options.integer("groups", 10), options.integer("group-size", 3)};
	const auto once = search_bodies(queries, static_cast<size_t>(grouping.groups), options.integer("ef-search", 80));
	const size_t rounds = static_cast<size_t>(options.integer("rounds", 2));
	options.finish();

	std::vector<std::string> searches;
	for (size_t round = 0; round < rounds; round++)
		searches.insert(searches.end(), once.begin(), once.end());
	/* A connection of its own for each: a server closes idle ones. */
	const auto call = [&](const char *method, const char *path, const char *body) {
		HttpConnection(target).call(method, path, body);
	};
	call("DELETE", "/index/group?wait=true", "");
	compare(target, system, searches, grouping, ", no index");
	call("PUT", "/index?wait=true", R"({"field_name":"group","field_schema":"keyword"})");
	compare(target, system, searches, grouping, ", keyword index");
	call("DELETE", "/index/group?wait=true", "");
}

} /* namespace vecext::bench */
