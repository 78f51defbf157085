/*
 * payload_query.cpp: see payload_query.h.
 */
#include "filter/payload_query.h"

extern "C" {
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

#include "filter/payload_catalog.h"
#include "filter/payload_index.h"

namespace vecext::pg {

namespace {

constexpr const char *kQueryFunction = "payload_test_query";
constexpr Oid kQueryArguments[] = {TEXTOID, TEXTOID, JSONBOID, JSONBOID};

const Const *as_const(const void *node)
{
	return IsA(node, Const) ? static_cast<const Const *>(node) : nullptr;
}

bool is_known(const Const *constant)
{
	return constant && !constant->constisnull;
}

/* Path, test, value and schema. */
bool read_arguments(List *arguments, KnownQuery *query)
{
	const auto *path = as_const(linitial(arguments)), *test = as_const(lsecond(arguments));
	const auto *schema = as_const(lfourth(arguments));
	if (!is_known(path) || !is_known(test) || !schema)
		return false;
	*query = {nullptr,
			  {DatumGetTextPP(path->constvalue), DatumGetTextPP(test->constvalue), nullptr,
			   schema->constisnull ? nullptr : DatumGetJsonbP(schema->constvalue)},
			  static_cast<Node *>(lthird(arguments))};
	return true;
}

} /* namespace */

bool read_query(Node *operand, KnownQuery *query)
{
	if (IsA(operand, FuncExpr)) {
		const auto *call = reinterpret_cast<const FuncExpr *>(operand);
		return list_length(call->args) == 4 &&
			   call->funcid == function_named(kQueryFunction, kQueryArguments, 4, call->funcid) &&
			   read_arguments(call->args, query);
	}
	const Const *constant = as_const(operand);
	if (!is_known(constant))
		return false;
	*query = {compile_query(DatumGetJsonbP(constant->constvalue), CurrentMemoryContext), {}, nullptr};
	return true;
}

Node *query_of_call(PlannerInfo *root, List *arguments, Oid function)
{
	List *const behind_payload = list_copy_tail(arguments, 1);
	KnownQuery query;
	const Oid query_function = function_named(kQueryFunction, kQueryArguments, 4, function);
	if (!OidIsValid(query_function) || !read_arguments(behind_payload, &query))
		return nullptr;
	auto *call = makeFuncExpr(query_function, JSONBOID, static_cast<List *>(copyObjectImpl(behind_payload)), InvalidOid,
							  InvalidOid, COERCE_EXPLICIT_CALL);
	return eval_const_expressions(root, reinterpret_cast<Node *>(call));
}

bool serves_query(const IndexOptInfo *index, int column, const KnownQuery &query)
{
	bytea **options = index->opclassoptions;
	if (!options)
		return false;
	const char *family = opfamily_name(index->opfamily[column]);
	return query.condition ? narrows_down(family, options[column], *query.condition)
						   : serves_test(family, options[column], query.test);
}

} /* namespace vecext::pg */
