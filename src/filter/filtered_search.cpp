/*
 * filtered_search.cpp: see filtered_search.h and regime.h.
 *
 * The filter runs any code, so it runs with no page locked. Its clauses keep the
 * order that the planner gave them, which is the order of their security levels.
 * A row is fetched and judged at most once in a walk.
 */
#include <algorithm>
#include <cmath>
#include <limits>

#include "filter/filtered_search.h"

extern "C" {
#include "access/htup_details.h"
#include "access/xlog.h"
#include "common/pg_prng.h"
#include "executor/executor.h"
#include "nodes/tidbitmap.h"
#include "pgstat.h"
#include "storage/predicate.h"
#include "utils/memutils.h"
}

#include "filter/member_scan.h"
#include "hnsw/indexed_value.h"
#include "hnsw/options.h"

namespace vecext::pg {

int filter_strategy = kChooseStrategy;

namespace {

/* Nodes looked at under a filter at least. */
constexpr uint32 kFilterEf = 160;
/* The same of an index scan under a filter, which looks at them in better order; and
 * the most that one is begun for. */
constexpr double kScanEf = 100, kMostScanEf = 1000;
constexpr uint32 kMaxSought = 1u << 28;
constexpr uint32 kUpperEf = 16;

bool row_killed(const NodeHeader &header, int i)
{
	return header.reserved >> i & 1;
}

bool farther(const FilteredRow &a, const FilteredRow &b)
{
	if (a.rank != b.rank)
		return a.rank > b.rank;
	if (a.distance != b.distance)
		return a.distance > b.distance;
	return row_key(a.row) > row_key(b.row);
}

/* ---- rows of the table ---- */

bool fetch_row(FilteredSearch *search, const RowId &row, TupleTableSlot *slot, bool *all_dead)
{
	ItemPointerData tid = tid_of(row);
	bool call_again = false;
	*all_dead = false;
	return table_index_fetch_tuple(search->fetch, &tid, search->snapshot, slot, &call_again, all_dead);
}

bool fetch_row(FilteredSearch *search, const RowId &row, TupleTableSlot *slot)
{
	bool all_dead;
	return fetch_row(search, row, slot, &all_dead);
}

bool passes_filter(FilteredSearch *search, TupleTableSlot *slot)
{
	search->counters.rows_checked++;
	search->checked++;
	search->filter_context->ecxt_scantuple = slot;
	const bool passes = ExecQual(search->filter, search->filter_context);
	ResetExprContext(search->filter_context);
	search->counters.rows_rejected += !passes;
	return passes;
}

/* Whether the row in `slot` has a distance, and which, measured in the current
 * context. */
DistanceRank distance_of_row(FilteredSearch *search, TupleTableSlot *slot, float *distance)
{
	bool is_null;
	Datum datum;
	if (search->column != 0) {
		datum = slot_getattr(slot, search->column, &is_null);
	} else {
		search->filter_context->ecxt_scantuple = slot;
		datum = ExecEvalExpr(search->expression, search->filter_context, &is_null);
	}
	if (is_null)
		return search->spec.nulls_first ? DistanceRank::kNullFirst : DistanceRank::kNull;
	if (distance_of_datum(search->index, datum, distance))
		return DistanceRank::kNumber;
	return search->spec.nan_first ? DistanceRank::kNotANumberFirst : DistanceRank::kNotANumber;
}

/* The exact distance of the row in `slot`, which a search knew by its code. */
bool measure(FilteredSearch *search, TupleTableSlot *slot, float *distance)
{
	MemoryContext caller = MemoryContextSwitchTo(search->filter_context->ecxt_per_tuple_memory);
	const bool measured = distance_of_row(search, slot, distance) == DistanceRank::kNumber;
	MemoryContextSwitchTo(caller);
	ResetExprContext(search->filter_context);
	search->counters.distances++;
	search->counters.rescored++;
	return measured;
}

/* ---- exact regimes ---- */

void add_exact(FilteredSearch *search, TupleTableSlot *slot)
{
	if (search->filter != nullptr && !passes_filter(search, slot))
		return;
	MemoryContext caller = MemoryContextSwitchTo(search->filter_context->ecxt_per_tuple_memory);
	constexpr float kNone = std::numeric_limits<float>::infinity();
	float distance = kNone;
	const DistanceRank rank = distance_of_row(search, slot, &distance);
	if (rank == DistanceRank::kNumber)
		search->counters.distances++;
	else
		distance = kNone;
	MemoryContextSwitchTo(caller);
	ResetExprContext(search->filter_context);
	search->rows.push_back({distance, row_of(slot->tts_tid), rank});
}

void add_exact_page(FilteredSearch *search, const MemberPage &page)
{
	for (uint32 i = 0; i < page.count; i++) {
		const RowId row = {static_cast<uint16>(page.block >> 16), static_cast<uint16>(page.block & 0xffff),
						   search->members->offsets[page.first + i]};
		if (fetch_row(search, row, search->probe))
			add_exact(search, search->probe);
	}
}

void add_exact_range(FilteredSearch *search, TableScanDesc scan)
{
	while (table_scan_getnextslot_tidrange(scan, ForwardScanDirection, search->probe)) {
		CHECK_FOR_INTERRUPTS();
		add_exact(search, search->probe);
	}
}

void add_exact_lossy_page(FilteredSearch *search, TableScanDesc *scan, BlockNumber block)
{
	ItemPointerData first, last;
	ItemPointerSet(&first, block, FirstOffsetNumber);
	ItemPointerSet(&last, block, MaxHeapTuplesPerPage);
	if (*scan == nullptr)
		*scan = table_beginscan_tidrange(search->heap, search->snapshot, &first, &last);
	else
		table_rescan_tidrange(*scan, &first, &last);
	add_exact_range(search, *scan);
}

void add_exact_heap_page(FilteredSearch *search, MemberScan *scan, uint32 position)
{
	const int count = load_member_page(scan, position);
	for (int i = 0; i < count; i++) {
		ExecStoreBufferHeapTuple(&scan->rows[i], search->probe, loaded_buffer(scan, position));
		add_exact(search, search->probe);
	}
}

void search_members(FilteredSearch *search)
{
	const auto &pages = search->members->pages;
	MemberScan *scan = nullptr;
	TableScanDesc lossy_scan = nullptr;
	if (can_scan_members(search->heap))
		scan = begin_member_scan(search->heap, search->snapshot, search->members);
	for (uint32 i = 0; i < pages.size(); i++) {
		CHECK_FOR_INTERRUPTS();
		if (scan != nullptr)
			add_exact_heap_page(search, scan, i);
		if (pages[i].lossy)
			add_exact_lossy_page(search, &lossy_scan, pages[i].block);
		else if (scan == nullptr)
			add_exact_page(search, pages[i]);
	}
	if (scan != nullptr)
		end_member_scan(scan);
	if (lossy_scan != nullptr)
		table_endscan(lossy_scan);
}

void search_table(FilteredSearch *search)
{
	TableScanDesc scan = table_beginscan(search->heap, search->snapshot, 0, nullptr);
	while (table_scan_getnextslot(scan, ForwardScanDirection, search->probe)) {
		CHECK_FOR_INTERRUPTS();
		add_exact(search, search->probe);
	}
	table_endscan(scan);
}

/* ---- walks ---- */

/* Keeps a row if it passes. Rows too far to be among the results, or beyond the
 * range, are not looked at. */
bool accept_row(FilteredSearch *search, const RowId &row, float distance)
{
	if (search->steer && !has_member(*search->members, row))
		return false;
	if (distance > search->layer.matching.threshold() || distance > search->estimated_range ||
		!fetch_row(search, row, search->probe) || !passes_filter(search, search->probe))
		return false;
	if (search->index->rescore != RescoreFrom::kNothing && !measure(search, search->probe, &distance))
		return false;
	search->rows.push_back({distance, row_of(search->probe->tts_tid), DistanceRank::kNumber});
	return true;
}

uint32 accept_node(FilteredSearch *search, const NodeHeader &header, float distance)
{
	if (header.state != NodeState::kLive || header.level != 0)
		return 0;
	const ArenaVector<uint64> &pending = search->index->pending_keys;
	uint32 matches = 0;
	for (int i = 0; i < header.row_count; i++) {
		if (search->index->ignore_killed && row_killed(header, i))
			continue;
		if (!pending.empty() && std::binary_search(pending.begin(), pending.end(), row_key(header.rows[i])))
			continue;
		matches += accept_row(search, header.rows[i], distance);
	}
	return matches;
}

bool consider_pending(void *state, const RowId &row)
{
	auto *search = static_cast<FilteredSearch *>(state);
	return !search->steer || has_member(*search->members, row);
}

bool accept_pending(void *state, const RowId &row, float distance)
{
	auto *search = static_cast<FilteredSearch *>(state);
	search->index->pending_keys.push_back(row_key(row));
	if (!accept_row(search, row, distance))
		return false;
	search->layer.matching.offer(distance);
	return true;
}

/* A merge beside the scan can make it deliver a pending row twice. */
void drop_repeated_rows(FilteredSearch *search)
{
	ArenaVector<FilteredRow> &rows = search->rows;
	std::sort(rows.begin(), rows.end(),
			  [](const FilteredRow &a, const FilteredRow &b) { return row_key(a.row) < row_key(b.row); });
	FilteredRow *end = std::unique(rows.begin(), rows.end(),
								   [](const FilteredRow &a, const FilteredRow &b) { return a.row == b.row; });
	rows.resize(static_cast<uint32>(end - rows.begin()));
}

void walk_pending(FilteredSearch *search, const IndexState &state)
{
	IndexSearch *index = search->index;
	ArenaVector<PendingResult> results;
	results.init(context_arena(index->context), 64);
	const PendingFilter filter = {consider_pending, accept_pending, search};
	index->pending_counters = {};
	const PendingEffort effort = std::isinf(search->range) ? PendingEffort::kBest : PendingEffort::kAll;
	const PendingWants wants = {effort, search->wanted, true, index->ignore_killed};
	PendingScan *pending =
		collect_pending(index->graph, state, index->query, index->projection, wants, &index->pending_counters);
	score_pending(pending, nullptr, 0, &results, &filter); /* before the graph: it has those that are merged */
	std::sort(index->pending_keys.begin(), index->pending_keys.end());
	drop_repeated_rows(search);
	search->counters.pending_rows += index->pending_counters.entries;
	search->counters.distances += index->pending_counters.exact_distances;
}

void remember_match(FilteredSearch *search, uint32 id)
{
	if (search->matched_node_count < lengthof(search->matched_nodes))
		search->matched_nodes[search->matched_node_count++] = id;
}

auto acceptor(FilteredSearch *search)
{
	return [search](uint32 id, const NodeHeader &header, float distance) {
		const uint32 matches = accept_node(search, header, distance);
		if (matches > 0)
			remember_match(search, id);
		return matches;
	};
}

void enter(FilteredSearch *search, uint32 id)
{
	hnsw::enter_filtered(search->index->graph, search->index->query, search->layer, id, acceptor(search));
}

/* A level 0 node drawn from the pages of the index; its header. */
bool draw_node(FilteredSearch *search, pg_prng_state *random, BlockNumber blocks, uint32 *id, NodeHeader *header)
{
	const IndexFormat &format = search->index->handle->format;
	const auto block = static_cast<BlockNumber>(pg_prng_uint64_range(random, 1, blocks - 1));
	const auto slot = static_cast<uint32>(pg_prng_uint64_range(random, 0, format.slots_per_page[0] - 1));
	*id = node_id(format, block, slot);
	return search->index->graph.visit(*id, [header](hnsw::ConstNodeRecord record) { *header = record.header(); }) &&
		   header->state == NodeState::kLive && header->level == 0;
}

bool node_matches(FilteredSearch *search, const NodeHeader &header)
{
	for (int i = 0; i < header.row_count; i++) {
		if (search->steer && !has_member(*search->members, header.rows[i]))
			continue;
		if (fetch_row(search, header.rows[i], search->probe) && passes_filter(search, search->probe))
			return true;
	}
	return false;
}

/* Starts from matches all over the graph. */
void enter_drawn_nodes(FilteredSearch *search)
{
	constexpr uint32 kEntries = 8, kTries = 4096;
	const BlockNumber blocks = RelationGetNumberOfBlocks(search->index->index);
	pg_prng_state random;
	pg_prng_seed(&random, search->counters.searches); /* the same in every run */
	uint32 entries = 0;
	for (uint32 i = 0; i < kTries && entries < kEntries && blocks > 1; i++) {
		uint32 id;
		NodeHeader header;
		CHECK_FOR_INTERRUPTS();
		if (!draw_node(search, &random, blocks, &id, &header) || !node_matches(search, header))
			continue;
		enter(search, id);
		entries++;
	}
}

void enter_matches(FilteredSearch *search)
{
	const uint32 known = search->matched_node_count;
	for (uint32 i = 0; i < known; i++)
		enter(search, search->matched_nodes[i]);
	enter_drawn_nodes(search);
}

/* Whether far fewer of `nodes` met in order of distance match than matches are there:
 * they must lie elsewhere. By chance alone that happens to one search in 10,000: what
 * comes instead can cost a hundred times as much. */
bool too_few_match(const FilteredSearch *search, double nodes)
{
	constexpr double kLeastExpected = 16, kUnlucky = 0.25;
	const double expected = nodes * search->expected_share;
	return expected >= kLeastExpected && search->rows.size() < std::min<double>(search->wanted, expected * kUnlucky);
}

bool is_unlucky(const FilteredSearch *search)
{
	if (std::isinf(search->spent_limit) || search->strategy == Strategy::kAmong || search->spec.ranged)
		return false;
	return too_few_match(search, static_cast<double>(search->layer.counters.nodes_visited));
}

void run_walk(FilteredSearch *search)
{
	IndexSearch *index = search->index;
	search->walk_ended = hnsw::run_filtered(index->graph, index->query, search->layer, acceptor(search), [search] {
		return !is_unlucky(search) && static_cast<double>(search->layer.counters.nodes_visited) * search->costs.record +
											  static_cast<double>(search->checked) * search->costs.fetch <
										  search->spent_limit;
	});
}

bool walk_from(void *state, const uint32 *entries, uint32 count)
{
	auto *search = static_cast<FilteredSearch *>(state);
	for (uint32 i = 0; i < count; i++)
		enter(search, entries[i]);
	run_walk(search);
	const hnsw::SearchCounters &counters = search->layer.counters;
	return !search->walk_ended || counters.exact_distances + counters.estimates > 0;
}

/* What rounding to halves may add to a distance. */
float rounding_slack(const IndexSearch *index, float range)
{
	const auto *query = static_cast<const uint16 *>(index->query.value.data);
	const bool cosine = index->handle->metric() == Metric::kCosine;
	const float squared = cosine ? 1 : kernels().norm_squared_f16(query, index->handle->format.dims);
	return (squared + std::fabs(range)) / 512;
}

/* Estimates of rows within the range, and distances of rounded vectors, may lie as
 * far beyond it as their errors reach; those of one node's code stand for all. */
float range_of_estimates(FilteredSearch *search)
{
	IndexSearch *index = search->index;
	const uint32 top = current_entry_point(index);
	float slack = 0;
	if (index->handle->format.narrowed() && !std::isinf(search->range))
		slack += rounding_slack(index, search->range);
	if (index->handle->compact() && !std::isinf(search->range) && top != kNoNode)
		index->graph.visit(top, [&](hnsw::ConstNodeRecord record) {
			slack += kErrorDeviations * index->coder.error(record.value(), search->range);
		});
	return search->range + slack;
}

void begin_walk(FilteredSearch *search)
{
	IndexSearch *index = search->index;
	const bool among = search->strategy == Strategy::kAmong;
	search->rows.clear();
	index->pending_keys.clear();
	search->checked = 0;
	search->estimated_range = range_of_estimates(search);
	search->layer.init(context_arena(index->context), search->ef,
					   among ? static_cast<uint32>(effort_among(search->wanted, search->ef)) : search->wanted,
					   search->estimated_range, among ? hnsw::WalkThrough::kMatches : hnsw::WalkThrough::kAllNodes);
	walk_pending(search, read_meta(index->index).state);
}

/* Without a filter, so many rows known by their codes are measured as make the first
 * `sought` right; with one there are more anyway. */
void widen_for_rescoring(FilteredSearch *search)
{
	if (search->filter != nullptr || search->index->rescore == RescoreFrom::kNothing)
		return;
	search->wanted = static_cast<uint32>(std::min<double>(search->sought * hnsw_oversampling, kMaxSought));
	search->ef = std::max(search->ef, search->wanted);
}

/* Pending rows, then the graph. False when the limit of effort ended it. */
bool walk(FilteredSearch *search, double spent_limit)
{
	IndexSearch *index = search->index;
	begin_walk(search);
	search->spent_limit = spent_limit;
	const uint32 top = current_entry_point(index);
	if (search->strategy == Strategy::kAmong) {
		enter_matches(search);
		run_walk(search);
	} else {
		search->walk_ended = true;
		search_from_top(index, top, walk_from, search);
	}
	search->counters.nodes_visited += search->layer.counters.nodes_visited + index->layer.counters.nodes_visited;
	search->counters.distances += search->layer.counters.exact_distances + index->layer.counters.exact_distances;
	search->counters.codes += search->layer.counters.estimates + index->layer.counters.estimates;
	index->layer.counters = {};
	return search->walk_ended;
}

/* ---- choice ---- */

double page_rows(const FilteredSearch *search)
{
	return search->estimates.rows / search->heap_pages;
}

Outlook outlook_of(const FilteredSearch *search)
{
	const FilterEstimates &estimates = search->estimates;
	Outlook outlook = {estimates.rows,
					   search->heap_pages,
					   estimates.matches,
					   estimates.members,
					   static_cast<double>(search->wanted),
					   static_cast<double>(search->ef),
					   std::isinf(search->range) ? estimates.rows : estimates.reach};
	if (search->members == nullptr)
		return outlook;
	outlook.members = search->members->count(page_rows(search));
	outlook.matches = outlook.members * std::clamp(estimates.matches / std::max(estimates.members, 1.0), 1e-9, 1.0);
	return outlook;
}

void make_members(FilteredSearch *search)
{
	if (search->members != nullptr)
		return;
	MemoryContext caller = MemoryContextSwitchTo(search->member_context);
	Node *result = MultiExecProcNode(search->bitmap_source);
	if (result == nullptr || !IsA(result, TIDBitmap))
		elog(ERROR, "unrecognized result from subplan");
	auto *bitmap = reinterpret_cast<TIDBitmap *>(result);
	search->members = collect_members(bitmap);
	tbm_free(bitmap);
	MemoryContextSwitchTo(caller);
	search->counters.members = search->members->count(page_rows(search));
}

bool is_forced(const FilteredSearch *search)
{
	const auto strategy = static_cast<Strategy>(filter_strategy);
	const bool needs_bitmap = strategy == Strategy::kSteered || strategy == Strategy::kExact;
	return filter_strategy != kChooseStrategy && (!needs_bitmap || search->bitmap_source != nullptr);
}

Strategy forced_strategy(FilteredSearch *search)
{
	const auto strategy = static_cast<Strategy>(filter_strategy);
	const bool uses_bitmap = strategy != Strategy::kLazy && strategy != Strategy::kTable;
	if (uses_bitmap && search->bitmap_source != nullptr)
		make_members(search);
	/* What is within a range lies near the query. */
	return strategy == Strategy::kAmong && search->spec.ranged ? Strategy::kLazy : strategy;
}

/* The one that finds all rows, in the index or not. */
Strategy exact_strategy(FilteredSearch *search)
{
	if (search->bitmap_source == nullptr)
		return Strategy::kTable;
	make_members(search);
	return Strategy::kExact;
}

Strategy choose_strategy(FilteredSearch *search)
{
	if (search->inexact)
		return exact_strategy(search);
	if (search->filter == nullptr)
		return Strategy::kGraph;
	if (is_forced(search))
		return forced_strategy(search);
	if (search->members == nullptr) {
		const Strategy first = first_strategy(search->costs, outlook_of(search));
		if (first != Strategy::kExact)
			return first;
		make_members(search);
	}
	return strategy_with_bitmap(search->costs, outlook_of(search));
}

/* Of the strategy that needs no luck. */
double alternative_cost(const FilteredSearch *search, const Outlook &outlook)
{
	if (outlook.members < 0)
		return table_cost(search->costs, outlook);
	const double bitmap = search->members == nullptr ? bitmap_cost(search->costs, outlook) : 0;
	return bitmap + exact_cost(search->costs, outlook);
}

/* A walk may cost several times what was expected. */
constexpr double kPatience = 4, kLeastPatience = 1.5;

/* But not more than what the alternative would have cost. */
double lazy_limit(const FilteredSearch *search, const Outlook &outlook)
{
	const double expected = lazy_cost(search->costs, outlook);
	return std::min(kPatience * expected, std::max(kLeastPatience * expected, alternative_cost(search, outlook)));
}

double effort_limit(const FilteredSearch *search, const Outlook &outlook)
{
	if (is_forced(search))
		return std::numeric_limits<double>::infinity();
	switch (search->strategy) {
	case Strategy::kLazy:
		return lazy_limit(search, outlook);
	case Strategy::kSteered:
		return std::min(kPatience * steered_cost(search->costs, outlook), exact_cost(search->costs, outlook));
	case Strategy::kAmong:
		return alternative_cost(search, outlook);
	default:
		return std::numeric_limits<double>::infinity();
	}
}

/* Whether a walk among the matches should ask a bitmap. */
bool bitmap_pays(const FilteredSearch *search, const Outlook &outlook)
{
	if (search->bitmap_source == nullptr || search->members != nullptr)
		return search->members != nullptr;
	return bitmap_cost(search->costs, outlook) + cost_among(search->costs, outlook, 0) <
		   cost_among(search->costs, outlook, search->costs.fetch);
}

/* Whether exact is sure to be worth it where a walk may not be. */
bool exact_is_affordable(const FilteredSearch *search, const Outlook &outlook)
{
	constexpr double kAffordable = 6;
	const double among = cost_among(search->costs, outlook, bitmap_pays(search, outlook) ? 0 : search->costs.fetch);
	return alternative_cost(search, outlook) <= kAffordable * among;
}

/* What to do instead of a walk that did not come to its end, or found too little. */
Strategy turn(FilteredSearch *search)
{
	if (search->strategy == Strategy::kAmong || search->filter == nullptr || search->spec.ranged || search->walk_ended)
		return exact_strategy(search);
	const Outlook outlook = outlook_of(search);
	if (exact_is_affordable(search, outlook))
		return exact_strategy(search);
	if (bitmap_pays(search, outlook))
		make_members(search);
	return Strategy::kAmong;
}

/* ---- rows that the index leaves out ---- */

/* Of queries that are short beside the rows that are too long for an index. */
constexpr float kMostNormSquaredOfQuery = kMostNormSquared / 16;

/* Whether long rows come last. By examples they may come first. */
bool grows_with_length(const FilteredSearch *search, Metric metric)
{
	return !search->index->by_examples && (metric == Metric::kL2 || metric == Metric::kL1);
}

/* Graph distance from such a query below which there are no such rows: three
 * quarters of the least norm of theirs, or a little less. */
float no_huge_rows_below(Metric metric)
{
	return metric == Metric::kL2 ? kMostNormSquared / 2 : std::sqrt(kMostNormSquared) / 2;
}

/* What a query is that is unlike what is in the index: a kUnindexed bit, or 0. */
uint32 kind_of_query(const FilteredSearch *search, const IndexFormat &format)
{
	if (search->query_is_null)
		return kUnindexedNull;
	if (search->index->by_examples)
		return 0; /* any row has a score by any of them */
	const IndexedValue value = value_from_datum(format, search->query);
	const uint32 kind = unindexed_kind(format, value);
	return kind == 0 && float_norm_squared(format, value.value) > kMostNormSquaredOfQuery ? kUnindexedHuge : kind;
}

/* Whether a walk cannot give the right rows in the right order. */
void look_for_unindexed(FilteredSearch *search, const MetaPage &meta)
{
	const uint32 unindexed = meta.state.unindexed;
	search->odd_query = kind_of_query(search, meta.format);
	search->huge_rows = (unindexed & kUnindexedHuge) != 0;
	search->inexact = (unindexed & search->spec.unindexed) != 0 || search->odd_query == kUnindexedHuge ||
					  (search->huge_rows && !grows_with_length(search, static_cast<Metric>(meta.format.metric)));
}

/* With rows that are too long for the index, which then are the farthest: whether
 * one of them could be among the first. */
bool huge_rows_matter(const FilteredSearch *search)
{
	const float bound = no_huge_rows_below(search->index->handle->metric());
	uint32 nearer = 0;
	for (const FilteredRow &row : search->rows)
		nearer += row.distance < bound;
	return nearer < search->sought;
}

/* ---- running one ---- */

/* A walk cannot find rows that the graph does not lead to, nor those without a
 * distance, which come last. Within a range there need not be more. */
bool fell_short(const FilteredSearch *search)
{
	if (!std::isinf(search->range))
		return false;
	if (search->rows.size() < search->sought)
		return search->filter != nullptr || read_meta(search->index->index).state.unindexed != 0;
	return search->huge_rows && huge_rows_matter(search);
}

/* ---- index scans ---- */

/* Nodes that are likely to be looked at until enough rows pass. */
double expected_reach(const FilteredSearch *search)
{
	return search->wanted / std::clamp(search->expected_share, 1e-9, 1.0);
}

/* Wider than that, so that those up to there are found. */
double scan_ef(const FilteredSearch *search)
{
	constexpr double kMargin = 2;
	if (search->filter == nullptr)
		return hnsw_ef_search;
	return std::max<double>({static_cast<double>(hnsw_ef_search), kScanEf, expected_reach(search) * kMargin});
}

/* Whether to begin with an index scan: where what it finds will do. */
bool begins_with_scan(const FilteredSearch *search)
{
	if (search->returned_before > 0)
		return false;
	if (search->strategy == Strategy::kGraph)
		return search->sought <= scan_ef(search);
	return search->strategy == Strategy::kLazy && !search->spec.ranged && scan_ef(search) <= kMostScanEf;
}

/* Keeps a row that an index scan found, if it is there and passes. */
void accept_found(FilteredSearch *search, const FoundRow &found)
{
	bool all_dead;
	if (!fetch_row(search, found.row, search->probe, &all_dead)) {
		if (all_dead && search->index->ignore_killed)
			kill_found_row(search->index, found);
		return;
	}
	if (!passes_filter(search, search->probe))
		return;
	search->rows.push_back({found.distance, row_of(search->probe->tts_tid), DistanceRank::kNumber});
	if (found.node != kNoNode)
		remember_match(search, found.node);
}

enum class ScanEnd { kEnough, kExhausted, kTooFew, kElsewhere };

/* What a scan has come to that found no more rows. A beam expands all its nodes. Those
 * of dead rows give none, so that few rows do not mean that the graph has no more. */
ScanEnd end_of_scan(const IndexSearch *index)
{
	return index->layer.counters.nodes_visited < index->wants.ef ? ScanEnd::kExhausted : ScanEnd::kTooFew;
}

/* Rows in the order of their distances, until `sought` have passed. They are right if
 * the beam is several times as wide as there were rows up to the last of them. */
ScanEnd take_rows(FilteredSearch *search)
{
	IndexSearch *index = search->index;
	const bool watched = search->filter != nullptr && !is_forced(search);
	uint64 taken = 0;
	while (search->rows.size() < search->sought) {
		CHECK_FOR_INTERRUPTS();
		if (watched && too_few_match(search, static_cast<double>(taken)))
			return ScanEnd::kElsewhere;
		const FoundRow *found = next_found(index);
		if (found == nullptr)
			return end_of_scan(index);
		taken++;
		accept_found(search, *found);
	}
	const bool right = search->filter == nullptr || taken * search->wanted <= uint64{index->wants.ef} * search->sought;
	return right ? ScanEnd::kEnough : end_of_scan(index);
}

void count_scan(FilteredSearch *search)
{
	IndexSearch *index = search->index;
	FilteredCounters &counters = search->counters;
	counters.nodes_visited += index->layer.counters.nodes_visited;
	counters.distances += index->layer.counters.exact_distances + index->pending_counters.exact_distances;
	counters.codes += index->layer.counters.estimates;
	counters.pending_rows += index->pending_counters.entries;
	counters.rescored += index->rescoring.rescored;
	index->layer.counters = {};
}

/* An index scan, whose rows are evaluated from the nearest on. */
ScanEnd scan_index(FilteredSearch *search)
{
	IndexSearch *index = search->index;
	index->heap = search->heap;
	index->snapshot = search->snapshot;
	const ScanWants wants = {static_cast<uint32>(scan_ef(search)), IterativeScan::kOff};
	search->counters.ef = wants.ef;
	search_first(index, search->query, search->query_is_null, wants);
	const ScanEnd end = take_rows(search);
	count_scan(search);
	search->walk_ended = end == ScanEnd::kEnough || end == ScanEnd::kExhausted;
	return end;
}

/* Whether a walk that ended by itself has met all rows there are. */
bool finds_all(const FilteredSearch *search)
{
	return search->filter == nullptr || !std::isinf(search->range);
}

bool walk_with_patience(FilteredSearch *search, const MetaPage &meta)
{
	prepare_search(search->index, meta, search->query, search->query_is_null, kUpperEf);
	widen_for_rescoring(search);
	search->counters.ef = search->ef;
	return walk(search, effort_limit(search, outlook_of(search)));
}

/* Through the graph. False when another strategy must take over. */
bool search_graph(FilteredSearch *search, const MetaPage &meta)
{
	const ScanEnd end = begins_with_scan(search) ? scan_index(search) : ScanEnd::kTooFew;
	if (end == ScanEnd::kElsewhere || (end == ScanEnd::kTooFew && !walk_with_patience(search, meta)))
		return false;
	const uint32 most = end == ScanEnd::kTooFew ? search->wanted : search->sought;
	search->complete = finds_all(search) && search->rows.size() < most;
	return !fell_short(search);
}

void search_exactly(FilteredSearch *search, const MetaPage &meta)
{
	prepare_distances(search->index, meta, search->query, search->query_is_null);
	if (search->strategy == Strategy::kExact)
		search_members(search);
	else
		search_table(search);
	search->complete = true;
}

bool run_strategy(FilteredSearch *search, const MetaPage &meta)
{
	const Outlook outlook = outlook_of(search);
	search->expected_share = outlook.matches / std::max(outlook.rows, 1.0);
	search->counters.strategies |= uint64{1} << static_cast<int>(search->strategy);
	search->counters.last = search->strategy;
	search->rows.clear();
	search->steer =
		search->strategy == Strategy::kSteered || (search->strategy == Strategy::kAmong && search->members != nullptr);
	if (search->steer) {
		MemoryContext caller = MemoryContextSwitchTo(search->member_context);
		index_members(search->members);
		MemoryContextSwitchTo(caller);
	}
	if (search->strategy != Strategy::kExact && search->strategy != Strategy::kTable)
		return search_graph(search, meta);
	search_exactly(search, meta);
	return true;
}

/* ---- batches ---- */

double records_per_visit(const NodeLayout &layout)
{
	constexpr double kFreshNeighbours = 0.5;
	return layout.coded() ? 1 : std::max(1.0, layout.slots * kFreshNeighbours);
}

double value_bytes(const IndexHandle *handle)
{
	constexpr double kSparseBytes = 1000;
	return handle->element() == ElementType::kSparse ? kSparseBytes : handle->value_bytes(nullptr);
}

/* ---- ranges ---- */

/* The distance that the bound of the range stands for, as SQL has it. */
double bounding_distance(const FilteredSearch *search)
{
	return (search->bound - search->spec.offset) / search->spec.scale;
}

/* A little more than the graph distance of an SQL distance: what rounding takes
 * away, since the filter is evaluated, too. */
float graph_distance(Metric metric, double distance)
{
	constexpr double kSlack = 1e-5;
	if (metric == Metric::kL2)
		distance = distance < 0 ? -1 : distance * distance;
	if (metric == Metric::kCosine)
		distance = 2 * distance + kSlack;
	return static_cast<float>(distance + kSlack * std::fabs(distance));
}

void set_range(FilteredSearch *search)
{
	search->range = std::numeric_limits<float>::infinity();
	if (!search->spec.ranged)
		return;
	/* Comparisons with NaN, which PostgreSQL sorts above all numbers. */
	if (std::isnan(search->bound) || search->odd_query != 0)
		search->inexact = true;
	else
		search->range = graph_distance(search->index->handle->metric(), bounding_distance(search));
	if (search->huge_rows && !(search->range < no_huge_rows_below(search->index->handle->metric())))
		search->inexact = true;
}

/* No row passes a comparison with NULL. */
bool passes_none(const FilteredSearch *search)
{
	return search->spec.ranged && (search->bound_is_null || search->query_is_null);
}

void run_strategies(FilteredSearch *search, const MetaPage &meta)
{
	search->strategy = choose_strategy(search);
	while (!run_strategy(search, meta))
		search->strategy = turn(search);
	std::make_heap(search->rows.begin(), search->rows.end(), farther);
}

void look_at_costs(FilteredSearch *search)
{
	const IndexHandle *handle = search->index->handle;
	search->heap_pages = std::max<double>(RelationGetNumberOfBlocks(search->heap), 1);
	search->costs = search_costs(value_bytes(handle), records_per_visit(handle->layouts[0]));
}

void search_batch(FilteredSearch *search)
{
	IndexSearch *index = search->index;
	reset_search(index);
	index->ignore_killed = !TransactionStartedDuringRecovery();
	MemoryContext caller = MemoryContextSwitchTo(index->context);
	const MetaPage meta = read_meta(index->index);
	hold_handle(index, meta);
	look_for_unindexed(search, meta);
	look_at_costs(search);
	search->rows.init(context_arena(index->context), 64);
	set_range(search);
	search->matched_node_count = 0;
	std::sort(search->returned.begin(), search->returned.end());
	search->returned_before = search->returned.size();
	search->counters.ef = search->ef;
	search->complete = passes_none(search);
	if (!search->complete)
		run_strategies(search, meta);
	search->left = search->complete ? search->rows.size() : search->sought;
	search->counters.batches++;
	ExecClearTuple(search->probe);
	MemoryContextSwitchTo(caller);
}

/* Of the nodes met, those that match. */
double expected_share(const FilteredSearch *search)
{
	const FilterEstimates &estimates = search->estimates;
	return estimates.matches / std::max(search->spec.ranged ? estimates.reach : estimates.rows, 1.0);
}

void set_effort(FilteredSearch *search, uint32 sought)
{
	const bool filtered = search->filter != nullptr;
	search->sought = sought;
	search->wanted = sought;
	if (filtered && sought < kMaxSought)
		search->wanted = static_cast<uint32>(sought * found_per_sought(expected_share(search)));
	search->ef = std::max(static_cast<uint32>(hnsw_ef_search), filtered ? kFilterEf : 1);
	if (sought < kMaxSought)
		search->ef = std::max(search->ef, search->wanted);
}

void first_batch(FilteredSearch *search)
{
	const double unknown = search->spec.ranged ? kMaxSought : hnsw_ef_search;
	const double limit = search->estimates.limit > 0 ? search->estimates.limit : unknown;
	set_effort(search, static_cast<uint32>(std::clamp<double>(limit, 1, kMaxSought)));
	pgstat_count_index_scan(search->index->index);
	PredicateLockRelation(search->index->index, search->snapshot);
	search->counters.searches++;
	search_batch(search);
}

void next_batch(FilteredSearch *search)
{
	constexpr uint32 kGrowth = 4;
	set_effort(search, std::min(search->sought, kMaxSought / kGrowth) * kGrowth);
	search_batch(search);
}

bool was_returned(const FilteredSearch *search, const ItemPointerData &tid)
{
	const uint64 *first = search->returned.begin();
	return std::binary_search(first, first + search->returned_before, row_key(row_of(tid)));
}

bool load_row(FilteredSearch *search, const FilteredRow &row, TupleTableSlot *slot)
{
	ItemPointerData tid = tid_of(row.row);
	return table_tuple_fetch_row_version(search->heap, &tid, search->snapshot, slot);
}

/* The next row of the batch. A row that a later batch finds nearer than what was
 * returned already comes too late for the order. */
bool next_of_batch(FilteredSearch *search, TupleTableSlot *slot)
{
	const bool strict = hnsw_iterative_scan != static_cast<int>(IterativeScan::kRelaxed);
	while (search->left > 0 && !search->rows.empty()) {
		CHECK_FOR_INTERRUPTS();
		std::pop_heap(search->rows.begin(), search->rows.end(), farther);
		const FilteredRow row = search->rows.back();
		search->rows.pop_back();
		search->left--;
		const bool too_near = row.rank == DistanceRank::kNumber && row.distance < search->last_distance;
		if ((strict && too_near) || !load_row(search, row, slot) || was_returned(search, slot->tts_tid))
			continue;
		search->returned.push_back(row_key(row_of(slot->tts_tid)));
		if (row.rank == DistanceRank::kNumber)
			search->last_distance = row.distance;
		search->returned_rank = row.rank;
		search->returned_distance = row.distance;
		return true;
	}
	return false;
}

} /* namespace */

void forget_query(FilteredSearch *search)
{
	MemoryContextReset(search->kept_context);
	reset_search(search->index);
	search->begun = false;
}

void restart_search(FilteredSearch *search, Datum query, bool is_null)
{
	search->query = query;
	search->query_is_null = is_null;
	search->returned.init(context_arena(search->kept_context), 64);
	search->returned_before = 0;
	search->last_distance = -std::numeric_limits<float>::infinity();
}

void set_bound(FilteredSearch *search, double bound, bool is_null)
{
	search->bound = bound;
	search->bound_is_null = is_null;
}

void forget_members(FilteredSearch *search)
{
	search->members = nullptr;
	MemoryContextReset(search->member_context);
}

bool next_filtered_row(FilteredSearch *search, TupleTableSlot *slot)
{
	if (!search->begun) {
		first_batch(search);
		search->begun = true;
	}
	while (!next_of_batch(search, slot)) {
		if (search->complete)
			return false;
		next_batch(search);
	}
	return true;
}

/* The graph and the operators measure with the same kernels, the graph in float and,
 * for the Euclidean distance, before the root is taken. Its cosine has another form
 * than the operator's. Where rows are found by codes, those after the ones sought
 * have estimates; narrowed vectors are not the rows' own. */
bool distance_of_returned(const FilteredSearch *search, double *distance)
{
	const IndexHandle *handle = search->index->handle;
	const bool dense = handle->element() == ElementType::kFloat32 || handle->element() == ElementType::kFloat16;
	const Metric metric = handle->metric();
	if (!dense || metric == Metric::kCosine || search->index->by_examples || handle->format.narrowed() ||
		search->index->rescore != RescoreFrom::kNothing || search->returned_rank != DistanceRank::kNumber ||
		!std::isfinite(search->returned_distance))
		return false;
	const double measured = search->returned_distance;
	*distance = metric == Metric::kL2 ? std::sqrt(measured) : measured;
	return true;
}

const char *strategy_name(Strategy strategy)
{
	switch (strategy) {
	case Strategy::kGraph:
		return "graph";
	case Strategy::kLazy:
		return "graph, filter evaluated on rows met";
	case Strategy::kSteered:
		return "graph, steered by bitmap";
	case Strategy::kAmong:
		return "graph, among matching rows";
	case Strategy::kExact:
		return "exact over bitmap";
	case Strategy::kTable:
		return "exact over table";
	}
	pg_unreachable();
}

} /* namespace vecext::pg */
