/*
 * cost.cpp: what a scan costs, for the planner.
 *
 * A scan does most of its work before the first row: it descends the upper
 * levels, expands about ef_search nodes, one page each (in plain layouts it also
 * visits the neighbours of each), and goes over the pending rows. Every row
 * beyond ef_search needs one more expansion. The planner interpolates between
 * startup and total cost by LIMIT, and knows from its row estimate how many rows
 * must be read for one that passes the filters. So "total" is the cost of
 * returning every row of the index, although a scan may end long before
 * (later_visits() makes the interpolation right where LIMIT is known to end it).
 *
 * A search goes through pages that all searches use, in an index that is of use
 * only when most of it is in memory: most page accesses are taken to be cached
 * ones as far as effective_cache_size reaches (page_cost()).
 *
 * PostgreSQL prices the alternatives, which sort, as if a distance cost nothing:
 * neither the reading of a vector from TOAST nor its arithmetic is counted. For
 * vectors beyond 2 kB that is more than all it does count. To compare like with
 * like, the same is taken off our costs (take_off_uncounted()).
 */
#include <algorithm>
#include <cmath>

#include "hnsw/access_method.h"

extern "C" {
#include "access/genam.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"
#include "utils/spccache.h"
}

#include "hnsw/options.h"
#include "hnsw/pending.h"
#include "types/vecquery.h"

