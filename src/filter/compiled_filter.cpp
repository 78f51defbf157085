/*
 * compiled_filter.cpp: see compiled_filter.h. The database's encoding must be
 * UTF-8, which is what the core's strings are.
 */
#include "filter/compiled_filter.h"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
}

#include "pg/error.h"

namespace vecext::pg {

namespace {

/* The text of a jsonb in `context`. */
std::string_view text_of(const Jsonb *jsonb, MemoryContext context)
{
	const MemoryContext before = MemoryContextSwitchTo(context);
	StringInfoData text;
	initStringInfo(&text);
	JsonbToCString(&text, const_cast<JsonbContainer *>(&jsonb->root), static_cast<int>(VARSIZE(jsonb)));
	MemoryContextSwitchTo(before);
	return {text.data, static_cast<size_t>(text.len)};
}

} /* namespace */

void require_utf8()
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("payload filters need a database in UTF8"));
}

const filter::JsonValue *json_of(const Jsonb *jsonb, MemoryContext context)
{
	const std::string_view text = text_of(jsonb, context);
	const filter::JsonValue *value = nullptr;
	raise_if_error(guarded([&] {
		const auto parsed = filter::parse_json(text, throwing_arena(context));
		value = parsed.is_ok() ? parsed.value() : nullptr;
		return parsed.is_ok() ? Status::ok() : parsed.status();
	}));
	return value;
}

static Status compile_trees(const filter::JsonValue &filter, const filter::JsonValue *schema, Arena arena,
							const filter::Condition **condition)
{
	const auto fields = filter::read_field_schema(schema, arena);
	if (!fields.is_ok())
		return fields.status();
	const auto compiled = filter::compile_filter(filter, fields.value(), arena);
	*condition = compiled.is_ok() ? compiled.value() : nullptr;
	return compiled.is_ok() ? Status::ok() : compiled.status();
}

static const filter::Condition *compile_or_raise(const filter::JsonValue &filter, const filter::JsonValue *schema,
												 MemoryContext context)
{
	const filter::Condition *condition = nullptr;
	raise_if_error(guarded([&] { return compile_trees(filter, schema, throwing_arena(context), &condition); }));
	return condition;
}

const filter::Condition *compile_filter(const Jsonb *filter, const Jsonb *schema, MemoryContext context)
{
	require_utf8();
	const filter::JsonValue *tree = json_of(filter, context);
	return compile_or_raise(*tree, schema ? json_of(schema, context) : nullptr, context);
}

const filter::Condition *compile_query(const Jsonb *query, MemoryContext context)
{
	require_utf8();
	const filter::JsonValue *tree = json_of(query, context);
	if (tree->kind() == filter::JsonKind::kArray && tree->size() == 2)
		return compile_or_raise(tree->item(0), &tree->item(1), context);
	return compile_or_raise(*tree, nullptr, context);
}

static std::string_view view_of(const text *value)
{
	return {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
}

static filter::Leaf leaf_of(const PayloadTest &test, MemoryContext context)
{
	return {view_of(test.path), view_of(test.test), text_of(test.value, context)};
}

const filter::Condition *compile_test(const PayloadTest &test, MemoryContext context)
{
	require_utf8();
	const filter::Leaf leaf = leaf_of(test, context);
	const filter::JsonValue *schema = test.schema ? json_of(test.schema, context) : nullptr;
	const filter::Condition *condition = nullptr;
	raise_if_error(guarded([&] {
		const Arena arena = throwing_arena(context);
		const auto fields = filter::read_field_schema(schema, arena);
		if (!fields.is_ok())
			return fields.status();
		const auto compiled = filter::compile_leaf(leaf, fields.value(), arena);
		condition = compiled.is_ok() ? compiled.value() : nullptr;
		return compiled.is_ok() ? Status::ok() : compiled.status();
	}));
	return condition;
}

Jsonb *query_of_test(const PayloadTest &test)
{
	compile_test(test, CurrentMemoryContext);
	std::string_view condition;
	const filter::Leaf leaf = leaf_of(test, CurrentMemoryContext);
	raise_if_error(guarded([&] {
		const auto json = filter::leaf_json(leaf, throwing_arena(CurrentMemoryContext));
		condition = json.is_ok() ? json.value() : std::string_view();
		return json.is_ok() ? Status::ok() : json.status();
	}));
	char *query = psprintf("{\"must\": %.*s}", static_cast<int>(condition.size()), condition.data());
	if (test.schema)
		query = psprintf("[%s, %s]", query, text_of(test.schema, CurrentMemoryContext).data());
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(query)));
}

} /* namespace vecext::pg */
