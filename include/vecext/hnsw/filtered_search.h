/*
 * filtered_search.h: best-first search of level 0 for nodes that match a filter.
 *
 * A node is known to match only once its record was read, and reading a record
 * is what a search pays for. So the search walks over matching and other nodes
 * alike in the order of their (estimated) distances, and ends when the best
 * candidate is farther than both
 *   - the ef-th nearest node of any kind: no less effort than without a filter,
 *   - the wanted-th nearest matching row: enough effort for a rare match.
 * With a range, nearer than which all matches are wanted, the walk also goes on
 * until it is beyond the range and has met many nodes there (a share of those
 * within): estimates err, and a node within the range may be reached only through
 * others beyond it. Enough matches end it sooner.
 * Where matches lie apart from the query, such a walk looks at everything in
 * between: the caller bounds it by `proceed`, and may let it start from some
 * matching nodes besides the usual entry.
 *
 * Or it walks among the matches: then a node's neighbours are followed only if it
 * matches, or if a step leads to it from one that does (as in ACORN-1: Patel et al.,
 * "ACORN: Performant and Predicate-Agnostic Search Over Vector Embeddings and
 * Structured Data", SIGMOD 2024). That is a search of the part of
 * the graph that matches, wherever it lies; it has to start from matches, and where
 * they are spread thinly it reads far more than the walk through all nodes.
 *
 * Graph is the one of search.h. `accept(id, header, distance)` returns how many
 * matching rows a node has and is called with no record held, so it may do what
 * it likes. `proceed()` is asked before each expansion whether to go on.
 */
#pragma once

#include "vecext/hnsw/search.h"

namespace vecext::hnsw {

/* The n smallest of the distances offered. */
class NearestDistances {
public:
	void init(Arena arena, uint32_t capacity)
	{
		capacity_ = least_ = capacity;
		heap_.init(arena, std::min(capacity, 1024u));
	}
	float threshold() const { return heap_.size() < capacity_ ? std::numeric_limits<float>::infinity() : heap_[0]; }
	/* Wants some more than at first from now on. */
	void widen(uint32_t more) { capacity_ = std::max(capacity_, least_ + more); }
	void offer(float distance)
	{
		if (!(distance < threshold()) || capacity_ == 0)
			return;
		if (heap_.size() == capacity_) {
			std::pop_heap(heap_.begin(), heap_.end());
			heap_.pop_back();
		}
		heap_.push_back(distance);
		std::push_heap(heap_.begin(), heap_.end());
	}

private:
	ArenaVector<float> heap_;
	uint32_t capacity_ = 0, least_ = 0;
};

struct FilteredCandidate {
	float distance; /* exact, or an estimate */
	uint32_t id;
	uint8_t astray; /* nodes that do not match on the way from the last one that does */
};

class FilteredCandidates {
public:
	void init(Arena arena) { heap_.init(arena, 1024); }
	void push(const FilteredCandidate &candidate)
	{
		heap_.push_back(candidate);
		std::push_heap(heap_.begin(), heap_.end(), farther);
	}
	bool pop(FilteredCandidate *best)
	{
		if (heap_.empty())
			return false;
		std::pop_heap(heap_.begin(), heap_.end(), farther);
		*best = heap_.back();
		heap_.pop_back();
		return true;
	}
	bool peek(FilteredCandidate *best) const
	{
		if (heap_.empty())
			return false;
		*best = heap_[0];
		return true;
	}

private:
	static bool farther(const FilteredCandidate &a, const FilteredCandidate &b) { return a.distance > b.distance; }
	ArenaVector<FilteredCandidate> heap_;
};

/* Which nodes' neighbours a walk follows. */
enum class WalkThrough : uint8_t { kAllNodes, kMatches };

struct FilteredLayerSearch {
	FilteredCandidates candidates;
	VisitedSet visited;        /* plain layouts: scored nodes */
	EstimateTable estimates;   /* coded layouts */
	NearestDistances any;      /* ef of them */
	NearestDistances matching; /* as many as are wanted */
	float range;               /* infinite: there is none */
	NearestDistances beyond;   /* the range */
	uint32_t within;           /* nodes met */
	WalkThrough through;
	float *partial;
	uint32_t *ids;
	SearchCounters counters;

	/* Nodes to be met beyond a range, per node within. */
	static constexpr uint32_t kWithinPerBeyond = 8;
	/* How far a walk among the matches goes through others. */
	static constexpr uint8_t kMostAstray = 1;

