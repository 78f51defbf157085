/*
 * payload_match.cpp: the SQL function payload_match(payload, filter,
 * field_schema) returns boolean, and the operator payload ~@ filter.
 *
 * The compiled filter is kept with the function call (fn_extra) and compiled anew
 * when the arguments' bytes change, which in a query with a constant filter
 * happens never. A changed filter drops the memory of the one before.
 */
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

/* Lives in fn_mcxt; the rest in `context`, its child. */
struct CachedFilter {
	MemoryContext context;
	const struct varlena *filter; /* as passed, maybe toasted */
	const struct varlena *schema; /* may be null */
	const filter::Condition *condition;
};

using Compile = const filter::Condition *(*)(const Jsonb *filter, const Jsonb *schema, MemoryContext context);

const filter::Condition *compile_pair(const Jsonb *query, const Jsonb *, MemoryContext context)
{
	return pg::compile_query(query, context);
}

bool same_bytes(const struct varlena *a, const struct varlena *b)
{
	if (a == nullptr || b == nullptr)
		return a == b;
	return VARSIZE_ANY(a) == VARSIZE_ANY(b) && memcmp(a, b, VARSIZE_ANY(a)) == 0;
}

const struct varlena *copy_bytes(const struct varlena *value, MemoryContext context)
{
	if (value == nullptr)
		return nullptr;
	void *copy = MemoryContextAlloc(context, VARSIZE_ANY(value));
	return static_cast<const struct varlena *>(memcpy(copy, value, VARSIZE_ANY(value)));
}

const Jsonb *detoast(const struct varlena *value)
{
	return value ? DatumGetJsonbP(PointerGetDatum(value)) : nullptr;
}

const filter::Condition *compile_into(CachedFilter *cached, MemoryContext parent, const struct varlena *filter,
									  const struct varlena *schema, Compile compile)
{
	cached->condition = nullptr;
	if (cached->context)
		MemoryContextDelete(cached->context);
	cached->context = nullptr;
	cached->context = AllocSetContextCreate(parent, "payload filter", ALLOCSET_SMALL_SIZES);
	const filter::Condition *condition = compile(detoast(filter), detoast(schema), cached->context);
	cached->filter = copy_bytes(filter, cached->context);
	cached->schema = copy_bytes(schema, cached->context);
	cached->condition = condition;
	return condition;
}

const filter::Condition *cached_filter(FmgrInfo *flinfo, const struct varlena *filter, const struct varlena *schema,
									   Compile compile)
{
	auto *cached = static_cast<CachedFilter *>(flinfo->fn_extra);
	if (!cached) {
		cached = static_cast<CachedFilter *>(MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CachedFilter)));
		flinfo->fn_extra = cached;
	}
	const bool usable = cached->condition && same_bytes(cached->filter, filter) && same_bytes(cached->schema, schema);
	return usable ? cached->condition : compile_into(cached, flinfo->fn_mcxt, filter, schema, compile);
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

const struct varlena *argument(FunctionCallInfo fcinfo, int i)
{
	const bool absent = i >= PG_NARGS() || PG_ARGISNULL(i);
	return absent ? nullptr : reinterpret_cast<const struct varlena *>(PG_GETARG_POINTER(i));
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
	return match(fcinfo, cached_filter(fcinfo->flinfo, argument(fcinfo, 1), argument(fcinfo, 2), pg::compile_filter));
}

/* payload ~@ query, strict. */
VECEXT_FUNCTION(vecext_payload_satisfies)
{
	return match(fcinfo, cached_filter(fcinfo->flinfo, argument(fcinfo, 1), nullptr, compile_pair));
}
