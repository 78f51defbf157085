/*
 * filter_test.cpp: compiled filters against the tables of test/unit/data, and
 * the limits that a table would be too long for.
 */
#include <gtest/gtest.h>

#include "filter/cases.h"
#include "vecext/filter/evaluate.h"

using namespace vecext;
using namespace vecext::filter;

namespace {

struct Compiled {
	const Condition *condition = nullptr;
	Status status;
};

Compiled compile(const std::string &filter, const std::string &schema, Arena arena)
{
	Compiled compiled;
	const auto filter_tree = parse_json(filter, arena), schema_tree = parse_json(schema, arena);
	if (!filter_tree.is_ok() || !schema_tree.is_ok()) {
		compiled.status = filter_tree.is_ok() ? schema_tree.status() : filter_tree.status();
		return compiled;
	}
	const auto fields = read_field_schema(schema_tree.value(), arena);
	if (!fields.is_ok()) {
		compiled.status = fields.status();
		return compiled;
	}
	const auto condition = compile_filter(*filter_tree.value(), fields.value(), arena);
	if (condition.is_ok())
		compiled.condition = condition.value();
	else
		compiled.status = condition.status();
	return compiled;
}

void run_table(const char *name, size_t at_least)
{
	const auto cases = test::read_cases(std::string(VECEXT_TEST_DATA) + "/" + name);
	ASSERT_GE(cases.size(), at_least) << name;
	for (const test::FilterCase &c : cases) {
		MallocArena memory;
		const Compiled compiled = compile(c.filter, c.schema, memory.arena());
		const std::string where = std::string(name) + ":" + std::to_string(c.line);
		if (c.verdict == "error") {
			ASSERT_EQ(compiled.condition, nullptr) << where;
			const std::string text = std::string(compiled.status.message()) + "\n" + compiled.status.detail_text();
			EXPECT_NE(text.find(c.error), text.npos) << where << ": " << text;
			EXPECT_EQ(compiled.status.kind(), ErrorKind::kInvalidParameter) << where;
			EXPECT_TRUE(std::string(compiled.status.message()).starts_with("invalid ")) << where;
			EXPECT_NE(std::string(compiled.status.detail_text()), "") << where << ": the rule";
			continue;
		}
		ASSERT_NE(compiled.condition, nullptr)
			<< where << ": " << compiled.status.message() << " " << compiled.status.detail_text();
		const auto payload = parse_json(c.payload, memory.arena());
		ASSERT_TRUE(payload.is_ok()) << where;
		EXPECT_EQ(evaluate(*compiled.condition, *payload.value()), c.verdict == "yes") << where << ": " << c.filter;
	}
}

std::string repeated(const char *part, int count)
{
	std::string text;
	for (int i = 0; i < count; i++)
		text += part;
	return text;
}

} /* namespace */

TEST(Filter, Semantics)
{
	run_table("filter_semantics.txt", 120);
}

TEST(Filter, FullText)
{
	run_table("filter_text.txt", 30);
}

TEST(Filter, Errors)
{
	run_table("filter_errors.txt", 40);
}

TEST(Filter, DepthIsLimited)
{
	MallocArena memory;
	const auto nest = [](int depth) { return repeated("{\"must\":[", depth - 1) + "{}" + repeated("]}", depth - 1); };
	EXPECT_NE(compile(nest(64), "{}", memory.arena()).condition, nullptr);
	EXPECT_EQ(compile(nest(65), "{}", memory.arena()).status.kind(), ErrorKind::kInvalidParameter);
	EXPECT_EQ(compile(nest(10000), "{}", memory.arena()).status.kind(), ErrorKind::kInvalidParameter);
}

TEST(Filter, NumberOfConditionsIsLimited)
{
	MallocArena memory;
	const auto list = [](int count) { return "{\"must\":[" + repeated("{},", count - 1) + "{}]}"; };
	EXPECT_NE(compile(list(65536), "{}", memory.arena()).condition, nullptr);
	EXPECT_EQ(compile(list(65537), "{}", memory.arena()).status.kind(), ErrorKind::kInvalidParameter);
}

TEST(Filter, QueryTokensAreLimited)
{
	MallocArena memory;
	const auto filter = [](int count) {
		return "{\"must\":{\"key\":\"a\",\"match\":{\"text\":\"" + repeated("x ", count) + "\"}}}";
	};
	EXPECT_NE(compile(filter(1024), "{\"a\":\"text\"}", memory.arena()).condition, nullptr);
	EXPECT_EQ(compile(filter(1025), "{\"a\":\"text\"}", memory.arena()).status.kind(), ErrorKind::kInvalidParameter);
}

TEST(Json, RefusesWhatIsNotJson)
{
	for (const char *text : {"", "{", "[1,]", "{\"a\"}", "01", "1.", "-", "tru", "\"a", "\"\\x\"", "\"\\ud800\"", "1 2",
							 "\"\\", "\"\x01\"", "[1 2]", "{\"a\":1,}", "1e", "\"\\u12\""}) {
		MallocArena memory;
		EXPECT_FALSE(parse_json(text, memory.arena()).is_ok()) << text;
	}
}

TEST(Json, ReadsNumbersAndEscapes)
{
	MallocArena memory;
	const JsonValue &list =
		*parse_json(R"([0, -7, 9223372036854775807, 9223372036854775808, 1.0, 1e2, "\u00e4\ud83d\ude00\n\"", "a"])",
					memory.arena())
			 .value();
	ASSERT_EQ(list.size(), 8u);
	EXPECT_TRUE(list.item(0).number().is_integer);
	EXPECT_EQ(list.item(1).number().integer, -7);
	EXPECT_EQ(list.item(2).number().integer, INT64_MAX);
	EXPECT_FALSE(list.item(3).number().is_integer);
	EXPECT_EQ(list.item(3).number().value, 9223372036854775808.0);
	EXPECT_FALSE(list.item(4).number().is_integer);
	EXPECT_FALSE(list.item(5).number().is_integer);
	EXPECT_EQ(list.item(6).text(), "ä😀\n\"");
	EXPECT_EQ(list.item(5).source(), "1e2");
}
