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

const filter::Condition *compile_filter(const Jsonb *filter, const Jsonb *schema, MemoryContext context)
{
	require_utf8();
	const filter::JsonValue *filter_tree = json_of(filter, context);
	const filter::JsonValue *schema_tree = schema ? json_of(schema, context) : nullptr;
	const filter::Condition *condition = nullptr;
	raise_if_error(guarded([&] {
		const Arena arena = throwing_arena(context);
		filter::FieldSchema fields;
		if (schema_tree) {
			const auto read = filter::read_field_schema(*schema_tree, arena);
			if (!read.is_ok())
				return read.status();
			fields = read.value();
		}
		const auto compiled = filter::compile_filter(*filter_tree, fields, arena);
		condition = compiled.is_ok() ? compiled.value() : nullptr;
		return compiled.is_ok() ? Status::ok() : compiled.status();
	}));
	return condition;
}

} /* namespace vecext::pg */
