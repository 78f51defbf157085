/*
 * vector_path.cpp: see vector_path.h.
 *
 * The bitmap of matching rows is the planner's own: PostgreSQL is asked once more
 * for the paths over this relation's indexes with plain index scans discouraged,
 * and the cheapest BitmapHeapPath of those is what the node gets its bitmap from.
 * So any index serves that PostgreSQL can make a bitmap with, and PostgreSQL's
 * rules apply on which quals may be tested before others (leakproof functions,
 * security levels). Such a bitmap may leave conditions out: the node tests all
 * quals on the rows.
 *
 * Cost: a little less than that of the plain index scan, or that of the bitmap
 * scan, whichever is cheaper for the rows wanted: the node chooses between the two
 * when it knows more.
 */
#include <algorithm>

#include "filter/vector_path.h"

#include "filter/vector_scan.h"

extern "C" {
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
}

#include "hnsw/access_method.h"
#include "hnsw/options.h"

namespace vecext::pg {

namespace {

bool enable_filtered_scan = true;
set_rel_pathlist_hook_type previous_hook;

const config_enum_entry strategy_choices[] = {
	{"auto", kChooseStrategy, false},
	{"lazy", static_cast<int>(Strategy::kLazy), false},
	{"steered", static_cast<int>(Strategy::kSteered), false},
	{"exact", static_cast<int>(Strategy::kExact), false},
	{"table", static_cast<int>(Strategy::kTable), false},
	{nullptr, 0, false},
};

/* The node's advantage over plans that cannot change their mind. Beyond the 1 %
 * that the planner takes for equal. */
constexpr double kDiscount = 0.98;
/* What the exact strategy costs beyond reading the rows: preparing the search, and
 * for each row a distance and its place in the heap. */
constexpr double kStartOperators = 50, kRowOperators = 2;

/* ---- what applies ---- */

bool is_plain_table(const RelOptInfo *rel, const RangeTblEntry *rte)
{
	if (rel->reloptkind != RELOPT_BASEREL && rel->reloptkind != RELOPT_OTHER_MEMBER_REL)
		return false;
	if (rte->rtekind != RTE_RELATION || rte->tablesample != nullptr || rte->inh)
		return false;
	return (rte->relkind == RELKIND_RELATION || rte->relkind == RELKIND_MATVIEW) && rel->lateral_relids == nullptr;
}

bool is_usable(const IndexOptInfo *index)
{
	return reinterpret_cast<void *>(index->amcostestimate) == reinterpret_cast<void *>(hnsw_cost_estimate) &&
		   !index->hypothetical && index->nkeycolumns == 1 && (index->indpred == NIL || index->predOK);
}

/* An ordering that an index gives. */
struct IndexOrder {
	IndexOptInfo *index;
	Expr *expression; /* column <op> query */
	Expr *query;
};

/* Whether `expression` is column <op> query for the index. */
bool match_expression(PlannerInfo *root, IndexOptInfo *index, Expr *expression, Oid sort_family, IndexOrder *order)
{
	if (!IsA(expression, OpExpr))
		return false;
	const auto *op = reinterpret_cast<const OpExpr *>(expression);
	if (list_length(op->args) != 2)
		return false;
	auto *left = static_cast<Node *>(linitial(op->args)), *right = static_cast<Node *>(lsecond(op->args));
	Oid operator_id = op->opno;
	if (!match_index_to_operand(left, 0, index)) {
		std::swap(left, right);
		operator_id = get_commutator(operator_id);
	}
	if (!OidIsValid(operator_id) || !match_index_to_operand(left, 0, index) ||
		get_op_opfamily_sortfamily(operator_id, index->opfamily[0]) != sort_family)
		return false;
	if (bms_is_member(static_cast<int>(index->rel->relid), pull_varnos(root, right)) ||
		contain_volatile_functions(right))
		return false;
	*order = {index, expression, reinterpret_cast<Expr *>(right)};
	return true;
}

bool find_order(PlannerInfo *root, RelOptInfo *rel, IndexOrder *order)
{
	if (root->query_pathkeys == NIL)
		return false;
	const auto *key = static_cast<const PathKey *>(linitial(root->query_pathkeys));
	if (!sorts_ascending(key) || key->pk_nulls_first || key->pk_eclass->ec_has_volatile)
		return false;
	ListCell *cell;
	foreach (cell, rel->indexlist) {
		auto *index = static_cast<IndexOptInfo *>(lfirst(cell));
		if (is_usable(index) && find_class_member(key->pk_eclass, rel, [&](Expr *expression) {
				return match_expression(root, index, expression, key->pk_opfamily, order);
			}))
			return true;
	}
	return false;
}

/* ---- the paths to learn from ---- */

BitmapHeapPath *cheapest_bitmap(List *paths)
{
	BitmapHeapPath *cheapest = nullptr;
	ListCell *cell;
	foreach (cell, paths) {
		auto *path = static_cast<Path *>(lfirst(cell));
		if (IsA(path, BitmapHeapPath) && PATH_REQ_OUTER(path) == nullptr &&
			(cheapest == nullptr || path->total_cost < cheapest->path.total_cost))
			cheapest = reinterpret_cast<BitmapHeapPath *>(path);
	}
	return cheapest;
}

/* PostgreSQL's own bitmap path for the quals, or null. */
BitmapHeapPath *bitmap_path(PlannerInfo *root, RelOptInfo *rel)
{
	if (!enable_bitmapscan || rel->baserestrictinfo == NIL)
		return nullptr;
	List *const paths = rel->pathlist, *const partial_paths = rel->partial_pathlist;
	const bool indexscan = enable_indexscan, indexonlyscan = enable_indexonlyscan;
	BitmapHeapPath *volatile found = nullptr;
	PG_TRY();
	{
		rel->pathlist = rel->partial_pathlist = NIL;
		enable_indexscan = enable_indexonlyscan = false;
		create_index_paths(root, rel);
		found = cheapest_bitmap(rel->pathlist);
	}
	PG_FINALLY();
	{
		enable_indexscan = indexscan;
		enable_indexonlyscan = indexonlyscan;
		rel->pathlist = paths;
		rel->partial_pathlist = partial_paths;
	}
	PG_END_TRY();
	return found;
}

/* The plain scan of the index in this order; `pathkeys` is that order alone. */
const Path *plain_scan(PlannerInfo *root, const IndexOrder &order, List *pathkeys)
{
	return &create_index_path(root, order.index, NIL, list_make1(order.expression), list_make1_int(0), pathkeys,
							  ForwardScanDirection, false, nullptr, 1.0, false)
				->path;
}

double bitmap_rows(const RelOptInfo *rel, const BitmapHeapPath *bitmap)
{
	if (bitmap == nullptr)
		return -1;
	Cost cost;
	Selectivity selectivity;
	cost_bitmap_tree_node(bitmap->bitmapqual, &cost, &selectivity);
	return std::max(selectivity * rel->tuples, 1.0);
}

/* ---- the path ---- */

void set_costs(const PlannerInfo *root, CustomPath *custom, const Path *plain, const BitmapHeapPath *bitmap)
{
	Path *path = &custom->path;
	path->startup_cost = plain->startup_cost * kDiscount;
	path->total_cost = plain->total_cost * kDiscount;
	if (root->limit_tuples <= 0 || bitmap == nullptr)
		return;
	/* The planner interpolates between startup and total by the share of rows. */
	const double share = std::min(root->limit_tuples / std::max(path->rows, 1.0), 1.0);
	const Cost limited = path->startup_cost + (path->total_cost - path->startup_cost) * share;
	const Cost exact = bitmap->path.total_cost + (kStartOperators + path->rows * kRowOperators) * cpu_operator_cost;
	if (exact >= limited)
		return;
	path->startup_cost = std::min(path->startup_cost, exact);
	path->total_cost = path->startup_cost + (exact - path->startup_cost) / share;
}

Plan *plan_vector_scan(PlannerInfo *, RelOptInfo *rel, CustomPath *path, List *tlist, List *clauses, List *custom_plans)
{
	CustomScan *scan = makeNode(CustomScan);
	scan->scan.plan.targetlist = tlist;
	scan->scan.plan.qual = extract_actual_clauses(clauses, false);
	scan->scan.scanrelid = rel->relid;
	scan->flags = path->flags;
	scan->methods = &vector_scan_methods;
	scan->custom_exprs = static_cast<List *>(linitial(path->custom_private));
	scan->custom_private = static_cast<List *>(lsecond(path->custom_private));
	if (custom_plans != NIL) {
		/* Of the bitmap scan only what makes the bitmap. Constant quals put a node
		 * of their own above it; there is one above ours, too. */
		auto *plan = static_cast<Plan *>(linitial(custom_plans));
		while (plan != nullptr && !IsA(plan, BitmapHeapScan))
			plan = outerPlan(plan);
		if (plan == nullptr)
			elog(ERROR, "no bitmap scan in the plan for a bitmap");
		scan->custom_plans = list_make1(outerPlan(plan));
	}
	return &scan->scan.plan;
}

const CustomPathMethods path_methods = {"Vector Search", plan_vector_scan, nullptr};

bool is_safe(PlannerInfo *root, const RelOptInfo *rel, const IndexOrder &order)
{
	return rel->consider_parallel && is_parallel_safe(root, reinterpret_cast<Node *>(order.expression));
}

void add_vector_path(PlannerInfo *root, RelOptInfo *rel, const IndexOrder &order)
{
	List *const pathkeys = list_make1(linitial(root->query_pathkeys));
	const Path *plain = plain_scan(root, order, pathkeys);
	BitmapHeapPath *bitmap = bitmap_path(root, rel);
	CustomPath *custom = makeNode(CustomPath);
	custom->path.pathtype = T_CustomScan;
	custom->path.parent = rel;
	custom->path.pathtarget = rel->reltarget;
	custom->path.rows = rel->rows;
	custom->path.parallel_safe = is_safe(root, rel, order);
	custom->path.pathkeys = pathkeys;
	custom->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	custom->methods = &path_methods;
	if (bitmap != nullptr)
		custom->custom_paths = list_make1(bitmap);
	const VectorScanPlan plan = {
		order.index->indexoid,
		{std::max(root->limit_tuples, 0.0), std::max(rel->tuples, 1.0), rel->rows, bitmap_rows(rel, bitmap)}};
	custom->custom_private = list_make2(list_make2(order.query, order.expression), encode_plan(plan));
	set_costs(root, custom, plain, bitmap);
	add_path(rel, &custom->path);
}

void add_paths(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	if (previous_hook != nullptr)
		previous_hook(root, rel, rti, rte);
	/* Without a filter an index scan costs less, as long as its ef_search rows are
	 * enough. Who turns index scans off wants none of this. */
	if (!enable_filtered_scan || !enable_indexscan || !is_plain_table(rel, rte) || IS_DUMMY_REL(rel) ||
		(rel->baserestrictinfo == NIL && root->limit_tuples <= hnsw_ef_search))
		return;
	IndexOrder order;
	if (find_order(root, rel, &order))
		add_vector_path(root, rel, order);
}

} /* namespace */

void define_filtered_scan()
{
	DefineCustomBoolVariable("vecext.enable_filtered_scan", "Lets the planner use the node Vector Search.",
							 "It finds as many rows as LIMIT asks for, whatever the filter.", &enable_filtered_scan,
							 true, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
	DefineCustomEnumVariable("vecext.filter_strategy", "How the node Vector Search goes about a filter.",
							 "\"auto\" chooses by cost; the others are for tests and measurements.", &filter_strategy,
							 kChooseStrategy, strategy_choices, PGC_USERSET, 0, nullptr, nullptr, nullptr);
	register_vector_scan();
	previous_hook = set_rel_pathlist_hook;
	set_rel_pathlist_hook = add_paths;
}

} /* namespace vecext::pg */