namespace vecext::pg {

namespace {

/* In a plain layout the share of a node's neighbours that were not met before. */
constexpr double kFreshNeighbours = 0.5;
/* Nodes visited in each upper level: the beam there is 4 wide (search.h). */
constexpr double kUpperVisits = 5;
/* Visiting a record on a cached page, in simple operators (measured: 50 ns, where
 * an operator of cpu_operator_cost takes about 5). */
constexpr double kCachedPageOperators = 10;
/* Page accesses that find the page in memory when the whole index could be. */
constexpr double kCachedShare = 0.9;
/* Dimensions whose arithmetic takes as long as a simple operator. */
constexpr double kDimsPerOperator = 256;
/* Scanning the codes of a node costs about this many exact distances. */
constexpr double kDistancesPerCodeScan = 2;
/* Looking at a pending row, in simple operators (measured): by its code, and by
 * fetching its value. */
constexpr double kPendingCodeOperators = 7;
constexpr double kPendingValueOperators = 200;
/* What is left of our costs at least, when a part is taken off. */
constexpr double kLeastShare = 0.05;
/* Finite: cost_index() subtracts one of our costs from the other, and infinity
 * minus infinity is no number. */
constexpr Cost kNeverCost = 1e300;

/* What the cost of a scan depends on. */
struct IndexShape {
	double rows;
	double pages;
	double pending_rows;
	double pending_pages;
	double dims;
	double value_bytes;
	double value_pages; /* to be read beside a node's record, per node */
	double neighbours;  /* of a node at level 0, at most */
	double m;
	double examples; /* vectors that the query has */
	bool coded;
};

/* An index that exists only in a planner hook's imagination has no pages. */
IndexShape imagined_shape(double rows, double pages)
{
	return {rows, pages, 0, 0, 128, 512, 0, 2.0 * kDefaultM, kDefaultM, 1, true};
}

double value_bytes(PlannerInfo *root, const IndexOptInfo *info, const IndexFormat &format)
{
	switch (static_cast<ElementType>(format.element)) {
	case ElementType::kFloat32:
		return format.dims * sizeof(float);
	case ElementType::kFloat16:
		return format.dims * sizeof(uint16);
	case ElementType::kBit:
		return (format.dims + 7) / 8;
	case ElementType::kSparse:
		break;
	}
	constexpr double kUnknownWidth = 1000;
	const int column = info->indexkeys[0];
	const Oid table = planner_rt_fetch(info->rel->relid, root)->relid;
	const int32 average = column > 0 ? get_attavgwidth(table, column) : 0;
	return average > 0 ? average : kUnknownWidth;
}

IndexShape shape_of(PlannerInfo *root, const IndexOptInfo *info)
{
	const double rows = std::max(info->tuples, 1.0), pages = std::max<double>(info->pages, 1);
	if (info->hypothetical)
		return imagined_shape(rows, pages);
	Relation index = index_open(info->indexoid, NoLock); /* the planner holds a lock */
	const MetaPage meta = read_meta(index);
	const double pending = static_cast<double>(pending_rows(index, meta.state, meta.format));
	index_close(index, NoLock);

	const IndexFormat &format = meta.format;
	const double bytes = value_bytes(root, info, format);
	const bool coded = format.code_bits != 0;
	return {
		.rows = rows,
		.pages = pages,
		.pending_rows = pending,
		.pending_pages = std::ceil(pending * (format.pending_entry_bytes + (format.pending_bits ? 0 : bytes)) / BLCKSZ),
		.dims = static_cast<double>(format.dims),
		.value_bytes = bytes,
		.value_pages = format.value_bytes != 0 ? 0 : std::ceil(bytes / kMaxChunkBytes),
		.neighbours = static_cast<double>(format.slots[0]),
		.m = std::max<double>(format.m, 2),
		.examples = 1,
		.coded = coded,
	};
}

/* The arithmetic of one exact distance. A sparse vector costs what its non-zero
 * elements do. */
Cost distance_cost(const IndexShape &shape)
{
	const double elements = std::min(shape.dims, shape.value_bytes);
	return cpu_operator_cost * (1 + elements / kDimsPerOperator);
}

Cost cached_page_cost()
{
	return cpu_operator_cost * kCachedPageOperators;
}

/* Visiting one node, besides reading pages. */
Cost visit_cpu_cost(const IndexShape &shape)
{
	const double distances = shape.examples * (shape.coded ? 1 + kDistancesPerCodeScan : 1);
	return cached_page_cost() * (1 + shape.value_pages) + distances * distance_cost(shape);
}

double visits_per_row(const IndexShape &shape)
{
	return shape.coded ? 1 : std::max(1.0, shape.neighbours * kFreshNeighbours);
}

Cost pending_cost(const IndexShape &shape, Cost page)
{
	const bool by_codes = shape.coded && shape.examples == 1;
	const double operators = by_codes ? kPendingCodeOperators : kPendingValueOperators;
	const Cost others = by_codes ? 0 : (shape.examples - 1) * distance_cost(shape);
	return shape.pending_rows * (cpu_operator_cost * operators + others) + shape.pending_pages * page;
}

/* The share of the rows that pass the filters which LIMIT leaves; 1 when there is
 * none. */
double limit_fraction(const PlannerInfo *root, const IndexOptInfo *info)
{
	const double rows = std::max(info->rel->rows, 1.0);
	return root->limit_tuples > 0 ? std::min(root->limit_tuples / rows, 1.0) : 1;
}

/* Nodes that the first `rows` rows make a search visit. */
double visits_for(const IndexShape &shape, double rows)
{
	return std::min(shape.rows, std::max<double>(rows, hnsw_ef_search) * visits_per_row(shape));
}

/* Nodes visited after the first row, to the last of the index, as a line through
 * the origin. The true number is 0 up to ef_search rows and rises then. The line
 * meets it at the number of rows that LIMIT needs, when no join makes that number
 * another one, else at the last row. */
double later_visits(const PlannerInfo *root, const IndexOptInfo *info, const IndexShape &shape)
{
	const double fraction = limit_fraction(root, info);
	const bool known = fraction < 1 && bms_membership(root->all_baserels) == BMS_SINGLETON;
	const double shown = known ? fraction : 1;
	return (visits_for(shape, shown * shape.rows) - visits_for(shape, 1)) / shown;
}

struct ScanCosts {
	Cost startup;
	Cost run; /* from the first row to the last of the index */
	double pages;
};

Cost page_cost(PlannerInfo *root, const IndexShape &shape, double random_page)
{
	const double competing = root->total_table_pages + shape.pages;
	return random_page * (1 - kCachedShare * std::min(1.0, effective_cache_size / competing));
}

ScanCosts scan_costs(PlannerInfo *root, const IndexOptInfo *info, const IndexShape &shape, double loop_count)
{
	double random_page, seq_page;
	get_tablespace_page_costs(info->reltablespace, &random_page, &seq_page);
	const Cost page = page_cost(root, shape, random_page);
	const double visits = visits_for(shape, 1);
	const double levels = std::log(shape.rows) / std::log(shape.m);
	const double accesses = visits * (1 + shape.value_pages) * loop_count;
	const double pages = index_pages_fetched(accesses, info->pages, info->pages, root) / loop_count;

	ScanCosts costs;
	costs.pages = pages;
	costs.startup = cached_page_cost() + levels * kUpperVisits * visit_cpu_cost(shape) +
					pending_cost(shape, page_cost(root, shape, seq_page)) + visits * visit_cpu_cost(shape) +
					pages * page;
	costs.run = later_visits(root, info, shape) * (visit_cpu_cost(shape) + page * (1 + shape.value_pages));
	return costs;
}

/* What a plan that sorts spends on the distance of a row, beyond the one operator
 * that PostgreSQL counts. (Operators with a vecquery have costs of their own.) A row is narrower than its vector when that lies in
 * TOAST. */
Cost uncounted_row_cost(const IndexOptInfo *info, const IndexShape &shape)
{
	constexpr double kToastDescent = 3, kToastChunkBytes = 1996;
	const Cost arithmetic = shape.examples == 1 ? distance_cost(shape) - cpu_operator_cost : 0;
	const double row_bytes = static_cast<double>(info->rel->pages) * BLCKSZ / std::max(info->rel->tuples, 1.0);
	if (row_bytes >= shape.value_bytes)
		return arithmetic;
	return arithmetic + shape.value_bytes / BLCKSZ * seq_page_cost + kToastDescent * cached_page_cost() +
		   shape.value_bytes / kToastChunkBytes * cpu_tuple_cost;
}

/* The alternatives compute a distance for each row that passes the filters. The
 * share of `run` that counts here is the one that LIMIT leaves. Who wants all rows
 * is not searching: no favour then, also because the index lacks NULLs. */
void take_off_uncounted(PlannerInfo *root, const IndexOptInfo *info, const IndexShape &shape, ScanCosts *costs)
{
	const double fraction = limit_fraction(root, info);
	if (fraction >= 1)
		return;
	const double rows = std::max(info->rel->rows, 1.0);
	const Cost cost = costs->startup + costs->run * fraction;
	const Cost uncounted = rows * uncounted_row_cost(info, shape);
	const double share = std::max(1 - uncounted / cost, kLeastShare);
	costs->startup *= share;
	costs->run *= share;
}

/* Vectors that the query of an ORDER BY has. */
double examples_of(const IndexPath *path)
{
	constexpr double kUnknown = 8;
	const auto *order = static_cast<const OpExpr *>(linitial(path->indexorderbys));
	if (!IsA(order, OpExpr) || !orders_by_examples(order->opno, path->indexinfo->opfamily[0]))
		return 1;
	const auto *query = static_cast<const Node *>(lsecond(order->args));
	if (!IsA(query, Const))
		return kUnknown;
	const auto *constant = reinterpret_cast<const Const *>(query);
	return constant->constisnull ? 1 : types::scorer_of(types::vecquery_from(constant->constvalue)).examples();
}

} /* namespace */

void hnsw_cost_estimate(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
						Selectivity *selectivity, double *correlation, double *pages)
{
	*correlation = 0;
	if (path->indexorderbys == NIL) {
		*startup_cost = *total_cost = kNeverCost;
		*selectivity = 0;
		*pages = 0;
		disable_index_path(path);
		return;
	}
	const IndexOptInfo *info = path->indexinfo;
	IndexShape shape = shape_of(root, info);
	shape.examples = examples_of(path);
	ScanCosts costs = scan_costs(root, info, shape, loop_count);
	take_off_uncounted(root, info, shape, &costs);
	*startup_cost = costs.startup;
	*total_cost = costs.startup + costs.run;
	/* There are no index conditions; a partial index has fewer rows. */
	*selectivity = clauselist_selectivity(root, info->indpred, info->rel->relid, JOIN_INNER, nullptr);
	*pages = costs.pages;
}

} /* namespace vecext::pg */
