/*
 * vector_scan.cpp: see vector_scan.h. The search itself is filtered_search.h's.
 *
 * Quals run in the order that the planner gave them (order_qual_clauses(), by
 * security level first), so that a leaky one sees no row that a security barrier
 * keeps from it.
 *
 * A query that returns the distance need not compute it from the row again, which
 * would fetch a long vector from the table's TOAST: the projection takes it from a
 * slot of one column, the plan node's otherwise unused outer tuple. Nor need one that
 * does not return it, for which ORDER BY adds it to the rows all the same.
 */
#include <algorithm>

#include "filter/vector_scan.h"

extern "C" {
#include "access/genam.h"
#include "catalog/index.h"
#include "catalog/pg_type_d.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/ruleutils.h"
}

#include "hnsw/access_method.h"

namespace vecext::pg {

namespace {

struct VectorScanState {
	CustomScanState css; /* first */
	VectorScanPlan plan;
	ExprState *query;
	ExprState *bound;         /* of the range; null: there is none */
	List *limit;              /* LIMIT and OFFSET, as ExprStates; empty: the plan has the rows wanted */
	ExprState *distance;      /* as the operator computes it; null: not projected */
	TupleTableSlot *measured; /* the distance for the projection */
	bool query_ready;
	FilteredSearch search;
	uint64 rejected_reported; /* of counters.rows_rejected, to the instrumentation */
};

VectorScanState *state_of(CustomScanState *node)
{
	return reinterpret_cast<VectorScanState *>(node);
}

const CustomScan *plan_of(const CustomScanState *node)
{
	return reinterpret_cast<const CustomScan *>(node->ss.ps.plan);
}

/* ---- begin ---- */

/* ExecInitCustomScan() prepares for virtual tuples; ours come from the table. */
void use_table_slot(VectorScanState *state, EState *estate)
{
	ScanState *scan = &state->css.ss;
	const CustomScan *plan = plan_of(&state->css);
	Relation heap = scan->ss_currentRelation;
	ExecInitScanTupleSlot(estate, scan, RelationGetDescr(heap), table_slot_callbacks(heap));
	ExecAssignScanProjectionInfoWithVarno(scan, plan->scan.scanrelid);
	scan->ps.subPlan = NIL; /* ExecInitQual() finds them again */
	state->search.filter = ExecInitQual(plan->scan.plan.qual, &scan->ps);
	scan->ps.qual = nullptr; /* ExecScan() need not repeat it */
}

struct DistanceUse {
	Expr *distance;
	bool found;
};

/* Replaces the distance by the first column of the outer tuple. */
Node *use_measured(Node *node, void *context)
{
	auto *use = static_cast<DistanceUse *>(context);
	if (node == nullptr)
		return nullptr;
	if (!equal(node, use->distance))
		return change_expression(node, use_measured, context);
	use->found = true;
	return reinterpret_cast<Node *>(makeVar(OUTER_VAR, 1, FLOAT8OID, -1, InvalidOid, 0));
}

void project_measured(VectorScanState *state, EState *estate)
{
	ScanState *scan = &state->css.ss;
	const CustomScan *plan = plan_of(&state->css);
	DistanceUse use = {static_cast<Expr *>(lsecond(plan->custom_exprs)), false};
	if (scan->ps.ps_ProjInfo == nullptr || exprType(reinterpret_cast<Node *>(use.distance)) != FLOAT8OID)
		return;
	auto *targets = reinterpret_cast<List *>(
		change_expression(reinterpret_cast<Node *>(plan->scan.plan.targetlist), use_measured, &use));
	if (!use.found)
		return;
	TupleDesc row = CreateTemplateTupleDesc(1);
	TupleDescInitEntry(row, 1, "distance", FLOAT8OID, -1, 0);
	state->measured = ExecInitExtraTupleSlot(estate, row, &TTSOpsVirtual);
	state->distance = ExecInitExpr(use.distance, &scan->ps);
	scan->ps.ps_ExprContext->ecxt_outertuple = state->measured;
	scan->ps.ps_ProjInfo = ExecBuildProjectionInfo(targets, scan->ps.ps_ExprContext, scan->ps.ps_ResultTupleSlot,
												   &scan->ps, RelationGetDescr(scan->ss_currentRelation));
}

void init_indexed_value(FilteredSearch *search, Relation index, EState *estate)
{
	const IndexInfo *info = BuildIndexInfo(index);
	search->column = info->ii_IndexAttrNumbers[0];
	if (search->column == 0)
		search->expression = ExecPrepareExpr(static_cast<Expr *>(linitial(info->ii_Expressions)), estate);
}

void begin_scan(CustomScanState *node, EState *estate, int eflags)
{
	VectorScanState *state = state_of(node);
	FilteredSearch *search = &state->search;
	const CustomScan *plan = plan_of(node);
	state->plan = decode_plan(plan->custom_private);
	use_table_slot(state, estate);
	project_measured(state, estate);
	state->query = ExecInitExpr(static_cast<Expr *>(linitial(plan->custom_exprs)), &node->ss.ps);
	if (state->plan.spec.ranged)
		state->bound = ExecInitExpr(static_cast<Expr *>(lthird(plan->custom_exprs)), &node->ss.ps);
	const int fixed = state->plan.spec.ranged ? 3 : 2;
	state->limit = ExecInitExprList(list_copy_tail(plan->custom_exprs, fixed), &node->ss.ps);
	if (plan->custom_plans != NIL) {
		/* A bitmap cannot be read backwards. */
		const int flags = eflags & ~(EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK);
		search->bitmap_source = ExecInitNode(static_cast<Plan *>(linitial(plan->custom_plans)), estate, flags);
		node->custom_ps = list_make1(search->bitmap_source);
	}
	search->estimates = state->plan.estimates;
	search->spec = state->plan.spec;
	search->counters.members = -1;
	if (eflags & EXEC_FLAG_EXPLAIN_ONLY)
		return;
	const LOCKMODE lock = exec_rt_fetch(plan->scan.scanrelid, estate)->rellockmode;
	search->heap = node->ss.ss_currentRelation;
	search->snapshot = estate->es_snapshot;
	search->estate = estate;
	search->index = create_search(index_open(state->plan.index, lock));
	search->index->by_examples = state->plan.examples;
	search->fetch = table_index_fetch_begin(search->heap);
	search->probe = table_slot_create(search->heap, &estate->es_tupleTable);
	search->filter_context = CreateExprContext(estate);
	search->member_context =
		AllocSetContextCreate(CurrentMemoryContext, "vector search bitmap", ALLOCSET_DEFAULT_SIZES);
	search->kept_context = AllocSetContextCreate(CurrentMemoryContext, "vector search", ALLOCSET_DEFAULT_SIZES);
	init_indexed_value(search, search->index->index, estate);
	if (!IsMVCCSnapshot(search->snapshot))
		elog(ERROR, "non-MVCC snapshots are not supported with hnsw");
}

/* ---- rows ---- */

/* LIMIT NULL is none; what is wrong with others is for the Limit node to say. */
void take_limit(VectorScanState *state)
{
	double rows = 0;
	ListCell *cell;
	foreach (cell, state->limit) {
		bool is_null;
		const Datum part = ExecEvalExprSwitchContext(static_cast<ExprState *>(lfirst(cell)),
													 state->css.ss.ps.ps_ExprContext, &is_null);
		const bool is_count = foreach_current_index(cell) == 0;
		if (is_null && is_count)
			return;
		rows += is_null ? 0 : static_cast<double>(std::max<int64>(DatumGetInt64(part), 0));
	}
	if (state->limit != NIL)
		state->search.estimates.limit = std::max(rows, 1.0);
}

void take_query(VectorScanState *state)
{
	FilteredSearch *search = &state->search;
	forget_query(search);
	ExprContext *context = state->css.ss.ps.ps_ExprContext;
	bool is_null;
	Datum query = ExecEvalExprSwitchContext(state->query, context, &is_null);
	if (!is_null) {
		MemoryContext caller = MemoryContextSwitchTo(search->kept_context);
		query = PointerGetDatum(PG_DETOAST_DATUM_COPY(query));
		MemoryContextSwitchTo(caller);
	}
	restart_search(search, query, is_null);
	take_limit(state);
	if (state->bound != nullptr) {
		const Datum bound = ExecEvalExprSwitchContext(state->bound, context, &is_null);
		set_bound(search, is_null ? 0 : DatumGetFloat8(bound), is_null);
	}
	state->query_ready = true;
}

void store_measured(VectorScanState *state, bool is_null, Datum distance)
{
	TupleTableSlot *slot = ExecClearTuple(state->measured);
	slot->tts_values[0] = distance;
	slot->tts_isnull[0] = is_null;
	ExecStoreVirtualTuple(slot);
}

/* By the operator, from the row in `slot`. */
void measure_row(VectorScanState *state, TupleTableSlot *slot)
{
	ExprContext *context = state->css.ss.ps.ps_ExprContext;
	context->ecxt_scantuple = slot;
	bool is_null;
	const Datum distance = ExecEvalExprSwitchContext(state->distance, context, &is_null);
	store_measured(state, is_null, distance);
}

void provide_distance(VectorScanState *state, TupleTableSlot *slot)
{
	double distance;
	if (state->distance == nullptr)
		return;
	if (state->plan.unread)
		store_measured(state, true, 0);
	else if (distance_of_returned(&state->search, &distance))
		store_measured(state, false, Float8GetDatum(distance));
	else
		measure_row(state, slot);
}

TupleTableSlot *next_row(ScanState *node)
{
	auto *state = reinterpret_cast<VectorScanState *>(node);
	if (!state->query_ready)
		take_query(state);
	TupleTableSlot *slot = node->ss_ScanTupleSlot;
	const bool found = next_filtered_row(&state->search, slot);
	const uint64 rejected = state->search.counters.rows_rejected;
	InstrCountFiltered1(node, static_cast<double>(rejected - state->rejected_reported));
	state->rejected_reported = rejected;
	if (!found)
		return ExecClearTuple(slot);
	provide_distance(state, slot);
	return slot;
}

/* For EvalPlanQual: whether another version of a row still passes. */
bool recheck_row(ScanState *node, TupleTableSlot *slot)
{
	auto *state = reinterpret_cast<VectorScanState *>(node);
	ExprContext *context = node->ps.ps_ExprContext;
	context->ecxt_scantuple = slot;
	if (state->distance != nullptr)
		measure_row(state, slot);
	return ExecQual(state->search.filter, context);
}

TupleTableSlot *exec_scan(CustomScanState *node)
{
	return ExecScan(&node->ss, next_row, recheck_row);
}

void end_scan(CustomScanState *node)
{
	FilteredSearch *search = &state_of(node)->search;
	if (search->bitmap_source != nullptr)
		ExecEndNode(search->bitmap_source);
	if (search->index == nullptr)
		return;
	table_index_fetch_end(search->fetch);
	index_close(search->index->index, NoLock);
	destroy_search(search->index);
}

void rescan(CustomScanState *node)
{
	VectorScanState *state = state_of(node);
	PlanState *source = state->search.bitmap_source;
	if (source != nullptr && node->ss.ps.chgParam != nullptr)
		UpdateChangedParamSet(source, node->ss.ps.chgParam);
	if (source != nullptr && source->chgParam != nullptr) {
		ExecReScan(source);
		forget_members(&state->search);
	}
	table_index_fetch_reset(state->search.fetch);
	ExecClearTuple(state->search.probe);
	ExecScanReScan(&node->ss);
	state->query_ready = false;
}

/* ---- EXPLAIN ---- */

void explain_order(CustomScanState *node, List *ancestors, ExplainState *es)
{
	const CustomScan *plan = plan_of(node);
	List *context = set_deparse_context_plan(es->deparse_cxt, node->ss.ps.plan, ancestors);
	const bool prefix = list_length(es->rtable) > 1 || es->verbose;
	char *text = deparse_expression(static_cast<Node *>(lsecond(plan->custom_exprs)), context, prefix, false);
	const VectorScanState *state = state_of(node);
	if (state->plan.ordered)
		ExplainPropertyText("Order By", text, es);
	if (state->plan.spec.ranged)
		ExplainPropertyText("Range Of", text, es);
}

const char *strategies_used(uint64 strategies)
{
	StringInfoData text;
	initStringInfo(&text);
	for (int i = 0; i <= static_cast<int>(Strategy::kTable); i++)
		if (strategies >> i & 1)
			appendStringInfo(&text, "%s%s", text.len > 0 ? "; " : "", strategy_name(static_cast<Strategy>(i)));
	return text.data;
}

void explain_count(const char *label, double count, ExplainState *es)
{
	ExplainPropertyFloat(label, nullptr, count, 0, es);
}

void explain_run(const FilteredSearch &search, ExplainState *es)
{
	const FilteredCounters &counters = search.counters;
	ExplainPropertyText("Strategy", strategies_used(counters.strategies), es);
	explain_count("ef", counters.ef, es);
	if (counters.members >= 0)
		explain_count("Rows in Bitmap", counters.members, es);
	explain_count("Nodes Visited", static_cast<double>(counters.nodes_visited), es);
	if (counters.codes > 0)
		explain_count("Codes Scored", static_cast<double>(counters.codes), es);
	explain_count("Distances Computed", static_cast<double>(counters.distances), es);
	if (counters.rescored > 0)
		explain_count("Rows Rescored", static_cast<double>(counters.rescored), es);
	if (search.filter != nullptr) {
		explain_count("Rows Checked", static_cast<double>(counters.rows_checked), es);
		explain_count("Rows Matched", static_cast<double>(counters.rows_checked - counters.rows_rejected), es);
	}
	explain_count("Pending Rows Scanned", static_cast<double>(counters.pending_rows), es);
	explain_count("Searches", static_cast<double>(counters.batches), es);
}

void explain_scan(CustomScanState *node, List *ancestors, ExplainState *es)
{
	const VectorScanState *state = state_of(node);
	ExplainPropertyText("Index", get_rel_name(state->plan.index), es);
	explain_order(node, ancestors, es);
	if (state->search.filter != nullptr && es->costs)
		explain_count("Estimated Matches", state->plan.estimates.matches, es);
	if (es->analyze && state->search.counters.searches > 0)
		explain_run(state->search, es);
}

const CustomExecMethods exec_methods = {
	.CustomName = "Vector Search",
	.BeginCustomScan = begin_scan,
	.ExecCustomScan = exec_scan,
	.EndCustomScan = end_scan,
	.ReScanCustomScan = rescan,
	.MarkPosCustomScan = nullptr,
	.RestrPosCustomScan = nullptr,
	.EstimateDSMCustomScan = nullptr,
	.InitializeDSMCustomScan = nullptr,
	.ReInitializeDSMCustomScan = nullptr,
	.InitializeWorkerCustomScan = nullptr,
	.ShutdownCustomScan = nullptr,
	.ExplainCustomScan = explain_scan,
};

Node *create_state(CustomScan *)
{
	auto *state = static_cast<VectorScanState *>(palloc0(sizeof(VectorScanState)));
	NodeSetTag(&state->css, T_CustomScanState);
	state->css.methods = &exec_methods;
	return reinterpret_cast<Node *>(state);
}

/* A constant keeps all bits on the way to a parallel worker, and costs nothing to
 * read when a plan is run. */
Node *make_number(double number)
{
	return reinterpret_cast<Node *>(
		makeConst(FLOAT8OID, -1, InvalidOid, sizeof(float8), Float8GetDatum(number), false, FLOAT8PASSBYVAL));
}

double number_at(const List *list, int i)
{
	return DatumGetFloat8(static_cast<const Const *>(list_nth(list, i))->constvalue);
}

} /* namespace */

const CustomScanMethods vector_scan_methods = {"Vector Search", create_state};

void register_vector_scan()
{
	RegisterCustomScanMethods(&vector_scan_methods);
}

List *encode_plan(const VectorScanPlan &plan)
{
	const FilterEstimates &estimates = plan.estimates;
	const SearchSpec &spec = plan.spec;
	List *numbers =
		list_make5(make_number(estimates.limit), make_number(estimates.rows), make_number(estimates.matches),
				   make_number(estimates.members), make_number(estimates.reach));
	numbers = lappend(lappend(numbers, make_number(spec.scale)), make_number(spec.offset));
	List *flags =
		list_make5_int(plan.ordered, spec.nulls_first, spec.nan_first, spec.ranged, static_cast<int>(spec.unindexed));
	flags = lappend_int(lappend_int(flags, plan.examples), plan.unread);
	return list_make3(list_make1_oid(plan.index), numbers, flags);
}

VectorScanPlan decode_plan(const List *custom_private)
{
	const auto *numbers = static_cast<const List *>(lsecond(custom_private));
	const auto *flags = static_cast<const List *>(lthird(custom_private));
	VectorScanPlan plan;
	plan.index = linitial_oid(static_cast<const List *>(linitial(custom_private)));
	plan.ordered = list_nth_int(flags, 0) != 0;
	plan.examples = list_nth_int(flags, 5) != 0;
	plan.unread = list_nth_int(flags, 6) != 0;
	plan.estimates = {number_at(numbers, 0), number_at(numbers, 1), number_at(numbers, 2), number_at(numbers, 3),
					  number_at(numbers, 4)};
	plan.spec = {list_nth_int(flags, 1) != 0, list_nth_int(flags, 2) != 0, static_cast<uint32>(list_nth_int(flags, 4)),
				 list_nth_int(flags, 3) != 0, number_at(numbers, 5),       number_at(numbers, 6)};
	return plan;
}

} /* namespace vecext::pg */
