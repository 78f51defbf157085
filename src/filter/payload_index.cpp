/*
 * payload_index.cpp: indexes of payload fields, as GIN operator classes on jsonb.
 *
 *   CREATE INDEX ON t USING gin (payload payload_keyword_ops (path = 'city'))
 *
 * One operator class for each type of field (vecext/filter/field_index.h), all
 * with the one operator payload @~@ query, which payload_support.cpp puts into the
 * conditions of those indexes that know a field of the query. Should an index be
 * asked about others nevertheless, it answers with all rows, rechecked.
 *
 * The field of an index (path and text options) is read once and kept with the
 * support function's call (fn_extra).
 */
#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "access/gin.h"
#include "access/reloptions.h"
#include "access/stratnum.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
}

#include "filter/jsonb_view.h"
#include "filter/payload_index.h"
#include "pg/error.h"

using namespace vecext;
using filter::FieldType;
using filter::IndexKey;
using filter::LookupKey;

namespace {

/* Options of the operator classes; offsets of strings, 0 for none. */
struct FieldOptions {
	int32 vl_len_; /* varlena header */
	int path;
	int parameters; /* of payload_text_ops: JSON */
};

const char *option_text(const FieldOptions *options, int offset)
{
	return options && offset ? reinterpret_cast<const char *>(options) + offset : nullptr;
}

/* Reads the field of an index into `context`. */
Status read_field(FieldType type, const char *path, const char *parameters, Arena arena, filter::FieldIndex *index)
{
	const auto steps = filter::parse_path(path, arena);
	if (!steps.is_ok())
		return Status::error(ErrorKind::kInvalidParameter, "invalid payload path \"%s\"", path)
			.detail("%s", steps.status().message());
	index->type = type;
	index->path = steps.value();
	if (type != FieldType::kText)
		return Status::ok();
	const auto tree = filter::parse_json(parameters ? parameters : "{}", arena);
	if (!tree.is_ok())
		return tree.status();
	if (tree.value()->kind() != filter::JsonKind::kObject)
		return Status::error(ErrorKind::kInvalidParameter, "parameters of a text index are a JSON object");
	const auto options = filter::read_text_options(*tree.value(), arena);
	index->text = options.is_ok() ? options.value() : nullptr;
	return options.is_ok() ? Status::ok() : options.status();
}

[[noreturn]] void raise_missing_path()
{
	ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("an index of a payload field needs a path"),
			errhint("Write the operator class as payload_keyword_ops (path = 'city')."));
	pg_unreachable();
}

void read_field_or_raise(FieldType type, const FieldOptions *options, MemoryContext context, filter::FieldIndex *index)
{
	const char *path = option_text(options, options ? options->path : 0);
	if (!path)
		raise_missing_path();
	const char *parameters = type == FieldType::kText ? option_text(options, options->parameters) : nullptr;
	pg::raise_if_error(
		pg::guarded([&] { return read_field(type, path, parameters, pg::throwing_arena(context), index); }));
}

const filter::FieldIndex &field_of_call(FunctionCallInfo fcinfo, FieldType type)
{
	FmgrInfo *flinfo = fcinfo->flinfo;
	if (!flinfo->fn_extra) {
		auto *options = PG_HAS_OPCLASS_OPTIONS() ? reinterpret_cast<FieldOptions *>(PG_GET_OPCLASS_OPTIONS()) : nullptr;
		auto *index =
			static_cast<filter::FieldIndex *>(MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(filter::FieldIndex)));
		/* The options live as long as the index is open; the field keeps views of them. */
		auto *copy = static_cast<FieldOptions *>(nullptr);
		if (options) {
			copy = static_cast<FieldOptions *>(MemoryContextAlloc(flinfo->fn_mcxt, VARSIZE(options)));
			memcpy(copy, options, VARSIZE(options));
		}
		read_field_or_raise(type, copy, flinfo->fn_mcxt, index);
		flinfo->fn_extra = index;
	}
	return *static_cast<filter::FieldIndex *>(flinfo->fn_extra);
}

Datum key_datum(FieldType type, const IndexKey &key)
{
	switch (type) {
	case FieldType::kKeyword:
	case FieldType::kUuid:
	case FieldType::kText:
		return PointerGetDatum(cstring_to_text_with_len(key.bytes.data(), static_cast<int>(key.bytes.size())));
	case FieldType::kFloat:
		return Float8GetDatum(key.number);
	default:
		return Int64GetDatum(key.integer);
	}
}

Datum extract_value(FunctionCallInfo fcinfo, FieldType type)
{
	const Jsonb *payload = PG_GETARG_JSONB_P(0);
	auto *n_keys = reinterpret_cast<int32 *>(PG_GETARG_POINTER(1));
	const filter::FieldIndex &index = field_of_call(fcinfo, type);
	ArenaVector<IndexKey> keys;
	pg::raise_if_error(pg::guarded([&] {
		const Arena arena = pg::throwing_arena(CurrentMemoryContext);
		keys.init(arena, 0);
		filter::collect_keys(index, pg::JsonbView(payload), arena, &keys);
		return Status::ok();
	}));
	*n_keys = static_cast<int32>(keys.size());
	if (keys.empty())
		PG_RETURN_POINTER(nullptr);
	auto *datums = static_cast<Datum *>(palloc(sizeof(Datum) * keys.size()));
	for (uint32_t i = 0; i < keys.size(); i++)
		datums[i] = key_datum(type, keys[i]);
	PG_RETURN_POINTER(datums);
}

