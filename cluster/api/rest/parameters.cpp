/*
 * parameters.cpp: reading query strings.
 */
#include "api/rest/parameters.h"

#include <charconv>

#include "model/error.h"

namespace vecext::api::rest {

namespace {

[[noreturn]] void cannot_parse(std::string_view name, const std::string &value, const std::string &expected)
{
	throw model::Error(model::ErrorKind::kMalformed, "Deserialize error in query parameters: " + std::string(name) +
														 ": invalid value `" + value + "`, expected " + expected);
}

model::ReadConsistency parse_consistency(const std::string &text)
{
	using Consistency = model::ReadConsistency;
	if (text == "majority")
		return {Consistency::kMajority, 0};
	if (text == "quorum")
		return {Consistency::kQuorum, 0};
	if (text == "all")
		return {Consistency::kAll, 0};
	uint64_t factor;
	const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), factor);
	if (error != std::errc() || end != text.data() + text.size())
		cannot_parse("consistency", text, "a number, `majority`, `quorum` or `all`");
	if (factor == 0)
		throw model::Error(model::ErrorKind::kValidation,
						   "Validation error in query parameters: [consistency: value 0 invalid, must be 1 or larger]");
	return {Consistency::kFactor, factor};
}

model::WriteOrdering parse_ordering(const std::string &text)
{
	if (text == "weak")
		return model::WriteOrdering::kWeak;
	if (text == "medium")
		return model::WriteOrdering::kMedium;
	if (text == "strong")
		return model::WriteOrdering::kStrong;
	cannot_parse("ordering", text, "`weak`, `medium` or `strong`");
}

} /* namespace */

bool query_flag(const Call &call, std::string_view name, bool when_absent)
{
	const std::string *value = call.query(name);
	if (!value)
		return when_absent;
	if (*value == "true")
		return true;
	if (*value == "false")
		return false;
	cannot_parse(name, *value, "`true` or `false`");
}

std::optional<uint64_t> query_integer(const Call &call, std::string_view name, uint64_t minimum)
{
	const std::string *value = call.query(name);
	if (!value)
		return std::nullopt;
	uint64_t number;
	const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
	if (error != std::errc() || end != value->data() + value->size())
		cannot_parse(name, *value, "an unsigned integer");
	if (number < minimum)
		throw model::Error(model::ErrorKind::kValidation,
						   "Validation error in query parameters: [" + std::string(name) + ": value " + *value +
							   " invalid, must be " + std::to_string(minimum) + " or larger]");
	return number;
}

model::UpdateParams update_params(const Call &call)
{
	model::UpdateParams params;
	params.wait = query_flag(call, "wait", false);
	if (const std::string *ordering = call.query("ordering"))
		params.ordering = parse_ordering(*ordering);
	params.timeout_seconds = query_integer(call, "timeout", 1);
	return params;
}

model::ReadParams read_params(const Call &call)
{
	model::ReadParams params;
	if (const std::string *consistency = call.query("consistency"))
		params.consistency = parse_consistency(*consistency);
	params.timeout_seconds = query_integer(call, "timeout", 1);
	return params;
}

} /* namespace vecext::api::rest */
