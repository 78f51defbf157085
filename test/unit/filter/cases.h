/*
 * cases.h: reads tables of filter cases (test/unit/data/filter_*.txt).
 *
 * A table is lines of
 *   # comment
 *   payload JSON          the payload of the following lines
 *   schema JSON           their field schema
 *   yes JSON | no JSON    a filter, or a condition, and whether the payload passes
 *   error TEXT | JSON     a filter that is refused; TEXT occurs in message or detail
 * A JSON object with "key", "nested", "is_empty" or "is_null" is a condition.
 */
#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace vecext::test {

struct FilterCase {
	std::string payload, schema, verdict, error, filter;
	int line;
};

inline std::string as_filter(const std::string &json)
{
	for (const char *key : {"{\"key\"", "{\"nested\"", "{\"is_empty\"", "{\"is_null\""})
		if (json.starts_with(key))
			return "{\"must\": [" + json + "]}";
	return json;
}

inline std::vector<FilterCase> read_cases(const std::string &path)
{
	std::vector<FilterCase> cases;
	std::ifstream file(path);
	std::string line, payload = "{}", schema = "{}";
	for (int number = 1; std::getline(file, line); number++) {
		const size_t blank = line.find(' ');
		if (line.empty() || line[0] == '#' || blank == line.npos)
			continue;
		const std::string verdict = line.substr(0, blank), rest = line.substr(blank + 1);
		const size_t bar = rest.find(" | ");
		if (verdict == "payload")
			payload = rest;
		else if (verdict == "schema")
			schema = rest;
		else if (verdict == "error")
			cases.push_back({payload, schema, verdict, rest.substr(0, bar), as_filter(rest.substr(bar + 3)), number});
		else
			cases.push_back({payload, schema, verdict, "", as_filter(rest), number});
	}
	return cases;
}

} /* namespace vecext::test */