/* What goes with each key of a query to the functions that judge rows. */
struct QueryKey {
	LookupKey key;
	bool needs_all;
	bool exact;
};

filter::Lookup plan(const filter::FieldIndex &index, const filter::Condition &query)
{
	filter::Lookup lookup = {};
	pg::raise_if_error(pg::guarded([&] {
		lookup = filter::plan_lookup(index, query, pg::throwing_arena(CurrentMemoryContext));
		return Status::ok();
	}));
	return lookup;
}

Datum extract_query(FunctionCallInfo fcinfo, FieldType type)
{
	auto *n_keys = reinterpret_cast<int32 *>(PG_GETARG_POINTER(1));
	auto *partial = reinterpret_cast<bool **>(PG_GETARG_POINTER(3));
	auto *extra = reinterpret_cast<Pointer **>(PG_GETARG_POINTER(4));
	auto *mode = reinterpret_cast<int32 *>(PG_GETARG_POINTER(6));
	const filter::Condition *query = pg::compile_query(PG_GETARG_JSONB_P(0), CurrentMemoryContext);
	const filter::Lookup lookup = plan(field_of_call(fcinfo, type), *query);
	*n_keys = static_cast<int32>(lookup.size);
	if (!lookup.possible) {
		*n_keys = 0;
		*mode = GIN_SEARCH_MODE_ALL;
		PG_RETURN_POINTER(nullptr);
	}
	if (lookup.size == 0)
		PG_RETURN_POINTER(nullptr);
	auto *datums = static_cast<Datum *>(palloc(sizeof(Datum) * lookup.size));
	auto *keys = static_cast<QueryKey *>(palloc(sizeof(QueryKey) * lookup.size));
	*partial = static_cast<bool *>(palloc(sizeof(bool) * lookup.size));
	*extra = static_cast<Pointer *>(palloc(sizeof(Pointer) * lookup.size));
	for (uint32_t i = 0; i < lookup.size; i++) {
		keys[i] = {lookup.keys[i], lookup.needs_all, lookup.exact};
		datums[i] = key_datum(type, lookup.keys[i].key);
		(*partial)[i] = lookup.keys[i].kind != LookupKey::kEqual;
		(*extra)[i] = reinterpret_cast<Pointer>(&keys[i]);
	}
	PG_RETURN_POINTER(datums);
}

const QueryKey &query_key(FunctionCallInfo fcinfo)
{
	return *reinterpret_cast<const QueryKey *>(PG_GETARG_POINTER(3));
}

/* 0 when a key is in the range, 1 when it is above, -1 when it is the low end and
 * that does not belong. */
template <class T> int32 compare_range(const QueryKey &query, T low, T high, T key)
{
	if (key > high || (key == high && !query.key.high_belongs))
		return 1;
	return key == low && !query.key.low_belongs ? -1 : 0;
}

} /* namespace */

const char *pg::path_of_index(bytea *options)
{
	const auto *fields = reinterpret_cast<const FieldOptions *>(options);
	return option_text(fields, fields->path);
}

bool pg::field_of_index(const char *opfamily, bytea *options, filter::FieldIndex *index)
{
	constexpr std::string_view kFamilies[] = {"payload_keyword_ops", "payload_integer_ops",  "payload_float_ops",
											  "payload_bool_ops",    "payload_datetime_ops", "payload_uuid_ops",
											  "payload_geo_ops",     "payload_text_ops"};
	const auto *family = std::find(std::begin(kFamilies), std::end(kFamilies), std::string_view(opfamily));
	if (family == std::end(kFamilies) || !options)
		return false;
	read_field_or_raise(static_cast<FieldType>(family - kFamilies), reinterpret_cast<FieldOptions *>(options),
						CurrentMemoryContext, index);
	return true;
}

bool pg::narrows_down(const char *opfamily, bytea *options, const filter::Condition &query)
{
	filter::FieldIndex index = {};
	return field_of_index(opfamily, options, &index) && plan(index, query).possible;
}

bool pg::serves_test(const char *opfamily, bytea *options, const PayloadTest &test)
{
	filter::FieldIndex index = {};
	if (!field_of_index(opfamily, options, &index))
		return false;
	const filter::JsonValue *schema = test.schema ? json_of(test.schema, CurrentMemoryContext) : nullptr;
	const std::string_view path(VARDATA_ANY(test.path), VARSIZE_ANY_EXHDR(test.path));
	const std::string_view name(VARDATA_ANY(test.test), VARSIZE_ANY_EXHDR(test.test));
	bool serves = false;
	raise_if_error(guarded([&] {
		const Arena arena = throwing_arena(CurrentMemoryContext);
		const auto fields = filter::read_field_schema(schema, arena);
		const auto answer =
			fields.is_ok() ? filter::serves_leaf(index, path, name, fields.value(), arena) : fields.status();
		serves = answer.is_ok() && answer.value();
		return answer.is_ok() ? Status::ok() : answer.status();
	}));
	return serves;
}

