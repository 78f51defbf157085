/*
 * payload_facet.cpp: the aggregate payload_facet(payload, path, type, max_values),
 * which counts the values of a field (vecext/filter/facet.h) and returns the most
 * frequent ones as [{"value": ..., "count": ...}, ...].
 *
 * As an aggregate it counts whatever rows a query finds, by whatever plan, in
 * parallel workers as well. The state lives in the aggregate's memory context.
 */
#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"
}

#include "filter/compiled_filter.h"
#include "filter/jsonb_view.h"
#include "filter/payload_facet.h"
#include "pg/error.h"

using namespace vecext;
using filter::FacetValue;
using filter::FieldType;

namespace {

struct FacetState {
	filter::FacetCounts counts;
	filter::PayloadPath path; /* empty in a state that a worker sent */
	uint32_t limit;
};

FacetState *new_state(FieldType type, uint32_t limit, MemoryContext context)
{
	auto *state = static_cast<FacetState *>(MemoryContextAllocZero(context, sizeof(FacetState)));
	state->limit = limit;
	pg::raise_if_error(pg::guarded([&] {
		state->counts.init(type, pg::throwing_arena(context));
		return Status::ok();
	}));
	return state;
}

FieldType read_type(const text *name)
{
	constexpr std::string_view kTypes[] = {"keyword", "integer", "bool", "uuid"};
	constexpr FieldType kFieldTypes[] = {FieldType::kKeyword, FieldType::kInteger, FieldType::kBool, FieldType::kUuid};
	const auto *found =
		std::find(std::begin(kTypes), std::end(kTypes), std::string_view(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
	if (found == std::end(kTypes))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("invalid type of a facet: \"%s\"", text_to_cstring(name)),
				errdetail("Values of type keyword, integer, bool and uuid can be counted."));
	return kFieldTypes[found - kTypes];
}

filter::PayloadPath read_path(const text *path, MemoryContext context)
{
	const MemoryContext before = MemoryContextSwitchTo(context);
	const char *copy = text_to_cstring(path);
	MemoryContextSwitchTo(before);
	filter::PayloadPath steps;
	pg::raise_if_error(pg::guarded([&]() -> Status {
		const auto read = filter::parse_path(copy, pg::throwing_arena(context));
		if (!read.is_ok())
			return Status::error(ErrorKind::kInvalidParameter, "invalid payload path \"%s\"", copy)
				.detail("%s", read.status().message());
		steps = read.value();
		return Status::ok();
	}));
	return steps;
}

uint32_t read_limit(FunctionCallInfo fcinfo, int argument)
{
	const int32 limit = PG_ARGISNULL(argument) ? PG_INT32_MAX : PG_GETARG_INT32(argument);
	if (limit < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the number of values of a facet must not be negative"));
	return static_cast<uint32_t>(limit);
}

/* From the arguments of the first row. */
FacetState *first_state(FunctionCallInfo fcinfo, MemoryContext context)
{
	pg::require_utf8();
	if (PG_ARGISNULL(2) || PG_ARGISNULL(3))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("path and type of a facet must not be null"));
	FacetState *state = new_state(read_type(PG_GETARG_TEXT_PP(3)), read_limit(fcinfo, 4), context);
	state->path = read_path(PG_GETARG_TEXT_PP(2), context);
	return state;
}

MemoryContext aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;
	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "payload_facet is an aggregate");
	return context;
}

FacetState *state_argument(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? nullptr : reinterpret_cast<FacetState *>(PG_GETARG_POINTER(i));
}

void append_uuid(StringInfo json, std::string_view bytes)
{
	pg_uuid_t uuid;
	memcpy(uuid.data, bytes.data(), UUID_LEN);
	appendStringInfo(json, "\"%s\"", DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&uuid))));
}

void append_value(StringInfo json, FieldType type, const FacetValue &value)
{
	appendStringInfoString(json, "{\"value\": ");
	if (type == FieldType::kKeyword)
		escape_json(json, pnstrdup(value.bytes.data() ? value.bytes.data() : "", value.bytes.size()));
	else if (type == FieldType::kUuid)
		append_uuid(json, value.bytes);
	else if (type == FieldType::kBool)
		appendStringInfoString(json, value.integer ? "true" : "false");
	else
		appendStringInfo(json, INT64_FORMAT, value.integer);
	appendStringInfo(json, ", \"count\": " UINT64_FORMAT "}", value.count);
}

