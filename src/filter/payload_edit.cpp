/*
 * payload_edit.cpp: SQL functions that change payloads and select from them, with
 * Qdrant's rules: payload_set, payload_delete, payload_include, payload_exclude,
 * and payload_integers, payload_floats, payload_datetimes, which list the values of
 * a field.
 *
 * Paths are parsed once per row; they are short. All memory is the function call's.
 */
#include <cmath>

#include "pg/compat.h"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
}

#include "filter/jsonb_view.h"
#include "filter/payload_tree.h"
#include "hnsw/index_handle.h"
#include "pg/error.h"
#include "vecext/filter/datetime.h"
#include "vecext/filter/evaluate.h"
#include "vecext/filter/path.h"

using namespace vecext;
using filter::PathStep;
using filter::PayloadPath;
using pg::PayloadNode;

namespace {

PayloadPath parse(const text *path)
{
	return pg::value_or_raise(
		filter::parse_path({VARDATA_ANY(path), VARSIZE_ANY_EXHDR(path)}, pg::context_arena(CurrentMemoryContext)));
}

struct Paths {
	PayloadPath *paths;
	int size;
};

/* Of a text[] without nulls. */
Paths parse_array(ArrayType *array)
{
	Datum *elements;
	bool *nulls;
	Paths result = {};
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &result.size);
	result.paths = static_cast<PayloadPath *>(palloc(sizeof(PayloadPath) * static_cast<Size>(result.size + 1)));
	for (int i = 0; i < result.size; i++) {
		if (nulls[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a path of a payload must not be null")));
		result.paths[i] = parse(DatumGetTextPP(elements[i]));
	}
	return result;
}

PayloadPath rest_of(const PayloadPath &path)
{
	return {path.steps + 1, path.size - 1};
}

/* ---- payload_set ---- */

void merge(PayloadNode *object, const PayloadNode &patch)
{
	for (int i = 0; i < patch.size; i++) {
		const pg::PayloadMember &member = patch.members[i];
		if (pg::is_null(member.value))
			pg::remove_member(object, member.key);
		else
			*pg::ensure_member(object, member.key) = member.value;
	}
}

void become(PayloadNode *node, PayloadNode::Kind kind)
{
	if (node->kind != kind)
		*node = pg::empty_node(kind);
}

void set_at(PayloadNode *node, const PayloadPath &path, const PayloadNode &patch)
{
	check_stack_depth();
	if (path.size == 0) {
		become(node, PayloadNode::kObject);
		merge(node, patch);
		return;
	}
	const PathStep &step = path.steps[0];
	if (step.kind == PathStep::kKey) {
		become(node, PayloadNode::kObject);
		set_at(pg::ensure_member(node, step.key), rest_of(path), patch);
		return;
	}
	become(node, PayloadNode::kArray);
	for (int i = 0; i < node->size; i++)
		if (step.kind == PathStep::kEach || step.index == static_cast<uint32>(i))
			set_at(&node->items[i], rest_of(path), patch);
}

/* ---- payload_delete ---- */

void delete_in_array(PayloadNode *array, const PayloadPath &path);

void delete_at(PayloadNode *node, const PayloadPath &path)
{
	check_stack_depth();
	const PathStep &step = path.steps[0];
	if (node->kind == PayloadNode::kArray && step.kind != PathStep::kKey) {
		delete_in_array(node, path);
		return;
	}
	if (node->kind != PayloadNode::kObject || step.kind != PathStep::kKey)
		return;
	PayloadNode *member = pg::find_member(node, step.key);
	if (path.size == 1)
		pg::remove_member(node, step.key);
	else if (member)
		delete_at(member, rest_of(path));
}

/* `a[]` empties the array; a single element stays. */
void delete_in_array(PayloadNode *array, const PayloadPath &path)
{
	const PathStep &step = path.steps[0];
	if (path.size == 1) {
		if (step.kind == PathStep::kEach)
			array->size = 0;
		return;
	}
	for (int i = 0; i < array->size; i++)
		if (step.kind == PathStep::kEach || step.index == static_cast<uint32>(i))
			delete_at(&array->items[i], rest_of(path));
}

/* ---- payload_include, payload_exclude ---- */

/* Where a walk over a payload stands: keys, and `[]` for elements of arrays. */
struct Place {
	PathStep steps[filter::kMaxPathSteps + 1];
	uint32 size = 0;
};

bool same_step(const PathStep &a, const PathStep &b)
{
	return a.kind == b.kind && a.index == b.index && a.key == b.key;
}

/* Whether one of the two is the beginning of the other. */
bool is_compatible(const PayloadPath &path, const Place &place)
{
	const uint32 shared = path.size < place.size ? path.size : place.size;
	for (uint32 i = 0; i < shared; i++)
		if (!same_step(path.steps[i], place.steps[i]))
			return false;
	return true;
}

bool includes(const Paths &paths, const Place &place)
{
	for (int i = 0; i < paths.size; i++)
		if (is_compatible(paths.paths[i], place))
			return true;
	return false;
}

bool excludes(const Paths &paths, const Place &place)
{
	for (int i = 0; i < paths.size; i++)
		if (paths.paths[i].size <= place.size && is_compatible(paths.paths[i], place))
			return true;
	return false;
}

struct Selection {
	Paths paths;
	bool exclude;

	bool keeps(const Place &place) const { return exclude ? !excludes(paths, place) : includes(paths, place); }
};

/* Deeper than any path, all or nothing of a node has been decided. */
PayloadNode select(const PayloadNode &node, const Selection &selection, Place *place)
{
	check_stack_depth();
	if (node.kind == PayloadNode::kScalar || place->size > filter::kMaxPathSteps)
		return node;
	PayloadNode kept = pg::empty_node(node.kind);
	PathStep *step = &place->steps[place->size++];
	for (int i = 0; i < node.size; i++) {
		if (node.kind == PayloadNode::kArray) {
			*step = {PathStep::kEach, 0, {}};
			if (selection.keeps(*place))
				pg::append_item(&kept, select(node.items[i], selection, place));
			continue;
		}
		*step = {PathStep::kKey, 0, node.members[i].key};
		if (selection.keeps(*place)) {
			const PayloadNode value = select(node.members[i].value, selection, place);
			*pg::ensure_member(&kept, node.members[i].key) = value;
		}
	}
	place->size--;
	return kept;
}

Datum selected(const Jsonb *payload, ArrayType *paths, bool exclude)
{
	Place place;
	const Selection selection = {parse_array(paths), exclude};
	return JsonbPGetDatum(pg::to_jsonb(select(pg::to_tree(payload), selection, &place)));
}

/* ---- values of a field ---- */

struct Values {
	Datum *data;
	int size = 0, capacity = 16;

	Values() : data(static_cast<Datum *>(palloc(sizeof(Datum) * 16))) {}

	void add(Datum value)
	{
		if (size == capacity)
			data = static_cast<Datum *>(repalloc(data, sizeof(Datum) * static_cast<Size>(capacity *= 2)));
		data[size++] = value;
	}
};

template <class Visit> Values collect(const Jsonb *payload, const text *path, Visit &&visit)
{
	Values values;
	filter::any_item(parse(path), pg::JsonbView(payload), [&](const pg::JsonbView &item) {
		visit(item, &values);
		return false;
	});
	return values;
}

/* Of a type with 8 bytes. */
ArrayType *array_of(const Values &values, Oid type)
{
	return construct_array(values.data, values.size, type, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

} /* namespace */

/* payload_set(payload, patch, path): strict but for path. */
VECEXT_FUNCTION(vecext_payload_set)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	const PayloadNode patch = pg::to_tree(PG_GETARG_JSONB_P(1));
	if (patch.kind != PayloadNode::kObject)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a payload must be an object")));
	PayloadNode payload = pg::to_tree(PG_GETARG_JSONB_P(0));
	set_at(&payload, PG_ARGISNULL(2) ? PayloadPath() : parse(PG_GETARG_TEXT_PP(2)), patch);
	PG_RETURN_JSONB_P(pg::to_jsonb(payload));
}

VECEXT_FUNCTION(vecext_payload_delete)
{
	PayloadNode payload = pg::to_tree(PG_GETARG_JSONB_P(0));
	const Paths paths = parse_array(PG_GETARG_ARRAYTYPE_P(1));
	for (int i = 0; i < paths.size; i++)
		delete_at(&payload, paths.paths[i]);
	PG_RETURN_JSONB_P(pg::to_jsonb(payload));
}

VECEXT_FUNCTION(vecext_payload_include)
{
	return selected(PG_GETARG_JSONB_P(0), PG_GETARG_ARRAYTYPE_P(1), false);
}

VECEXT_FUNCTION(vecext_payload_exclude)
{
	return selected(PG_GETARG_JSONB_P(0), PG_GETARG_ARRAYTYPE_P(1), true);
}

VECEXT_FUNCTION(vecext_payload_integers)
{
	const Values values = collect(PG_GETARG_JSONB_P(0), PG_GETARG_TEXT_PP(1), [](const auto &item, Values *found) {
		if (item.kind() == filter::JsonKind::kNumber && item.number().is_integer)
			found->add(Int64GetDatum(item.number().integer));
	});
	PG_RETURN_ARRAYTYPE_P(array_of(values, INT8OID));
}

/* As microseconds since 1970. */
VECEXT_FUNCTION(vecext_payload_datetimes)
{
	const Values values = collect(PG_GETARG_JSONB_P(0), PG_GETARG_TEXT_PP(1), [](const auto &item, Values *found) {
		int64_t microseconds;
		if (item.kind() == filter::JsonKind::kString && filter::read_datetime(item.text(), &microseconds))
			found->add(Int64GetDatum(microseconds));
	});
	PG_RETURN_ARRAYTYPE_P(array_of(values, INT8OID));
}

VECEXT_FUNCTION(vecext_payload_floats)
{
	const Values values = collect(PG_GETARG_JSONB_P(0), PG_GETARG_TEXT_PP(1), [](const auto &item, Values *found) {
		if (item.kind() == filter::JsonKind::kNumber)
			found->add(Float8GetDatum(item.number().value));
	});
	PG_RETURN_ARRAYTYPE_P(array_of(values, FLOAT8OID));
}
