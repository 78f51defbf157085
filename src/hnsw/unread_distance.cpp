/*
 * unread_distance.cpp: see unread_distance.h.
 *
 * The distance is a "junk" column of the plan, which the executor drops when it hands
 * rows out. It is put into the plan as NULL where nothing but LIMIT stands between
 * the scan and the client, so that nothing in the plan can look at it. LIMIT WITH TIES
 * does. (Vector Search, src/filter, sees to this itself.)
 */
#include "hnsw/unread_distance.h"

#include "pg/compat.h"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/planner.h"
#include "utils/syscache.h"
}

#include "hnsw/access_method.h"

namespace vecext::pg {

namespace {

planner_hook_type previous_hook;

/* False for one that does not exist, as those that extensions only imagine. */
bool is_hnsw(Oid index)
{
	HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
	if (!HeapTupleIsValid(tuple))
		return false;
	const Oid access_method = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relam;
	ReleaseSysCache(tuple);
	const IndexAmRoutine *routine = GetIndexAmRoutineByAmId(access_method, true);
	return routine != nullptr && routine->ambuild == hnsw_build;
}

/* The expressions that a scan of ours gives its rows in the order of. */
const List *order_of(const Plan *plan)
{
	if (!IsA(plan, IndexScan))
		return NIL;
	const auto *scan = reinterpret_cast<const IndexScan *>(plan);
	return scan->indexorderbyorig != NIL && is_hnsw(scan->indexid) ? scan->indexorderbyorig : NIL;
}

/* The node whose rows the client gets, or the first ones of them. */
const Plan *outermost(const PlannedStmt *statement)
{
	const Plan *plan = statement->planTree;
	if (!IsA(plan, Limit))
		return plan;
	const bool ties = reinterpret_cast<const Limit *>(plan)->limitOption == LIMIT_OPTION_WITH_TIES;
	return ties ? nullptr : outerPlan(plan);
}

void leave_out_unread(const Plan *plan)
{
	const List *order = order_of(plan);
	ListCell *cell;
	foreach (cell, plan->targetlist) {
		auto *entry = lfirst_node(TargetEntry, cell);
		Node *column = reinterpret_cast<Node *>(entry->expr);
		if (entry->resjunk && list_member(order, column))
			entry->expr =
				reinterpret_cast<Expr *>(makeNullConst(exprType(column), exprTypmod(column), exprCollation(column)));
	}
}

PlannedStmt *plan_statement(Query *query, const char *text, int cursor_options, ParamListInfo parameters)
{
	PlannedStmt *statement = previous_hook != nullptr ? previous_hook(query, text, cursor_options, parameters)
													  : standard_planner(query, text, cursor_options, parameters);
	if (statement->commandType != CMD_SELECT)
		return statement;
	const Plan *plan = outermost(statement);
	if (plan != nullptr)
		leave_out_unread(plan);
	return statement;
}

} /* namespace */

void define_unread_distance()
{
	previous_hook = planner_hook;
	planner_hook = plan_statement;
}

} /* namespace vecext::pg */