void add_all(const filter::FacetCounts &from, FacetState *state)
{
	pg::raise_if_error(pg::guarded([&] {
		for (const FacetValue &value : from)
			state->counts.add(value);
		return Status::ok();
	}));
}

} /* namespace */

Datum pg::facet_jsonb(const filter::FacetCounts &counts, uint32_t limit)
{
	ArenaVector<FacetValue> top;
	raise_if_error(guarded([&] {
		top = counts.top(limit, throwing_arena(CurrentMemoryContext));
		return Status::ok();
	}));
	StringInfoData json;
	initStringInfo(&json);
	for (uint32_t i = 0; i < top.size(); i++) {
		appendStringInfoString(&json, i ? ", " : "[");
		append_value(&json, counts.type(), top[i]);
	}
	appendStringInfoString(&json, top.empty() ? "[]" : "]");
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

/* (state, payload, path, type, max_values) */
VECEXT_FUNCTION(vecext_payload_facet_add)
{
	const MemoryContext context = aggregate_context(fcinfo);
	FacetState *state = state_argument(fcinfo, 0);
	if (!state)
		state = first_state(fcinfo, context);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(state);
	const Jsonb *payload = PG_GETARG_JSONB_P(1);
	pg::raise_if_error(pg::guarded([&] {
		state->counts.add(state->path, pg::JsonbView(payload));
		return Status::ok();
	}));
	PG_FREE_IF_COPY(const_cast<Jsonb *>(payload), 1);
	PG_RETURN_POINTER(state);
}

VECEXT_FUNCTION(vecext_payload_facet_combine)
{
	const MemoryContext context = aggregate_context(fcinfo);
	FacetState *state = state_argument(fcinfo, 0);
	const FacetState *other = state_argument(fcinfo, 1);
	if (!other)
		PG_RETURN_POINTER(state);
	if (!state)
		state = new_state(other->counts.type(), other->limit, context);
	add_all(other->counts, state);
	PG_RETURN_POINTER(state);
}

/* type, limit, and for each value its bytes or integer, and its count */
VECEXT_FUNCTION(vecext_payload_facet_serialize)
{
	const auto *state = reinterpret_cast<const FacetState *>(PG_GETARG_POINTER(0));
	StringInfoData buffer;
	pq_begintypsend(&buffer);
	pq_sendbyte(&buffer, static_cast<uint8>(state->counts.type()));
	pq_sendint32(&buffer, state->limit);
	pq_sendint32(&buffer, state->counts.size());
	for (const FacetValue &value : state->counts) {
		pq_sendint32(&buffer, static_cast<uint32>(value.bytes.size()));
		if (!value.bytes.empty())
			pq_sendbytes(&buffer, value.bytes.data(), static_cast<int>(value.bytes.size()));
		pq_sendint64(&buffer, static_cast<uint64>(value.integer));
		pq_sendint64(&buffer, value.count);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

VECEXT_FUNCTION(vecext_payload_facet_deserialize)
{
	const bytea *bytes = PG_GETARG_BYTEA_PP(0);
	StringInfoData buffer;
	initStringInfo(&buffer);
	appendBinaryStringInfo(&buffer, VARDATA_ANY(bytes), static_cast<int>(VARSIZE_ANY_EXHDR(bytes)));
	const auto type = static_cast<FieldType>(pq_getmsgbyte(&buffer));
	const auto limit = static_cast<uint32_t>(pq_getmsgint(&buffer, 4));
	FacetState *state = new_state(type, limit, CurrentMemoryContext);
	for (uint32 left = pq_getmsgint(&buffer, 4); left > 0; left--) {
		const auto length = static_cast<int>(pq_getmsgint(&buffer, 4));
		FacetValue value = {{pq_getmsgbytes(&buffer, length), static_cast<size_t>(length)}, 0, 0, 0};
		value.integer = pq_getmsgint64(&buffer);
		value.count = static_cast<uint64_t>(pq_getmsgint64(&buffer));
		pg::raise_if_error(pg::guarded([&] {
			state->counts.add(value);
			return Status::ok();
		}));
	}
	PG_RETURN_POINTER(state);
}

VECEXT_FUNCTION(vecext_payload_facet_result)
{
	const FacetState *state = state_argument(fcinfo, 0);
	if (!state)
		PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum("[]")));
	PG_RETURN_DATUM(pg::facet_jsonb(state->counts, state->limit));
}
