/*
 * payload_match.cpp: the SQL functions payload_match(payload, filter,
 * field_schema) and payload_test(payload, path, test, value, field_schema), which
 * return boolean, and the operator payload ~@ filter.
 *
 * The compiled filter is kept with the function call (fn_extra) and compiled anew
 * when the arguments' bytes change, which in a query with a constant filter
 * happens never. A changed filter drops the memory of the one before.
 */
#include <algorithm>
#include <cstring>

#include "pg/compat.h"

extern "C" {
#include "utils/memutils.h"
}

#include "filter/compiled_filter.h"
#include "filter/jsonb_view.h"
#include "pg/error.h"
#include "vecext/filter/evaluate.h"

using namespace vecext;

namespace {

/* What a filter is compiled from: the arguments behind the payload, as passed
 * (maybe toasted), null where absent. */
struct Source {
	static constexpr int kArguments = 4;
	const struct varlena *arguments[kArguments];
};

/* Lives in fn_mcxt; the rest in `context`, its child. */
struct CachedFilter {
	MemoryContext context;
	Source source;
	const filter::Condition *condition;
};

using Compile = const filter::Condition *(*)(const Source &source, MemoryContext context);

const Jsonb *jsonb_of(const struct varlena *value)
{
	return value ? DatumGetJsonbP(PointerGetDatum(value)) : nullptr;
}

const text *text_of(const struct varlena *value)
{
	return DatumGetTextPP(PointerGetDatum(value));
}

const filter::Condition *compile_match(const Source &source, MemoryContext context)
{
	return pg::compile_filter(jsonb_of(source.arguments[0]), jsonb_of(source.arguments[1]), context);
}

const filter::Condition *compile_query(const Source &source, MemoryContext context)
{
	return pg::compile_query(jsonb_of(source.arguments[0]), context);
}

const filter::Condition *compile_test(const Source &source, MemoryContext context)
{
	const pg::PayloadTest test = {text_of(source.arguments[0]), text_of(source.arguments[1]),
								  jsonb_of(source.arguments[2]), jsonb_of(source.arguments[3])};
	return pg::compile_test(test, context);
}

bool same_bytes(const struct varlena *a, const struct varlena *b)
{
	if (a == nullptr || b == nullptr)
		return a == b;
	return VARSIZE_ANY(a) == VARSIZE_ANY(b) && memcmp(a, b, VARSIZE_ANY(a)) == 0;
}

bool same_source(const Source &a, const Source &b)
{
	return std::equal(std::begin(a.arguments), std::end(a.arguments), std::begin(b.arguments), same_bytes);
}

const struct varlena *copy_bytes(const struct varlena *value, MemoryContext context)
{
	if (value == nullptr)
		return nullptr;
	void *copy = MemoryContextAlloc(context, VARSIZE_ANY(value));
	return static_cast<const struct varlena *>(memcpy(copy, value, VARSIZE_ANY(value)));
}

const filter::Condition *compile_into(CachedFilter *cached, MemoryContext parent, const Source &source, Compile compile)
{
	cached->condition = nullptr;
	if (cached->context)
		MemoryContextDelete(cached->context);
	cached->context = nullptr;
	cached->context = AllocSetContextCreate(parent, "payload filter", ALLOCSET_SMALL_SIZES);
	const filter::Condition *condition = compile(source, cached->context);
	for (int i = 0; i < Source::kArguments; i++)
		cached->source.arguments[i] = copy_bytes(source.arguments[i], cached->context);
	cached->condition = condition;
	return condition;
}

/* Of the arguments behind the payload. */
const filter::Condition *cached_filter(FunctionCallInfo fcinfo, Compile compile)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	auto *cached = static_cast<CachedFilter *>(flinfo->fn_extra);
	if (!cached) {
		cached = static_cast<CachedFilter *>(MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CachedFilter)));
		flinfo->fn_extra = cached;
	}
	Source source = {};
	for (int i = 0; i < Source::kArguments && i + 1 < PG_NARGS(); i++)
		if (!PG_ARGISNULL(i + 1))
			source.arguments[i] = reinterpret_cast<const struct varlena *>(PG_GETARG_POINTER(i + 1));
	const bool usable = cached->condition && same_source(cached->source, source);
	return usable ? cached->condition : compile_into(cached, flinfo->fn_mcxt, source, compile);
}

bool matches(const filter::Condition &condition, const Jsonb *payload)
{
	bool result = false;
	pg::raise_if_error(pg::guarded([&] {
		result = filter::evaluate(condition, pg::JsonbView(payload));
		return Status::ok();
	}));
	return result;
}

Datum match(FunctionCallInfo fcinfo, const filter::Condition *condition)
{
	const Jsonb *payload = PG_GETARG_JSONB_P(0);
	const bool result = matches(*condition, payload);
	PG_FREE_IF_COPY(const_cast<Jsonb *>(payload), 0);
	PG_RETURN_BOOL(result);
}

} /* namespace */

/* Null when the payload or the filter is. */
VECEXT_FUNCTION(vecext_payload_match)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return match(fcinfo, cached_filter(fcinfo, compile_match));
}

/* payload ~@ query, strict. */
VECEXT_FUNCTION(vecext_payload_satisfies)
{
	return match(fcinfo, cached_filter(fcinfo, compile_query));
}

/* payload_test(payload, path, test, value, field_schema): null when one but the
 * last is. */
VECEXT_FUNCTION(vecext_payload_test)
{
	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	return match(fcinfo, cached_filter(fcinfo, compile_test));
}

/* payload_test_query(path, test, value, field_schema): the right operand of
 * payload @~@ query that asks for the same. */
VECEXT_FUNCTION(vecext_payload_test_query)
{
	for (int i = 0; i < 3; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	const pg::PayloadTest test = {PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), PG_GETARG_JSONB_P(2),
								  PG_ARGISNULL(3) ? nullptr : PG_GETARG_JSONB_P(3)};
	PG_RETURN_POINTER(pg::query_of_test(test));
}
