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
	const filter::Condition *condition; /* what the source compiles to, */
	Jsonb *query;                       /* or the query that it stands for */
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

pg::PayloadTest test_of(const Source &source)
{
	return {text_of(source.arguments[0]), text_of(source.arguments[1]), jsonb_of(source.arguments[2]),
			jsonb_of(source.arguments[3])};
}

const filter::Condition *compile_test(const Source &source, MemoryContext context)
{
	return pg::compile_test(test_of(source), context);
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

CachedFilter *cache_of(FmgrInfo *flinfo)
{
	if (!flinfo->fn_extra)
		flinfo->fn_extra = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CachedFilter));
	return static_cast<CachedFilter *>(flinfo->fn_extra);
}

/* Drops what is kept and makes the memory for what comes. */
MemoryContext begin_cache(CachedFilter *cached, MemoryContext parent)
{
	if (cached->context)
		MemoryContextDelete(cached->context);
	cached->context = nullptr;
	cached->context = AllocSetContextCreate(parent, "payload filter", ALLOCSET_SMALL_SIZES);
	return cached->context;
}

void keep_source(CachedFilter *cached, const Source &source)
{
	for (int i = 0; i < Source::kArguments; i++)
		cached->source.arguments[i] = copy_bytes(source.arguments[i], cached->context);
}

/* The arguments from `first` on. */
Source source_of(FunctionCallInfo fcinfo, int first)
{
	Source source = {};
	for (int i = 0; i < Source::kArguments && first + i < PG_NARGS(); i++)
		if (!PG_ARGISNULL(first + i))
			source.arguments[i] = reinterpret_cast<const struct varlena *>(PG_GETARG_POINTER(first + i));
	return source;
}

/* Of the arguments behind the payload. */
const filter::Condition *cached_filter(FunctionCallInfo fcinfo, Compile compile)
{
	CachedFilter *cached = cache_of(fcinfo->flinfo);
	const Source source = source_of(fcinfo, 1);
	if (cached->condition && same_source(cached->source, source))
		return cached->condition;
	cached->condition = nullptr;
	const filter::Condition *condition = compile(source, begin_cache(cached, fcinfo->flinfo->fn_mcxt));
	keep_source(cached, source);
	cached->condition = condition;
	return condition;
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
 * payload ~@ query that asks for the same. Where it stands in a condition on rows,
 * it is called for each, so that the answer is kept. */
VECEXT_FUNCTION(vecext_payload_test_query)
{
	for (int i = 0; i < 3; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	CachedFilter *cached = cache_of(fcinfo->flinfo);
	const Source source = source_of(fcinfo, 0);
	if (!cached->query || !same_source(cached->source, source)) {
		cached->query = nullptr;
		const MemoryContext before = MemoryContextSwitchTo(begin_cache(cached, fcinfo->flinfo->fn_mcxt));
		Jsonb *query = pg::query_of_test(test_of(source));
		MemoryContextSwitchTo(before);
		keep_source(cached, source);
		cached->query = query;
	}
	PG_RETURN_POINTER(cached->query);
}
