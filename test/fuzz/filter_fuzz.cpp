/*
 * filter_fuzz.cpp: a filter from any bytes compiles or is refused with a text;
 * a compiled one evaluates, alike when it is compiled again, and what an index
 * would not find does not pass. Input: a filter, a line feed, a payload.
 */
#include <algorithm>
#include <string>

#include "fuzz_target.h"
#include "vecext/filter/field_index.h"

using namespace vecext;
using namespace vecext::filter;
using namespace vecext::fuzz;

namespace {

const JsonValue *parse(std::string_view text, Arena arena)
{
	const auto parsed = parse_json(text, arena);
	if (!parsed.is_ok())
		require(parsed.status().message()[0] != 0, "the error has a message");
	return parsed.is_ok() ? parsed.value() : nullptr;
}

const Condition *compile(const JsonValue &tree, const FieldSchema &schema, Arena arena)
{
	const auto compiled = compile_filter(tree, schema, arena);
	if (compiled.is_ok())
		return compiled.value();
	const ErrorKind kind = compiled.status().kind();
	require(kind == ErrorKind::kInvalidParameter || kind == ErrorKind::kLimitExceeded, "the error is one of bad input");
	require(compiled.status().message()[0] != 0, "the error has a message");
	return nullptr;
}

/* An index without any key of a lookup does not hold the payload. */
bool may_be_found(const Lookup &lookup, const ArenaVector<IndexKey> &keys)
{
	return !lookup.possible || (lookup.size > 0 && !keys.empty());
}

void check_index(FieldType type, const Condition &condition, const JsonValue &payload, bool passes, Arena arena)
{
	const TextOptions options;
	FieldIndex index = {type, parse_path("a", arena).value(), &options};
	ArenaVector<IndexKey> keys;
	keys.init(arena, 0);
	collect_keys(index, payload, arena, &keys);
	if (passes)
		require(may_be_found(plan_lookup(index, condition, arena), keys), "an index finds what passes");
}

} /* namespace */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MallocArena memory;
	const Arena arena = memory.arena();
	const std::vector<char> bytes(data, data + size);
	const std::string_view input(bytes.data(), bytes.size());
	const size_t line = std::min(input.find('\n'), input.size());
	const JsonValue *tree = parse(input.substr(0, line), arena);
	const JsonValue *payload = parse(input.substr(std::min(line + 1, input.size())), arena);
	const TextOptions options;
	const SchemaField field = {parse_path("a", arena).value(), FieldType::kText, &options};
	const Condition *condition = tree ? compile(*tree, {&field, 1}, arena) : nullptr;
	if (!condition || !payload)
		return 0;
	const bool passes = evaluate(*condition, *payload);
	require(passes == evaluate(*compile(*tree, {&field, 1}, arena), *payload), "compiling again changes nothing");
	for (int type = 0; type <= static_cast<int>(FieldType::kText); type++)
		check_index(static_cast<FieldType>(type), *condition, *payload, passes, arena);
	return 0;
}
