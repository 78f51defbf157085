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
 *
 * A bound on the distance is a range, whose rows the index finds without an ORDER
 * BY, too. PostgreSQL knows nothing of distances and takes a third of the table to
 * be within any bound; we say what it says of ranges, half a percent, to the
 * planner as a whole.
 */
#include <algorithm>
#include <cmath>

#include "filter/vector_path.h"

#include "filter/distance_forms.h"
#include "filter/vector_scan.h"

extern "C" {
#include "access/htup_details.h"
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
#include "utils/selfuncs.h"
#include "utils/syscache.h"
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
	{"among", static_cast<int>(Strategy::kAmong), false},
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

/* What a search is asked for: rows in an order, within a range, or both. */
struct SearchGoal {
	bool ordered, ranged;
	DistanceForm form; /* of the order, else of the range */
	bool nulls_first, nan_first;
	DistanceRange range;
};

template <class F> bool find_index(const RelOptInfo *rel, F f)
{
	ListCell *cell;
	foreach (cell, rel->indexlist) {
		auto *index = static_cast<IndexOptInfo *>(lfirst(cell));
		if (is_usable(index) && f(index))
			return true;
	}
	return false;
}

/* ORDER BY a form of a distance that this index orders by, in the direction that makes
 * distances ascend. */
bool find_order(PlannerInfo *root, RelOptInfo *rel, IndexOptInfo *index, SearchGoal *goal)
{
	if (root->query_pathkeys == NIL)
		return false;
	const auto *key = static_cast<const PathKey *>(linitial(root->query_pathkeys));
	if (key->pk_eclass->ec_has_volatile)
		return false;
	goal->nulls_first = key->pk_nulls_first;
	goal->nan_first = !sorts_ascending(key);
	return goal->ordered = find_class_member(key->pk_eclass, rel, [&](Expr *expression) {
			   return match_distance_form(root, index, expression, &goal->form) &&
					  (goal->form.scale > 0) == sorts_ascending(key);
		   });
}

/* A bound on the distance that the order is of; without an order, on any. */
bool find_range(PlannerInfo *root, RelOptInfo *rel, IndexOptInfo *index, SearchGoal *goal)
{
	ListCell *cell;
	foreach (cell, rel->baserestrictinfo) {
		Expr *condition = static_cast<RestrictInfo *>(lfirst(cell))->clause;
		DistanceRange &range = goal->range;
		goal->ranged = match_distance_range(root, index, condition, &range);
		if (goal->ranged && goal->ordered && !equal(range.form.distance, goal->form.distance))
			goal->ranged = false;
		if (goal->ranged && !goal->ordered)
			goal->form = range.form;
		if (goal->ranged)
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

/* One that the planner has kept. A copy: it is freed when a better path comes. */
BitmapHeapPath *known_bitmap_path(const RelOptInfo *rel)
{
	const BitmapHeapPath *known = cheapest_bitmap(rel->pathlist);
	if (known == nullptr)
		return nullptr;
	BitmapHeapPath *copy = makeNode(BitmapHeapPath);
	*copy = *known;
	return copy;
}

/* PostgreSQL's own bitmap path for the quals, or null. */
BitmapHeapPath *bitmap_path(PlannerInfo *root, RelOptInfo *rel)
{
	if (!enable_bitmapscan || rel->baserestrictinfo == NIL)
		return nullptr;
	if (BitmapHeapPath *known = known_bitmap_path(rel))
		return known;
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

/* The plain scan of the index in this order. */
const Path *plain_scan(PlannerInfo *root, const DistanceForm &form, List *pathkeys)
{
	return &create_index_path(root, form.index, NIL, list_make1(form.distance), list_make1_int(0), pathkeys,
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

/* ---- rows within a range ---- */

bool is_range(PlannerInfo *root, RelOptInfo *rel, Expr *condition)
{
	DistanceRange range;
	return find_index(rel, [&](IndexOptInfo *index) { return match_distance_range(root, index, condition, &range); });
}

/* Corrects PostgreSQL's guess of the rows that a bounded distance leaves, for what
 * is planned above this relation. */
void estimate_ranges(PlannerInfo *root, RelOptInfo *rel)
{
	constexpr double kSame = 1e-6;
	const double guessed = rel->rows;
	bool changed = false;
	ListCell *cell;
	foreach (cell, rel->baserestrictinfo) {
		auto *info = static_cast<RestrictInfo *>(lfirst(cell));
		if (std::fabs(info->norm_selec - DEFAULT_INEQ_SEL) > kSame || !is_range(root, rel, info->clause))
			continue;
		info->norm_selec = info->outer_selec = DEFAULT_RANGE_INEQ_SEL;
		changed = true;
	}
	if (!changed)
		return;
	set_baserel_size_estimates(root, rel);
	foreach (cell, rel->pathlist) {
		auto *path = static_cast<Path *>(lfirst(cell));
		if (path->param_info == nullptr)
			path->rows = clamp_row_est(path->rows * rel->rows / guessed);
	}
	foreach (cell, rel->partial_pathlist) {
		auto *path = static_cast<Path *>(lfirst(cell));
		path->rows = clamp_row_est(path->rows * rel->rows / guessed);
	}
}

/* ---- rows that the index does not have ---- */

bool is_not_null(const RelOptInfo *rel, const RangeTblEntry *rte, const IndexOptInfo *index)
{
	if (index->indexkeys[0] == 0)
		return false;
	HeapTuple tuple =
		SearchSysCache2(ATTNUM, ObjectIdGetDatum(rte->relid), Int16GetDatum(static_cast<int16>(index->indexkeys[0])));
	if (!HeapTupleIsValid(tuple))
		return false;
	const bool not_null = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple))->attnotnull;
	ReleaseSysCache(tuple);
	return not_null;
}

/* Whether the quals let rows without a vector pass, as far as that is obvious. */
bool may_be_null(const RelOptInfo *rel, const RangeTblEntry *rte, const SearchGoal &goal)
{
	if (goal.ranged || is_not_null(rel, rte, goal.form.index))
		return false;
	ListCell *cell;
	foreach (cell, rel->baserestrictinfo) {
		const Expr *clause = static_cast<const RestrictInfo *>(lfirst(cell))->clause;
		if (!IsA(clause, NullTest))
			continue;
		const auto *test = reinterpret_cast<const NullTest *>(clause);
		if (test->nulltesttype == IS_NOT_NULL &&
			match_index_to_operand(reinterpret_cast<Node *>(test->arg), 0, goal.form.index))
			return false;
	}
	return true;
}

/* Rows that an index may lack and that a walk could not put where they belong.
 * NaN, the cosine distance of a zero norm, is above all numbers: where distances
 * descend in the form, it comes first and passes "form > bound". */
uint32 unindexed_that_matter(const RelOptInfo *rel, const RangeTblEntry *rte, const SearchGoal &goal)
{
	const bool passes_range = !goal.ranged || goal.range.form.scale < 0;
	uint32 kinds = 0;
	if (goal.ordered && goal.nulls_first && may_be_null(rel, rte, goal))
		kinds |= kUnindexedNull;
	if ((goal.ordered && goal.nan_first && passes_range) || (goal.ranged && passes_range))
		kinds |= kUnindexedZeroNorm;
	return kinds;
}

/* ---- the path ---- */

/* ---- rows asked for ---- */

/* Whether a part of LIMIT may be evaluated once more. */
bool can_be_asked(PlannerInfo *root, Node *limit)
{
	return limit == nullptr ||
		   (!contain_volatile_functions(limit) && !contain_subplans(limit) && is_parallel_safe(root, limit));
}

/* LIMIT and OFFSET of a plan that is made before they are known (LIMIT $1 of a
 * prepared statement), if nothing stands between them and the rows of this level; else
 * empty. PostgreSQL's rule for limit_tuples. */
List *late_limit(PlannerInfo *root)
{
	const Query *query = root->parse;
	if (root->limit_tuples > 0 || query->limitCount == nullptr || query->groupClause != NIL ||
		query->groupingSets != NIL || query->distinctClause != NIL || query->hasAggs || query->hasWindowFuncs ||
		query->hasTargetSRFs || root->hasHavingQual)
		return NIL;
	if (!can_be_asked(root, query->limitCount) || !can_be_asked(root, query->limitOffset))
		return NIL;
	return query->limitOffset == nullptr ? list_make1(query->limitCount)
										 : list_make2(query->limitCount, query->limitOffset);
}

/* Share of the rows of the index that a walk may come to. */
double reach_of(const SearchGoal &goal)
{
	return goal.ranged ? DEFAULT_RANGE_INEQ_SEL : 1;
}

/* Without an order of ours the LIMIT may be another order's. */
bool has_own_limit(const PlannerInfo *root, const SearchGoal &goal)
{
	return goal.ordered || root->query_pathkeys == NIL;
}

/* Rows that will be asked for, 0 when unknown. */
double rows_wanted(const PlannerInfo *root, const SearchGoal &goal)
{
	return has_own_limit(root, goal) ? std::max(root->limit_tuples, 0.0) : 0;
}

void set_costs(const PlannerInfo *root, CustomPath *custom, const SearchGoal &goal, const Path *plain,
			   const BitmapHeapPath *bitmap)
{
	Path *path = &custom->path;
	const double wanted = rows_wanted(root, goal);
	path->startup_cost = plain->startup_cost * kDiscount;
	path->total_cost = path->startup_cost + (plain->total_cost - plain->startup_cost) * reach_of(goal) * kDiscount;
	if (goal.ranged && wanted <= 0)
		path->startup_cost = path->total_cost;
	if (wanted <= 0 || bitmap == nullptr)
		return;
	/* The planner interpolates between startup and total by the share of rows. */
	const double share = std::min(wanted / std::max(path->rows, 1.0), 1.0);
	const Cost limited = path->startup_cost + (path->total_cost - path->startup_cost) * share;
	const Cost exact = bitmap->path.total_cost + (kStartOperators + path->rows * kRowOperators) * cpu_operator_cost;
	if (exact >= limited)
		return;
	path->startup_cost = std::min(path->startup_cost, exact);
	path->total_cost = path->startup_cost + (exact - path->startup_cost) / share;
}

/* ---- the plan ---- */

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

bool is_safe(PlannerInfo *root, const RelOptInfo *rel, const SearchGoal &goal)
{
	return rel->consider_parallel && is_parallel_safe(root, reinterpret_cast<Node *>(goal.form.distance)) &&
		   (!goal.ranged || is_parallel_safe(root, reinterpret_cast<Node *>(goal.range.bound)));
}

bool contains(Node *node, void *expression)
{
	if (node == nullptr)
		return false;
	return equal(node, expression) || walk_expression(node, contains, expression);
}

/* Whether no node above this one, but LIMIT, has to do with the order of its rows. */
bool is_whole_query(const PlannerInfo *root, const RelOptInfo *rel)
{
	const Query *parse = root->parse;
	return parse->commandType == CMD_SELECT && rel->reloptkind == RELOPT_BASEREL &&
		   bms_membership(root->all_baserels) == BMS_SINGLETON && list_length(root->query_pathkeys) == 1 &&
		   root->rowMarks == NIL && parse->setOperations == nullptr && parse->groupClause == NIL &&
		   parse->groupingSets == NIL && parse->distinctClause == NIL && parse->havingQual == nullptr &&
		   parse->limitOption != LIMIT_OPTION_WITH_TIES && !parse->hasAggs && !parse->hasWindowFuncs &&
		   !parse->hasTargetSRFs;
}

/* Whether all that the query does with the distance is to order by it. Then it is a
 * column of the rows that nobody reads. */
bool only_orders_by(const PlannerInfo *root, Expr *distance)
{
	ListCell *cell;
	foreach (cell, root->processed_tlist) {
		auto *target = static_cast<TargetEntry *>(lfirst(cell));
		const bool is_order = target->resjunk && equal(target->expr, distance);
		if (!is_order && contains(reinterpret_cast<Node *>(target), distance))
			return false;
	}
	return true;
}

VectorScanPlan make_plan(const PlannerInfo *root, const RelOptInfo *rel, const RangeTblEntry *rte,
						 const SearchGoal &goal, const BitmapHeapPath *bitmap)
{
	const double rows = std::max(rel->tuples, 1.0);
	VectorScanPlan plan;
	plan.index = goal.form.index->indexoid;
	plan.ordered = goal.ordered;
	plan.examples = goal.form.examples;
	plan.unread = goal.ordered && is_whole_query(root, rel) && only_orders_by(root, goal.form.distance);
	plan.estimates = {rows_wanted(root, goal), rows, rel->rows, bitmap_rows(rel, bitmap), rows * reach_of(goal)};
	plan.spec = {goal.ordered && goal.nulls_first,        goal.ordered && goal.nan_first,
				 unindexed_that_matter(rel, rte, goal),   goal.ranged,
				 goal.ranged ? goal.range.form.scale : 1, goal.ranged ? goal.range.form.offset : 0};
	return plan;
}

void add_vector_path(PlannerInfo *root, RelOptInfo *rel, const RangeTblEntry *rte, const SearchGoal &goal,
					 BitmapHeapPath *bitmap)
{
	List *const pathkeys = goal.ordered ? list_make1(linitial(root->query_pathkeys)) : NIL;
	const Path *plain = plain_scan(root, goal.form, pathkeys);
	CustomPath *custom = makeNode(CustomPath);
	custom->path.pathtype = T_CustomScan;
	custom->path.parent = rel;
	custom->path.pathtarget = rel->reltarget;
	custom->path.rows = rel->rows;
	custom->path.parallel_safe = is_safe(root, rel, goal);
	custom->path.pathkeys = pathkeys;
	custom->flags = CUSTOMPATH_SUPPORT_PROJECTION;
	custom->methods = &path_methods;
	if (bitmap != nullptr)
		custom->custom_paths = list_make1(bitmap);
	List *expressions = list_make2(goal.form.query, goal.form.distance);
	if (goal.ranged)
		expressions = lappend(expressions, goal.range.bound);
	if (has_own_limit(root, goal))
		expressions = list_concat(expressions, late_limit(root));
	custom->custom_private = list_make2(expressions, encode_plan(make_plan(root, rel, rte, goal, bitmap)));
	set_costs(root, custom, goal, plain, bitmap);
	add_path(rel, &custom->path);
}

/* A scan without filter and LIMIT is an index scan's business: it ends where
 * hnsw.ef_search tells it to. It cannot do other forms. */
bool is_worth_it(PlannerInfo *root, const RelOptInfo *rel, const SearchGoal &goal)
{
	return rel->baserestrictinfo != NIL || root->limit_tuples > 0 || late_limit(root) != NIL || goal.form.scale != 1 ||
		   goal.form.offset != 0 || goal.nulls_first;
}

List *append_goal(List *goals, const SearchGoal &goal)
{
	auto *copy = static_cast<SearchGoal *>(palloc(sizeof(SearchGoal)));
	*copy = goal;
	return lappend(goals, copy);
}

/* Of one index: the order with the range, and the range alone. Each index has paths of
 * its own, or a plain scan of one that orders would have no node to compete with. */
List *goals_of(PlannerInfo *root, RelOptInfo *rel, IndexOptInfo *index)
{
	List *goals = NIL;
	SearchGoal goal = {};
	if (find_order(root, rel, index, &goal)) {
		find_range(root, rel, index, &goal);
		if (is_worth_it(root, rel, goal))
			goals = append_goal(goals, goal);
	}
	goal = {};
	if (find_range(root, rel, index, &goal))
		goals = append_goal(goals, goal);
	return goals;
}

void add_paths(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte)
{
	if (previous_hook != nullptr)
		previous_hook(root, rel, rti, rte);
	/* Who turns index scans off wants none of this. */
	if (!enable_filtered_scan || !enable_indexscan || !is_plain_table(rel, rte) || IS_DUMMY_REL(rel))
		return;
	estimate_ranges(root, rel);
	List *goals = NIL;
	find_index(rel, [&](IndexOptInfo *index) {
		goals = list_concat(goals, goals_of(root, rel, index));
		return false;
	});
	if (goals == NIL)
		return;
	BitmapHeapPath *bitmap = bitmap_path(root, rel);
	ListCell *cell;
	foreach (cell, goals)
		add_vector_path(root, rel, rte, *static_cast<const SearchGoal *>(lfirst(cell)), bitmap);
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
