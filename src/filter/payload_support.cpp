/*
 * payload_support.cpp: what the planner is told about payload_match(),
 * payload_test() and ~@.
 *
 * With a constant filter, payload_match(payload, filter) becomes `payload ~@
 * filter`, an operator. On a table with an index of a payload field it is also
 * taken apart into AND, OR and NOT of its conditions, so that each can have an
 * index of its own, and payload_test() becomes the operator, too; elsewhere that
 * would only mean more calls. An index is taken only if it knows a field of the
 * filter; the others could answer by reading all rows, which the planner's costs
 * do not show. Where a value is open until the plan runs, path and test are known,
 * and the index condition makes the query when the scan begins.
 */
#include "pg/compat.h"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

#include "filter/payload_catalog.h"
#include "filter/payload_selectivity.h"

using namespace vecext;
using filter::Condition;
using filter::ConditionKind;

namespace {

/* A filter with more conditions than this stays whole: planning each on its own
 * would cost more than an index gives. */
constexpr int kMaxDecomposed = 64;

/* What matchingsel assumes. */
constexpr Selectivity kUnknownFilter = 0.01;

bool index_has_operator(Oid index, Oid op)
{
	HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	if (!HeapTupleIsValid(tuple))
		return false;
	bool isnull;
	const int n_columns = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple))->indnkeyatts;
	const Datum classes = SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indclass, &isnull);
	const auto *classes_of = reinterpret_cast<oidvector *>(DatumGetPointer(classes));
	bool found = false;
	for (int i = 0; i < n_columns && !found; i++)
		found = op_in_opfamily(op, get_opclass_family(classes_of->values[i]));
	ReleaseSysCache(tuple);
	return found;
}

bool table_has_payload_index(Oid relid, Oid op)
{
	Relation table = table_open(relid, NoLock);
	List *indexes = RelationGetIndexList(table);
	bool found = false;
	ListCell *cell;
	foreach (cell, indexes)
		found = found || index_has_operator(lfirst_oid(cell), op);
	table_close(table, NoLock);
	return found;
}

/* Whether the payload is a column of a table with an index of a payload field. */
bool is_indexed(PlannerInfo *root, const Node *payload, Oid op)
{
	if (!root || !IsA(payload, Var))
		return false;
	const auto *var = reinterpret_cast<const Var *>(payload);
	if (var->varlevelsup != 0 || IS_SPECIAL_VARNO(var->varno) ||
		static_cast<int>(var->varno) > list_length(root->parse->rtable))
		return false;
	const RangeTblEntry *entry = rt_fetch(var->varno, root->parse->rtable);
	return entry->rtekind == RTE_RELATION && table_has_payload_index(entry->relid, op);
}

Expr *satisfies(Oid op, Node *payload, Node *query)
{
	return make_opclause(op, BOOLOID, false, reinterpret_cast<Expr *>(copyObjectImpl(payload)),
						 reinterpret_cast<Expr *>(query), InvalidOid, InvalidOid);
}

Const *jsonb_const(const char *text)
{
	const Datum value = DirectFunctionCall1(jsonb_in, CStringGetDatum(const_cast<char *>(text)));
	return makeConst(JSONBOID, -1, InvalidOid, -1, value, false, false);
}

/* Takes a filter apart; see the head of the file. */
struct Decomposition {
	Oid op;
	Node *payload;
	const char *schema; /* JSON, or null */

	/* The query of one leaf: {"must": leaf}, with the schema where there is one. */
	Expr *leaf(const Condition &condition) const
	{
		const char *clause = condition.kind == ConditionKind::kAtLeast ? "min_should" : "must";
		const auto length = static_cast<int>(condition.source.size());
		char *filter = length ? psprintf("{\"%s\": %.*s}", clause, length, condition.source.data()) : pstrdup("{}");
		return satisfies(op, payload,
						 reinterpret_cast<Node *>(jsonb_const(schema ? psprintf("[%s, %s]", filter, schema) : filter)));
	}

	Expr *decompose(const Condition &condition) const
	{
		if (!is_inner(condition))
			return leaf(condition);
		List *parts = NIL;
		for (uint32_t i = 0; i < condition.n_children; i++)
			parts = lappend(parts, decompose(condition.children[i]));
		if (condition.kind == ConditionKind::kNot)
			return makeBoolExpr(NOT_EXPR, parts, -1);
		return makeBoolExpr(condition.kind == ConditionKind::kAll ? AND_EXPR : OR_EXPR, parts, -1);
	}

	/* An empty "all" holds for any payload but NULL: it stays a leaf, `{}`. */
	static bool is_inner(const Condition &condition)
	{
		const bool inner = condition.kind == ConditionKind::kAll || condition.kind == ConditionKind::kAny ||
						   condition.kind == ConditionKind::kNot;
		return inner && condition.n_children > 0;
	}

	static int count_leaves(const Condition &condition)
	{
		if (!is_inner(condition))
			return 1;
		int count = 0;
		for (uint32_t i = 0; i < condition.n_children && count <= kMaxDecomposed; i++)
			count += count_leaves(condition.children[i]);
		return count;
	}
};

bool is_constant(const Node *node)
{
	return IsA(node, Const) && !reinterpret_cast<const Const *>(node)->constisnull;
}

