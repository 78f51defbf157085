/*
 * distance_support.cpp: turns calls of the distance functions into the operators
 * of the same values before the planner looks for indexes, which know operators
 * only: cosine_distance(v, q) into v <=> q, inner_product(v, q) into -(v <#> q).
 */
#include "pg/compat.h"

extern "C" {
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace {

constexpr const char *kDistanceOperators[] = {"<->", "<#>", "<=>", "<+>", "<~>", "<%>"};
constexpr const char *kNegativeInnerProduct = "<#>";

/* An operator on the argument types of `call`, in the schema of its function. */
Oid operator_beside(const FuncExpr *call, const char *name)
{
	const Oid left = exprType(static_cast<Node *>(linitial(call->args)));
	const Oid right = exprType(static_cast<Node *>(lsecond(call->args)));
	return GetSysCacheOid4(OPERNAMENSP, Anum_pg_operator_oid, CStringGetDatum(name), ObjectIdGetDatum(left),
						   ObjectIdGetDatum(right), ObjectIdGetDatum(get_func_namespace(call->funcid)));
}

Expr *call_operator(const FuncExpr *call, Oid op)
{
	Expr *expression = make_opclause(op, FLOAT8OID, false, static_cast<Expr *>(linitial(call->args)),
									 static_cast<Expr *>(lsecond(call->args)), InvalidOid, call->inputcollid);
	set_opfuncid(reinterpret_cast<OpExpr *>(expression));
	return expression;
}

Expr *negative(Expr *expression)
{
	const Oid op =
		GetSysCacheOid4(OPERNAMENSP, Anum_pg_operator_oid, CStringGetDatum("-"), ObjectIdGetDatum(InvalidOid),
						ObjectIdGetDatum(FLOAT8OID), ObjectIdGetDatum(PG_CATALOG_NAMESPACE));
	Expr *result = make_opclause(op, FLOAT8OID, false, expression, nullptr, InvalidOid, InvalidOid);
	set_opfuncid(reinterpret_cast<OpExpr *>(result));
	return result;
}

/* The call to be simplified, or null. */
const FuncExpr *call_of(FunctionCallInfo fcinfo)
{
	auto *request = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
	if (!IsA(request, SupportRequestSimplify))
		return nullptr;
	const FuncExpr *call = reinterpret_cast<SupportRequestSimplify *>(request)->fcall;
	return list_length(call->args) == 2 ? call : nullptr;
}

} /* namespace */

VECEXT_FUNCTION(vecext_distance_support)
{
	const FuncExpr *call = call_of(fcinfo);
	if (call == nullptr)
		PG_RETURN_POINTER(nullptr);
	for (const char *name : kDistanceOperators) {
		const Oid op = operator_beside(call, name);
		if (OidIsValid(op) && get_opcode(op) == call->funcid)
			PG_RETURN_POINTER(call_operator(call, op));
	}
	PG_RETURN_POINTER(nullptr);
}

VECEXT_FUNCTION(vecext_inner_product_support)
{
	const FuncExpr *call = call_of(fcinfo);
	const Oid op = call != nullptr ? operator_beside(call, kNegativeInnerProduct) : InvalidOid;
	PG_RETURN_POINTER(OidIsValid(op) ? negative(call_operator(call, op)) : nullptr);
}
