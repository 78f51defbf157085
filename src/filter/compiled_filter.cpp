/*
 * compiled_filter.cpp: see compiled_filter.h. The database's encoding must be
 * UTF-8, which is what the core's strings are.
 */
#include "filter/compiled_filter.h"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
}

#include "pg/error.h"

namespace vecext::pg {

namespace {

void require_utf8()
{
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("payload filters need a database in UTF8"));
}

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
	filter::FieldSchema fields;
	if (schema && schema->kind() != filter::JsonKind::kNull) {
		const auto read = filter::read_field_schema(*schema, arena);
		if (!read.is_ok())
			return read.status();
		fields = read.value();
	}
	const auto compiled = filter::compile_filter(filter, fields, arena);
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

} /* namespace vecext::pg */