	void init(Arena arena, uint32_t ef, uint32_t wanted, float distance_range, WalkThrough walk_through)
	{
		candidates.init(arena);
		visited.init(arena, ef * 4);
		estimates.init(arena, ef * 16);
		any.init(arena, ef);
		matching.init(arena, wanted);
		range = distance_range;
		beyond.init(arena, ef);
		within = 0;
		through = walk_through;
		partial = arena.allocate<float>(LayerSearch::kMaxSlots);
		ids = arena.allocate<uint32_t>(LayerSearch::kMaxSlots);
		counters = {};
		visited.reset();
		estimates.reset();
	}
	float threshold() const
	{
		const float enough = matching.threshold();
		if (enough <= range)
			return std::max(any.threshold(), enough);
		return std::max(any.threshold(), std::max(range, beyond.threshold()));
	}
	/* Whether to follow the neighbours of a node. */
	bool follows(bool matches, uint8_t astray) const
	{
		return through == WalkThrough::kAllNodes || matches || astray < kMostAstray;
	}
	/* Takes note of a node of any kind. */
	void meet(float distance)
	{
		any.offer(distance);
		if (distance > range)
			beyond.offer(distance);
		else if (++within % kWithinPerBeyond == 0)
			beyond.widen(within / kWithinPerBeyond);
	}
};

namespace detail {

/* Takes note of a node whose record was read; whether it matches. */
template <class Accept>
bool judge(const SearchQuery &query, FilteredLayerSearch &search, uint32_t id, const NodeHeader &header, float distance,
		   Accept &accept)
{
	(query.by_codes() ? search.counters.estimates : search.counters.exact_distances)++;
	const uint32_t matches = accept(id, header, distance);
	search.meet(distance);
	for (uint32_t i = 0; i < matches; i++)
		search.matching.offer(distance);
	return matches > 0;
}

inline uint8_t steps_astray(bool matches, uint8_t before)
{
	return matches ? 0 : static_cast<uint8_t>(std::min(before + 1, UINT8_MAX));
}

/* Takes note of an estimate of a node. One that has several, from several parents,
 * goes by their mean: each has a large error of its own. */
inline void meet_estimate(FilteredLayerSearch &search, uint32_t id, float estimate, float threshold, uint8_t astray)
{
	const float *known = search.estimates.find(id);
	if (known != nullptr && *known == EstimateTable::kExpanded)
		return;
	if (known != nullptr)
		estimate = (*known + estimate) / 2;
	search.estimates.set(id, estimate);
	if (estimate < threshold)
		search.candidates.push({estimate, id, astray});
}

template <class Graph, class Accept>
void expand_filtered_coded(Graph &graph, const SearchQuery &query, FilteredLayerSearch &search,
						   const FilteredCandidate &from, Accept &accept)
{
	/* Expanded already, or waiting with another estimate. */
	if (*search.estimates.find(from.id) != from.distance)
		return;
	search.estimates.set(from.id, EstimateTable::kExpanded);
	const bool inline_value = graph.layout().inline_value();
	NodeHeader header;
	float base = 0;
	uint32_t count = 0;
	search.counters.nodes_visited++;
	auto score = [&](const void *value) { base = query.score({value, header.norm}); };
	bool present = graph.visit(from.id, [&](ConstNodeRecord record) {
		header = record.header();
		count = header.slots_used;
		if (!inline_value)
			graph.prefetch_value(header);
		query.scan(record, search.partial);
		memcpy(search.ids, record.ids(), count * sizeof(uint32_t));
		if (inline_value)
			score(record.value());
	});
	if (present && !inline_value)
		present = graph.visit_value(header, score);
	if (!present)
		return;
	search.counters.estimates += count;
	const bool matches = judge(query, search, from.id, header, base, accept);
	if (!search.follows(matches, from.astray))
		return;
	const uint8_t astray = steps_astray(matches, from.astray);
	const float threshold = search.threshold();
	const float reference = query.neighbour_base(base, count, search.partial);
	for (uint32_t j = 0; j < count; j++)
		if (search.ids[j] != kNoNode)
			meet_estimate(search, search.ids[j], reference + search.partial[j], threshold, astray);
}

template <class Graph, class Accept>
void score_filtered_plain(Graph &graph, const SearchQuery &query, FilteredLayerSearch &search, uint32_t id,
						  uint8_t astray, Accept &accept)
{
	NodeHeader header;
	float distance = 0;
	search.counters.nodes_visited++;
	if (!visit_scored(graph, id, [&](const NodeHeader &node, const void *value) {
			header = node;
			distance = query.score({value, node.norm});
		}))
		return;
	const bool matches = judge(query, search, id, header, distance, accept);
	if (search.follows(matches, astray) && distance <= search.threshold())
		search.candidates.push({distance, id, steps_astray(matches, astray)});
}

template <class Graph, class Accept>
void expand_filtered_plain(Graph &graph, const SearchQuery &query, FilteredLayerSearch &search,
						   const FilteredCandidate &from, Accept &accept)
{
	uint32_t count = 0;
	if (!graph.visit(from.id, [&](ConstNodeRecord record) {
			count = record.header().slots_used;
			memcpy(search.ids, record.ids(), count * sizeof(uint32_t));
		}))
		return;
	uint32_t fresh = 0;
	for (uint32_t j = 0; j < count; j++)
		if (search.ids[j] != kNoNode && search.visited.insert(search.ids[j]))
			search.ids[fresh++] = search.ids[j];
	for (uint32_t j = 0; j < fresh; j++)
		graph.prefetch(search.ids[j]);
	for (uint32_t j = 0; j < fresh; j++)
		score_filtered_plain(graph, query, search, search.ids[j], from.astray, accept);
}

} /* namespace detail */

/* Adds a node to start from. */
template <class Graph, class Accept>
void enter_filtered(Graph &graph, const SearchQuery &query, FilteredLayerSearch &search, uint32_t id, Accept accept)
{
	constexpr float kFirst = std::numeric_limits<float>::lowest();
	if (graph.layout().coded()) {
		search.estimates.set(id, kFirst);
		search.candidates.push({kFirst, id, 0});
	} else if (search.visited.insert(id)) {
		detail::score_filtered_plain(graph, query, search, id, 0, accept);
	}
}

/* Searches until done (true) or told to stop by proceed() (false). */
template <class Graph, class Accept, class Proceed>
bool run_filtered(Graph &graph, const SearchQuery &query, FilteredLayerSearch &search, Accept accept, Proceed proceed)
{
	FilteredCandidate best, next;
	while (search.candidates.pop(&best) && !(best.distance > search.threshold())) {
		if (!proceed())
			return false;
		graph.poll();
		if (search.candidates.peek(&next))
			graph.prefetch(next.id);
		if (graph.layout().coded())
			detail::expand_filtered_coded(graph, query, search, best, accept);
		else
			detail::expand_filtered_plain(graph, query, search, best, accept);
	}
	return true;
}

} /* namespace vecext::hnsw */
