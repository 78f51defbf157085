/*
 * payload_test_support.cpp: what the planner is told about payload_test().
 *
 * Path, test and schema are constants where a statement was written for a generic
 * plan, so that an index of the field is known to serve before the value is. The
 * index condition then holds a call that makes the query when the scan begins.
 */
#include "pg/compat.h"

extern "C" {
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
}

#include "filter/payload_catalog.h"
#include "filter/payload_index.h"

using namespace vecext;

namespace {

/* The arguments of a call. */
struct Call {
	Node *payload;
	Const *path, *test;
	Node *value;
	Const *schema; /* constnull for none */
};

Const *as_const(void *node)
{
	return IsA(node, Const) ? static_cast<Const *>(node) : nullptr;
}

/* False where more than the payload and the value is open, or null. */
bool read_call(List *args, Call *call)
{
	if (list_length(args) != 5)
		return false;
	*call = {static_cast<Node *>(linitial(args)), as_const(lsecond(args)), as_const(lthird(args)),
			 static_cast<Node *>(lfourth(args)), as_const(list_nth(args, 4))};
	const Const *value = as_const(call->value);
	return call->path && !call->path->constisnull && call->test && !call->test->constisnull && call->schema &&
		   !(value && value->constisnull);
}

pg::PayloadTest open_test(const Call &call)
{
	const bool has_schema = !call.schema->constisnull;
	return {DatumGetTextPP(call.path->constvalue), DatumGetTextPP(call.test->constvalue), nullptr,
			has_schema ? DatumGetJsonbP(call.schema->constvalue) : nullptr};
}

/* payload_test_query(path, test, value, schema), a constant where it can be. */
Node *query_of(PlannerInfo *root, const Call &call, Oid function)
{
	constexpr Oid kArguments[] = {TEXTOID, TEXTOID, JSONBOID, JSONBOID};
	const Oid query = pg::function_named("payload_test_query", kArguments, 4, function);
	if (!OidIsValid(query))
		return nullptr;
	List *args = list_make4(call.path, call.test, call.value, call.schema);
	auto *expression = makeFuncExpr(query, JSONBOID, static_cast<List *>(copyObjectImpl(args)), InvalidOid, InvalidOid,
									COERCE_EXPLICIT_CALL);
	return eval_const_expressions(root, reinterpret_cast<Node *>(expression));
}

bool serves(const SupportRequestIndexCondition *request, const Call &call)
{
	bytea **options = request->index->opclassoptions;
	return options &&
		   pg::serves_test(pg::opfamily_name(request->opfamily), options[request->indexcol], open_test(call));
}

/* `payload @~@ query` for an index that knows the field; the index rechecks by
 * itself. */
List *index_condition(SupportRequestIndexCondition *request)
{
	Call call;
	const Oid op = pg::operator_named(pg::kIndexed, request->funcid);
	if (!IsA(request->node, FuncExpr) || request->indexarg != 0 || !OidIsValid(op) ||
		!op_in_opfamily(op, request->opfamily) ||
		!read_call(reinterpret_cast<FuncExpr *>(request->node)->args, &call) ||
		!is_pseudo_constant_for_index(request->root, call.value, request->index) || !serves(request, call))
		return NIL;
	Node *query = query_of(request->root, call, request->funcid);
	if (!query)
		return NIL;
	request->lossy = false;
	return list_make1(make_opclause(op, BOOLOID, false, reinterpret_cast<Expr *>(call.payload),
									reinterpret_cast<Expr *>(query), InvalidOid, InvalidOid));
}

/* Of a value that is not known: what matchingsel assumes. */
constexpr Selectivity kUnknownValue = 0.01;

/* By the statistics of the column, as ~@ is estimated. */
Selectivity selectivity(const SupportRequestSelectivity *request)
{
	Call call;
	const Oid op = pg::operator_named(pg::kIndexed, request->funcid);
	if (request->is_join || !OidIsValid(op) || !read_call(request->args, &call) || !IsA(call.value, Const))
		return kUnknownValue;
	Node *query = query_of(request->root, call, request->funcid);
	if (!query)
		return kUnknownValue;
	return generic_restriction_selectivity(request->root, op, InvalidOid, list_make2(call.payload, query),
										   request->varRelid, kUnknownValue);
}

} /* namespace */

VECEXT_FUNCTION(vecext_payload_test_support)
{
	auto *request = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
	if (IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(index_condition(reinterpret_cast<SupportRequestIndexCondition *>(request)));
	if (!IsA(request, SupportRequestSelectivity))
		PG_RETURN_POINTER(nullptr);
	auto *estimate = reinterpret_cast<SupportRequestSelectivity *>(request);
	estimate->selectivity = selectivity(estimate);
	PG_RETURN_POINTER(estimate);
}
