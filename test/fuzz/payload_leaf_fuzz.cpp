/*
 * payload_leaf_fuzz.cpp: a leaf from any path and value compiles or is refused with
 * a text, and means what its JSON means in a filter; an index that serves it
 * whatever its value is narrows it down. Input: a byte for the test, a path, a line
 * feed, a value.
 */
#include <algorithm>
#include <string>

#include "fuzz_target.h"
#include "vecext/filter/leaf.h"

using namespace vecext;
using namespace vecext::filter;
using namespace vecext::fuzz;

namespace {

constexpr std::string_view kTests[] = {"match_keyword",  "match_uuid",
									   "match_integer",  "match_bool",
									   "any_keyword",    "any_uuid",
									   "any_integer",    "except_keyword",
									   "except_integer", "text",
									   "text_any",       "phrase",
									   "prefix",         "range",
									   "datetime_range", "geo_bounding_box",
									   "geo_radius",     "geo_polygon",
									   "values_count",   "is_empty",
									   "is_null",        "field_is_empty",
									   "field_is_null",  "nested",
									   "no test",        ""};

const Condition *compile_in_filter(std::string_view condition, const FieldSchema &schema, Arena arena)
{
	const std::string text = "{\"must\": " + std::string(condition) + "}";
	char *copy = arena.allocate<char>(text.size());
	std::copy(text.begin(), text.end(), copy);
	const auto tree = parse_json({copy, text.size()}, arena);
	require(tree.is_ok(), "the condition is JSON");
	const auto compiled = compile_filter(*tree.value(), schema, arena);
	require(compiled.is_ok(), "a leaf that compiles does so in a filter");
	return compiled.value();
}

/* UUIDs are an exception: whether a string is one depends on the value. */
bool says_by_test(FieldType type)
{
	return type != FieldType::kUuid;
}

void check_index(FieldType type, const Leaf &leaf, const Condition &condition, const FieldSchema &schema, Arena arena)
{
	const TextOptions options;
	const auto path = parse_path(leaf.path, arena);
	const FieldIndex index = {type, path.value(), &options};
	const auto serves = serves_leaf(index, leaf.path, leaf.test, schema, arena);
	require(serves.is_ok(), "a leaf that compiles can be asked about");
	if (serves.value() && says_by_test(type))
		require(plan_lookup(index, condition, arena).possible, "an index that serves narrows down");
}

} /* namespace */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	MallocArena memory;
	const Arena arena = memory.arena();
	const std::vector<char> bytes(data + 1, data + size);
	const std::string_view input(bytes.data(), bytes.size());
	const size_t line = std::min(input.find('\n'), input.size());
	const Leaf leaf = {input.substr(0, line), kTests[data[0] % std::size(kTests)],
					   input.substr(std::min(line + 1, input.size()))};
	const TextOptions options;
	const SchemaField fields[] = {{parse_path("a", arena).value(), FieldType::kText, &options}};
	const FieldSchema schema = {fields, 1};
	const bool valid = parse_json(leaf.value, arena).is_ok();
	const auto condition = valid ? compile_leaf(leaf, schema, arena) : Status::error(ErrorKind::kInvalidParameter, "x");
	if (!condition.is_ok()) {
		require(condition.status().message()[0] != 0, "the error has a message");
		require(condition.status().kind() == ErrorKind::kInvalidParameter, "the error is one of bad input");
		return 0;
	}
	const Condition *other = compile_in_filter(leaf_json(leaf, arena).value(), schema, arena);
	for (const char *payload : {"{\"a\": [1, \"x\", null, true]}", "{}", "{\"a\": {\"lon\": 1, \"lat\": 2}}"}) {
		const auto tree = parse_json(payload, arena);
		require(evaluate(*condition.value(), *tree.value()) == evaluate(*other, *tree.value()), "both mean the same");
	}
	for (int type = 0; type <= static_cast<int>(FieldType::kText) && leaf.test != "nested"; type++)
		check_index(static_cast<FieldType>(type), leaf, *condition.value(), schema, arena);
	return 0;
}