#define PAYLOAD_FIELD(name, type)                  \
	VECEXT_FUNCTION(vecext_payload_##name##_value) \
	{                                              \
		return extract_value(fcinfo, type);        \
	}                                              \
	VECEXT_FUNCTION(vecext_payload_##name##_query) \
	{                                              \
		return extract_query(fcinfo, type);        \
	}

PAYLOAD_FIELD(keyword, FieldType::kKeyword)
PAYLOAD_FIELD(integer, FieldType::kInteger)
PAYLOAD_FIELD(float, FieldType::kFloat)
PAYLOAD_FIELD(bool, FieldType::kBool)
PAYLOAD_FIELD(datetime, FieldType::kDatetime)
PAYLOAD_FIELD(uuid, FieldType::kUuid)
PAYLOAD_FIELD(geo, FieldType::kGeo)
PAYLOAD_FIELD(text, FieldType::kText)

/* Keys that begin with the query's. */
VECEXT_FUNCTION(vecext_payload_compare_bytes)
{
	const bytea *prefix = PG_GETARG_BYTEA_PP(0), *key = PG_GETARG_BYTEA_PP(1);
	const std::string_view text(VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key));
	PG_RETURN_INT32(text.starts_with({VARDATA_ANY(prefix), VARSIZE_ANY_EXHDR(prefix)}) ? 0 : 1);
}

VECEXT_FUNCTION(vecext_payload_compare_integers)
{
	const QueryKey &query = query_key(fcinfo);
	PG_RETURN_INT32(compare_range(query, query.key.key.integer, query.key.high.integer, PG_GETARG_INT64(1)));
}

VECEXT_FUNCTION(vecext_payload_compare_floats)
{
	const QueryKey &query = query_key(fcinfo);
	PG_RETURN_INT32(compare_range(query, query.key.key.number, query.key.high.number, PG_GETARG_FLOAT8(1)));
}

/* Whether a row with these keys passes. Without keys every row may. */
VECEXT_FUNCTION(vecext_payload_consistent)
{
	const auto *found = reinterpret_cast<const GinTernaryValue *>(PG_GETARG_POINTER(0));
	const int32 n_keys = PG_GETARG_INT32(3);
	const auto *extra = reinterpret_cast<const Pointer *>(PG_GETARG_POINTER(4));
	if (n_keys == 0)
		PG_RETURN_GIN_TERNARY_VALUE(GIN_MAYBE);
	const auto *query = reinterpret_cast<const QueryKey *>(extra[0]);
	/* The answer that one key gives for all, and what is left without it. */
	const GinTernaryValue deciding = query->needs_all ? GIN_FALSE : GIN_TRUE;
	GinTernaryValue result = query->needs_all ? GIN_TRUE : GIN_FALSE;
	for (int32 i = 0; i < n_keys; i++) {
		if (found[i] == deciding) {
			result = deciding;
			break;
		}
		if (found[i] == GIN_MAYBE)
			result = GIN_MAYBE;
	}
	PG_RETURN_GIN_TERNARY_VALUE(result == GIN_TRUE && !query->exact ? GIN_MAYBE : result);
}

/* Copies the path. Called without one, too, and so the place to refuse an index
 * while it is created: before 17, options that are not given are not validated. */
static Size fill_path(const char *value, void *to)
{
	if (!value)
		raise_missing_path();
	const Size size = strlen(value) + 1;
	if (to)
		memcpy(to, value, size);
	return size;
}

static void define_path(local_relopts *options)
{
	add_local_string_reloption(options, "path", "path of the field in the payload", nullptr, nullptr, fill_path,
							   offsetof(FieldOptions, path));
}

static void check_field(void *parsed, relopt_value *, int)
{
	filter::FieldIndex index = {};
	read_field_or_raise(FieldType::kKeyword, static_cast<FieldOptions *>(parsed), CurrentMemoryContext, &index);
}

static void check_text_field(void *parsed, relopt_value *, int)
{
	filter::FieldIndex index = {};
	read_field_or_raise(FieldType::kText, static_cast<FieldOptions *>(parsed), CurrentMemoryContext, &index);
}

VECEXT_FUNCTION(vecext_payload_options)
{
	auto *options = reinterpret_cast<local_relopts *>(PG_GETARG_POINTER(0));
	init_local_reloptions(options, sizeof(FieldOptions));
	define_path(options);
	register_reloptions_validator(options, check_field);
	PG_RETURN_VOID();
}

VECEXT_FUNCTION(vecext_payload_text_options)
{
	auto *options = reinterpret_cast<local_relopts *>(PG_GETARG_POINTER(0));
	init_local_reloptions(options, sizeof(FieldOptions));
	define_path(options);
	add_local_string_reloption(options, "parameters", "parameters of the text index, as JSON", nullptr, nullptr,
							   nullptr, offsetof(FieldOptions, parameters));
	register_reloptions_validator(options, check_text_field);
	PG_RETURN_VOID();
}
