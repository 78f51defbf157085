/*
 * claims.cpp: the claims exp, access and value_exists. Others, aud among them, are
 * not looked at.
 */
#include "auth/claims.h"

#include <simdjson.h>

#include <cmath>

namespace vecext::auth {

namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

/* Raised within this file only: the token is not one of ours. */
struct BadClaim {};

void demand(bool condition)
{
	if (!condition)
		throw BadClaim();
}

template <class Type> Type as(const element &value)
{
	Type out;
	demand(value.get(out) == simdjson::SUCCESS);
	return out;
}

/* Null counts as absent. */
std::optional<element> member(const object &from, std::string_view name)
{
	element value;
	if (from[name].get(value) != simdjson::SUCCESS || value.is_null())
		return std::nullopt;
	return value;
}

element required(const object &from, std::string_view name)
{
	const std::optional<element> value = member(from, name);
	demand(value.has_value());
	return *value;
}

int64_t seconds(const element &value)
{
	if (!value.is_double())
		return as<int64_t>(value);
	const double number = as<double>(value);
	demand(std::isfinite(number) && std::fabs(number) < 1e15);
	return static_cast<int64_t>(number);
}

CollectionAccess collection_access(std::string_view word)
{
	if (word == "r")
		return CollectionAccess::kRead;
	demand(word == "rw" || word == "prw");
	return word == "rw" ? CollectionAccess::kReadWrite : CollectionAccess::kPointsReadWrite;
}

Access access_list(const array &list)
{
	std::map<std::string, CollectionAccess> collections;
	for (const element &entry : list) {
		const object fields = as<object>(entry);
		demand(!member(fields, "payload")); /* a withdrawn feature */
		const std::string name(as<std::string_view>(required(fields, "collection")));
		const CollectionAccess access = collection_access(as<std::string_view>(required(fields, "access")));
		demand(collections.emplace(name, access).second);
	}
	return Access::collections(std::move(collections));
}

Access access_of(const element &value)
{
	if (value.is_array())
		return access_list(as<array>(value));
	const std::string_view word = as<std::string_view>(value);
	demand(word == "r" || word == "m");
	return word == "m" ? Access::full() : Access::read_only();
}

ValueExists value_exists_of(const object &from)
{
	ValueExists out;
	out.collection = as<std::string_view>(required(from, "collection"));
	for (const element &match : as<array>(required(from, "matches"))) {
		const object fields = as<object>(match);
		out.matches.emplace_back(as<std::string_view>(required(fields, "key")),
								 simdjson::minify(required(fields, "value")));
	}
	return out;
}

Claims claims_of(const object &from)
{
	Claims claims;
	if (const auto expires = member(from, "exp"))
		claims.expires = seconds(*expires);
	if (const auto access = member(from, "access"))
		claims.access = access_of(*access);
	if (const auto value_exists = member(from, "value_exists"))
		claims.value_exists = value_exists_of(as<object>(*value_exists));
	return claims;
}

} /* namespace */

std::optional<Claims> parse_claims(const std::string &json)
{
	simdjson::dom::parser parser;
	try {
		element root;
		demand(parser.parse(json).get(root) == simdjson::SUCCESS);
		return claims_of(as<object>(root));
	} catch (const BadClaim &) {
		return std::nullopt;
	}
}

} /* namespace vecext::auth */