/* A constant query as AND, OR and NOT of its conditions; null to leave it. */
Node *take_apart(const SupportRequestSimplify *request, Oid op, Node *payload, const Const *query)
{
	if (!is_indexed(request->root, payload, pg::operator_named(pg::kIndexed, request->fcall->funcid)))
		return nullptr;
	const Jsonb *jsonb = DatumGetJsonbP(query->constvalue);
	const Condition *condition = pg::compile_query(jsonb, CurrentMemoryContext);
	const int leaves = Decomposition::count_leaves(*condition);
	if (!Decomposition::is_inner(*condition) || leaves > kMaxDecomposed)
		return nullptr;
	const filter::JsonValue *tree = pg::json_of(jsonb, CurrentMemoryContext);
	const bool pair = tree->kind() == filter::JsonKind::kArray;
	const char *schema = pair ? pnstrdup(tree->item(1).source().data(), tree->item(1).source().size()) : nullptr;
	return reinterpret_cast<Node *>(Decomposition{op, payload, schema}.decompose(*condition));
}

/* The right operand of ~@ that stands for payload_match()'s filter and schema;
 * null when they are not constants. Those of a generic plan are not: which index
 * knows the field could not be told. */
Const *query_of(Node *filter, Node *schema)
{
	const bool no_schema = IsA(schema, Const) && reinterpret_cast<Const *>(schema)->constisnull;
	if (!is_constant(filter) || (!no_schema && !is_constant(schema)))
		return nullptr;
	const auto *filter_const = reinterpret_cast<Const *>(filter), *schema_const = reinterpret_cast<Const *>(schema);
	char *filter_text = DatumGetCString(DirectFunctionCall1(jsonb_out, filter_const->constvalue));
	if (no_schema)
		return jsonb_const(filter_text);
	char *schema_text = DatumGetCString(DirectFunctionCall1(jsonb_out, schema_const->constvalue));
	return jsonb_const(psprintf("[%s, %s]", filter_text, schema_text));
}

Const *query_of_match(List *args)
{
	auto *filter = static_cast<Node *>(lsecond(args));
	if (list_length(args) == 3)
		return query_of(filter, static_cast<Node *>(lthird(args)));
	return is_constant(filter) ? reinterpret_cast<Const *>(filter) : nullptr;
}

bool is_payload_test(const List *args)
{
	return list_length(args) == 5;
}

/* payload_test() as `payload ~@ payload_test_query(...)`, so that what an index has
 * found need not be tested again. */
Node *simplify_test(const SupportRequestSimplify *request, Oid op, Node *payload)
{
	const FuncExpr *call = request->fcall;
	if (!is_indexed(request->root, payload, pg::operator_named(pg::kIndexed, call->funcid)))
		return nullptr;
	Node *query = pg::query_of_call(request->root, call->args, call->funcid);
	return query ? reinterpret_cast<Node *>(satisfies(op, payload, query)) : nullptr;
}

Node *simplify(const SupportRequestSimplify *request)
{
	const FuncExpr *call = request->fcall;
	const Oid op = pg::operator_named(pg::kSatisfies, call->funcid);
	if (!OidIsValid(op))
		return nullptr;
	auto *payload = static_cast<Node *>(linitial(call->args));
	if (is_payload_test(call->args))
		return simplify_test(request, op, payload);
	Const *query = query_of_match(call->args);
	if (!query)
		return nullptr;
	Node *apart = take_apart(request, op, payload, query);
	if (apart || list_length(call->args) == 2)
		return apart;
	return reinterpret_cast<Node *>(satisfies(op, payload, reinterpret_cast<Node *>(query)));
}

/* `payload @~@ query` for an index that knows a field of the query. The index
 * rechecks by itself, so the condition loses nothing. */
List *index_condition(SupportRequestIndexCondition *request)
{
	const Oid op = pg::operator_named(pg::kIndexed, request->funcid);
	List *args = IsA(request->node, OpExpr) ? reinterpret_cast<OpExpr *>(request->node)->args
											: reinterpret_cast<FuncExpr *>(request->node)->args;
	if (request->indexarg != 0 || list_length(args) != 2 || !OidIsValid(op) || !op_in_opfamily(op, request->opfamily))
		return NIL;
	auto *operand = static_cast<Node *>(lsecond(args));
	pg::KnownQuery query;
	if (!is_pseudo_constant_for_index(request->root, operand, request->index) || !pg::read_query(operand, &query) ||
		!pg::serves_query(request->index, request->indexcol, query))
		return NIL;
	request->lossy = false;
	return list_make1(satisfies(op, static_cast<Node *>(linitial(args)), operand));
}

/* Of a call that was left one; the operator has payload_selectivity(). */
Selectivity selectivity(const SupportRequestSelectivity *request)
{
	Node *query = nullptr;
	if (!request->is_join)
		query = is_payload_test(request->args) ? pg::query_of_call(request->root, request->args, request->funcid)
											   : static_cast<Node *>(lsecond(request->args));
	if (!query)
		return kUnknownFilter;
	return pg::estimate_query(request->root, static_cast<Node *>(linitial(request->args)), query, request->funcid,
							  request->varRelid);
}

} /* namespace */

VECEXT_FUNCTION(vecext_payload_support)
{
	auto *request = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
	if (IsA(request, SupportRequestSimplify))
		PG_RETURN_POINTER(simplify(reinterpret_cast<SupportRequestSimplify *>(request)));
	if (IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(index_condition(reinterpret_cast<SupportRequestIndexCondition *>(request)));
	if (!IsA(request, SupportRequestSelectivity))
		PG_RETURN_POINTER(nullptr);
	auto *estimate = reinterpret_cast<SupportRequestSelectivity *>(request);
	estimate->selectivity = selectivity(estimate);
	PG_RETURN_POINTER(estimate);
}
