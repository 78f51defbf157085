/*
 * search.h: best-first search of one layer of the graph.
 *
 * Malkov & Yashunin, "Efficient and robust approximate nearest neighbor search
 * using HNSW graphs", TPAMI 2018, algorithm 2, in two forms:
 *
 *   coded   (SymphonyQG, Gou et al., SIGMOD 2025) the beam holds estimates. A
 *           node is expanded by one visit to its record: the exact distance to
 *           the node, and from that the estimates of all its neighbours. A node
 *           met again through another parent before its own expansion takes the
 *           mean of both estimates, because one made from afar has a large
 *           error. Results have exact distances, and ef nodes or more have one.
 *   plain   the beam holds exact distances; every neighbour is visited to score
 *           it. A node counts as visited once scored.
 *   compact plain, with estimates by the nodes' own codes in place of the exact
 *           distances. So are those that `found` gets, and its `value` is a code.
 *
 * The graph is a template parameter, so that the same search runs over an
 * array in memory and over pages behind a buffer manager:
 *
 *   struct Graph {
 *     const NodeLayout &layout();
 *     // Calls f(ConstNodeRecord) while the record cannot change; false when the
 *     // record holds no node (any more), which is no error.
 *     template <class F> bool visit(uint32_t id, F f);
 *     // Calls f(const void *value) for a value stored apart; false when gone.
 *     template <class F> bool visit_value(const NodeHeader &header, F f);
 *     // Both hints, the latter for a value stored apart.
 *     void prefetch(uint32_t id);
 *     void prefetch_value(const NodeHeader &header);
 *     void poll();   // between visits; may not return (cancellation)
 *   };
 *
 * `found(id, header, distance, value)` is called once for every node whose exact
 * distance became known, while the value is still readable; deleted nodes
 * included, which the caller tells by header.state.
 */
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "vecext/arena.h"
#include "vecext/hnsw/distance.h"
#include "vecext/hnsw/examples.h"
#include "vecext/hnsw/node_layout.h"
#include "vecext/rabitq.h"

namespace vecext::hnsw {

struct Candidate {
	float distance; /* exact, or an estimate */
	uint32_t id;
};

/* Open addressing with generations: reset() costs nothing, memory grows. */
class VisitedSet {
public:
	void init(Arena arena, uint32_t expected)
	{
		arena_ = arena;
		allocate(std::bit_ceil(std::max(expected * 2, 1024u)));
	}
	void reset()
	{
		count_ = 0;
		if (++generation_ == 0) {
			memset(slots_, 0, sizeof(uint64_t) * (mask_ + 1));
			generation_ = 1;
		}
	}
	/* False when the id was in the set. */
	bool insert(uint32_t id)
	{
		if (count_ >= (mask_ + 1) / 4 * 3)
			grow();
		if (!place(id))
			return false;
		count_++;
		return true;
	}
	bool contains(uint32_t id) const
	{
		const uint64_t key = key_of(id);
		for (uint32_t h = hash(id);; h = (h + 1) & mask_) {
			if (slots_[h] == key)
				return true;
			if (slots_[h] >> 32 != generation_)
				return false;
		}
	}
	uint32_t size() const { return count_; }

private:
	uint64_t key_of(uint32_t id) const { return uint64_t{generation_} << 32 | id; }
	uint32_t hash(uint32_t id) const
	{
		const uint32_t h = id * 0x9e3779b1u;
		return (h ^ h >> 15) & mask_;
	}
	bool place(uint32_t id)
	{
		const uint64_t key = key_of(id);
		uint32_t h = hash(id);
		for (; slots_[h] >> 32 == generation_; h = (h + 1) & mask_)
			if (slots_[h] == key)
				return false;
		slots_[h] = key;
		return true;
	}
	void allocate(uint32_t size)
	{
		slots_ = arena_.allocate<uint64_t>(size);
		memset(slots_, 0, sizeof(uint64_t) * size);
		mask_ = size - 1;
		generation_ = 1;
	}
	void grow()
	{
		const uint64_t *old = slots_;
		const uint32_t old_size = mask_ + 1, old_generation = generation_;
		allocate(old_size * 2);
		for (uint32_t i = 0; i < old_size; i++)
			if (old[i] >> 32 == old_generation)
				place(static_cast<uint32_t>(old[i]));
	}

	Arena arena_{};
	uint64_t *slots_ = nullptr;
	uint32_t mask_ = 0;
	uint32_t count_ = 0;
	uint32_t generation_ = 0;
};

/* What a coded search knows of the nodes it met: the last estimate of each, or
 * that it was expanded. Built like VisitedSet. */
class EstimateTable {
public:
	static constexpr float kExpanded = -std::numeric_limits<float>::infinity();

	void init(Arena arena, uint32_t expected)
	{
		arena_ = arena;
		allocate(std::bit_ceil(std::max(expected * 2, 256u)));
	}
	void reset()
	{
		count_ = 0;
		if (++generation_ == 0) {
			memset(slots_, 0, sizeof(Slot) * (mask_ + 1));
			generation_ = 1;
		}
	}
	/* The estimate of a node, null when it was not met. Valid until set(). */
	float *find(uint32_t id) const
	{
		Slot *slot = place(id);
		return slot->generation == generation_ ? &slot->estimate : nullptr;
	}
	void set(uint32_t id, float estimate)
	{
		if (count_ >= (mask_ + 1) / 8 * 5)
			grow();
		Slot *slot = place(id);
		count_ += slot->generation != generation_;
		*slot = {generation_, id, estimate};
	}

private:
	struct Slot {
		uint32_t generation;
		uint32_t id;
		float estimate;
	};
	/* Where the node stands or would have to. */
	Slot *place(uint32_t id) const
	{
		const uint32_t hash = id * 0x9e3779b1u;
		uint32_t i = (hash ^ hash >> 15) & mask_;
		while (slots_[i].generation == generation_ && slots_[i].id != id)
			i = (i + 1) & mask_;
		return &slots_[i];
	}
	void allocate(uint32_t size)
	{
		slots_ = arena_.allocate<Slot>(size);
		memset(slots_, 0, sizeof(Slot) * size);
		mask_ = size - 1;
		generation_ = 1;
		count_ = 0;
	}
	void grow()
	{
		const Slot *old = slots_;
		const uint32_t old_size = mask_ + 1, old_generation = generation_;
		allocate(old_size * 2);
		for (uint32_t i = 0; i < old_size; i++)
			if (old[i].generation == old_generation)
				set(old[i].id, old[i].estimate);
	}

	Arena arena_{};
	Slot *slots_ = nullptr;
	uint32_t mask_ = 0;
	uint32_t count_ = 0;
	uint32_t generation_ = 0;
};

/* The ef best candidates in order, each waiting or taken. Nothing in here branches
 * on where a distance belongs: mispredictions would cost more than the work. */
class Beam {
public:
	/* Forgets memory taken before: the arena may have been emptied since. */
	void init(Arena arena)
	{
		*this = {};
		arena_ = arena;
	}
	void reset(uint32_t ef)
	{
		if (ef + 1 > allocated_) {
			allocated_ = std::bit_ceil(ef + 1);
			entries_ = arena_.allocate<Candidate>(allocated_);
		}
		capacity_ = ef;
		size_ = next_ = 0;
	}
	/* Distance from which on insert() refuses. */
	float threshold() const
	{
		return size_ < capacity_ ? std::numeric_limits<float>::infinity() : entries_[size_ - 1].distance;
	}
	/* Puts a candidate in its place. When another falls out at the end that waits,
	 * stores it in *dropped and returns true. Requires distance < threshold(). */
	bool insert(float distance, uint32_t id, Candidate *dropped)
	{
		bool dropping = false;
		if (size_ == capacity_) {
			*dropped = entries_[--size_];
			dropping = dropped->id != kNoNode;
		}
		const uint32_t at = end_of(distance, size_);
		memmove(&entries_[at + 1], &entries_[at], (size_ - at) * sizeof(Candidate));
		entries_[at] = {distance, id};
		size_++;
		next_ = std::min(next_, at);
		return dropping;
	}
	/* Moves a waiting candidate to the place of a new distance; false when the beam
	 * does not hold it at the old one. */
	bool move(float from, uint32_t id, float to)
	{
		uint32_t old = end_of(from, size_);
		do {
			if (old == 0 || entries_[old - 1].distance < from)
				return false;
			old--;
		} while (entries_[old].id != id);
		uint32_t at;
		if (to < from) {
			at = end_of(to, old);
			memmove(&entries_[at + 1], &entries_[at], (old - at) * sizeof(Candidate));
		} else {
			at = end_of(to, size_) - 1;
			memmove(&entries_[old], &entries_[old + 1], (at - old) * sizeof(Candidate));
		}
		entries_[at] = {to, id};
		next_ = std::min({next_, old, at});
		skip_taken();
		return true;
	}
	/* Takes the best candidate that waits. Its place goes on counting. */
	bool pop(Candidate *best)
	{
		if (!peek(best))
			return false;
		entries_[next_].id = kNoNode;
		skip_taken();
		return true;
	}
	bool peek(Candidate *best) const
	{
		if (next_ >= size_)
			return false;
		*best = entries_[next_];
		return true;
	}
	uint32_t size() const { return size_; }
	uint32_t capacity() const { return capacity_; }

private:
	/* Behind the last of the first `limit` entries that is not above `distance`. */
	uint32_t end_of(float distance, uint32_t limit) const
	{
		uint32_t low = 0;
		for (; limit > 0; limit /= 2) {
			const uint32_t half = limit - limit / 2;
			low += entries_[low + half - 1].distance <= distance ? half : 0;
		}
		return low;
	}
	void skip_taken()
	{
		while (next_ < size_ && entries_[next_].id == kNoNode)
			next_++;
	}

	Arena arena_{};
	Candidate *entries_ = nullptr; /* id is kNoNode once taken */
	uint32_t allocated_ = 0, capacity_ = 0, size_ = 0;
	uint32_t next_ = 0; /* the first entry that may wait */
};

struct SearchQuery {
	Value value;
	GraphDistance distance;
	CodeQuery code;                         /* coded layouts only */
	NodeEstimator estimator;                /* compact layouts only */
	const ExampleQuery *examples = nullptr; /* in place of `value`, `code` and `estimator` */

	bool by_codes() const { return examples != nullptr ? examples->estimators != nullptr : bool(estimator); }

	/* The distance to a node by what its record has of it. */
	float score(const Value &node) const
	{
		if (examples != nullptr)
			return examples->score(node);
		return estimator ? estimator(node.data) : distance(value, node);
	}

	/* The distance to a value. */
	float exact(const Value &other) const
	{
		return examples != nullptr ? examples->exact(other) : distance(value, other);
	}

	/* Reads the codes of a node's neighbours; `partial` gets what neighbour_base()
	 * wants of them. */
	void scan(ConstNodeRecord record, float *partial) const
	{
		if (examples != nullptr)
			examples->scan(record);
		else
			scan_neighbours(code, record, partial);
	}

	/* After scan() and score() of a node: the sum of what is returned and partial[j]
	 * is the estimated distance of its neighbour j. */
	float neighbour_base(float distance, uint32_t count, float *partial) const
	{
		if (examples == nullptr)
			return distance;
		examples->estimate_neighbours(count, partial);
		return 0;
	}

	/* What an entry of a layer is taken to be at, if its distance is not known, so that
	 * it is expanded first. One of several entries must be so in any case. */
	float entry_distance() const { return examples != nullptr ? std::numeric_limits<float>::lowest() : 0; }
	float entry_limit() const
	{
		return examples != nullptr ? entry_distance() : std::numeric_limits<float>::infinity();
	}
};

struct SearchCounters {
	uint64_t nodes_visited = 0; /* records read */
	uint64_t exact_distances = 0;
	uint64_t estimates = 0;
};

/* Candidates that fell out of the beam, kept so that a search can go on. A
 * min-heap by distance, bounded by the caller's memory limit. */
class DiscardedCandidates {
public:
	void init(Arena arena) { heap_.init(arena, 256); }
	void clear() { heap_.clear(); }
	void push(const Candidate &candidate)
	{
		heap_.push_back(candidate);
		std::push_heap(heap_.begin(), heap_.end(), farther);
	}
	bool pop(Candidate *best)
	{
		if (heap_.empty())
			return false;
		std::pop_heap(heap_.begin(), heap_.end(), farther);
		*best = heap_.back();
		heap_.pop_back();
		return true;
	}
	size_t bytes() const { return size_t{heap_.size()} * sizeof(Candidate); }

private:
	static bool farther(const Candidate &a, const Candidate &b) { return a.distance > b.distance; }
	ArenaVector<Candidate> heap_;
};

/* The state of a search of one layer; reusable. */
struct LayerSearch {
	Beam beam;
	VisitedSet visited;      /* plain layouts: scored nodes */
	EstimateTable estimates; /* coded layouts */
	DiscardedCandidates discarded;
	bool keep_discarded = false;
	bool coded = false;
	float *partial = nullptr; /* estimates of one record, kMaxSlots values */
	uint32_t *ids = nullptr;
	SearchCounters counters;

	static constexpr uint32_t kMaxSlots = 256; /* m <= 100: 2m rounded up to 224 */

	void init(Arena arena, uint32_t ef, const NodeLayout &layout)
	{
		coded = layout.coded();
		beam.init(arena);
		visited.init(arena, layout.coded() ? 0 : ef * 32);
		estimates.init(arena, layout.coded() ? ef * 8 : 0);
		discarded.init(arena);
		partial = arena.allocate<float>(kMaxSlots);
		ids = arena.allocate<uint32_t>(kMaxSlots);
	}
	void reset(uint32_t ef)
	{
		beam.reset(ef);
		visited.reset();
		estimates.reset();
		discarded.clear();
	}
	/* Takes the best candidate that waits for its expansion. */
	bool take(Candidate *best)
	{
		if (!beam.pop(best))
			return false;
		if (coded)
			estimates.set(best->id, EstimateTable::kExpanded);
		return true;
	}
	/* A candidate that was not offered before. */
	void offer(float distance, uint32_t id)
	{
		Candidate dropped;
		if (distance < beam.threshold()) {
			if (beam.insert(distance, id, &dropped) && keep_discarded)
				discarded.push(dropped);
		} else if (keep_discarded) {
			discarded.push({distance, id});
		}
	}
	/* Estimates of nodes that may have others: partial[j] of ids[j], for j < count. */
	void offer_estimates(uint32_t count)
	{
		for (uint32_t j = 0; j < count; j++)
			offer_estimate(partial[j], ids[j]);
	}
	void offer_estimate(float estimate, uint32_t id)
	{
		float *known = estimates.find(id);
		const bool near = estimate < beam.threshold();
		if (known == nullptr) {
			if (near || keep_discarded) {
				estimates.set(id, estimate);
				offer(estimate, id);
			}
			return;
		}
		if (*known == EstimateTable::kExpanded)
			return;
		const float mean = (*known + estimate) / 2;
		if (beam.move(*known, id, mean)) {
			*known = mean;
		} else if (near) {
			/* One that fell out of the beam; its discarded copy is now stale. */
			*known = estimate;
			offer(estimate, id);
		}
	}
	/* Adds base to partial[0..count), keeps of these and of ids those below the
	 * limit, and returns how many. Free slots have infinite estimates. */
	uint32_t keep_below(float limit, float base, uint32_t count)
	{
		uint32_t kept = 0;
		for (uint32_t j = 0; j < count; j++) {
			const float estimate = partial[j] + base;
			partial[kept] = estimate;
			ids[kept] = ids[j];
			kept += estimate < limit;
		}
		return kept;
	}
	/* Empties the beam and fills it with the best discarded candidates; false
	 * when none are left and the search has seen all it can reach. */
	bool refill(uint32_t ef, bool coded)
	{
		beam.reset(ef);
		Candidate candidate, dropped;
		while (beam.size() < ef && discarded.pop(&candidate))
			if (!coded || is_current(candidate))
				beam.insert(candidate.distance, candidate.id, &dropped);
		return beam.size() != 0;
	}

private:
	/* Whether a discarded candidate has its latest estimate and waits for its
	 * expansion. */
	bool is_current(const Candidate &candidate) const
	{
		const float *known = estimates.find(candidate.id);
		return known != nullptr && *known == candidate.distance;
	}
};

namespace detail {

/* Calls f(header, value) for a node, wherever its value is. */
template <class Graph, class F> bool visit_scored(Graph &graph, uint32_t id, F f)
{
	if (graph.layout().inline_value())
		return graph.visit(id, [&](ConstNodeRecord record) { f(record.header(), record.value()); });
	NodeHeader header;
	if (!graph.visit(id, [&](ConstNodeRecord record) { header = record.header(); }))
		return false;
	return graph.visit_value(header, [&](const void *value) { f(header, value); });
}

template <class Graph, class Found>
void expand_coded(Graph &graph, const SearchQuery &query, LayerSearch &search, uint32_t id, Found &found)
{
	const bool inline_value = graph.layout().inline_value();
	NodeHeader header;
	float base = 0;
	uint32_t count = 0;
	auto score = [&](const void *value) {
		base = query.score({value, header.norm});
		search.counters.exact_distances++;
		found(id, header, base, value);
	};
	search.counters.nodes_visited++;
	bool present = graph.visit(id, [&](ConstNodeRecord record) {
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
	/* What is too far for the beam matters only to a search that may go on: an
	 * estimate that would move a waiting node out of the beam is passed over. */
	const float limit = search.keep_discarded ? std::numeric_limits<float>::infinity() : search.beam.threshold();
	const float from = query.neighbour_base(base, count, search.partial);
	search.offer_estimates(search.keep_below(limit, from, count));
}

template <class Graph, class Found>
void score_plain(Graph &graph, const SearchQuery &query, LayerSearch &search, uint32_t id, Found &found,
				 float at_most = std::numeric_limits<float>::infinity())
{
	float distance = 0;
	search.counters.nodes_visited++;
	const bool present = visit_scored(graph, id, [&](const NodeHeader &header, const void *value) {
		distance = query.score({value, header.norm});
		found(id, header, distance, value);
	});
	if (!present)
		return;
	(query.by_codes() ? search.counters.estimates : search.counters.exact_distances)++;
	search.offer(std::min(distance, at_most), id);
}

template <class Graph, class Found>
void expand_plain(Graph &graph, const SearchQuery &query, LayerSearch &search, uint32_t id, Found &found)
{
	uint32_t count = 0;
	const bool present = graph.visit(id, [&](ConstNodeRecord record) {
		count = record.header().slots_used;
		memcpy(search.ids, record.ids(), count * sizeof(uint32_t));
	});
	if (!present)
		return;
	uint32_t fresh = 0;
	for (uint32_t j = 0; j < count; j++)
		if (search.ids[j] != kNoNode && search.visited.insert(search.ids[j]))
			search.ids[fresh++] = search.ids[j];
	for (uint32_t j = 0; j < fresh; j++)
		graph.prefetch(search.ids[j]);
	for (uint32_t j = 0; j < fresh; j++)
		score_plain(graph, query, search, search.ids[j], found);
}

} /* namespace detail */

/* Expands candidates until none in the beam is left. A record takes longer to
 * arrive from memory than another takes to be worked on; so once the beam is full,
 * and nearly all that it holds will be expanded in some order, the next candidate
 * is chosen one step ahead, while the one before has not yet been expanded. */
template <class Graph, class Found>
void run_beam(Graph &graph, const SearchQuery &query, LayerSearch &search, Found found)
{
	constexpr uint32_t kAheadFrom = 16;
	Candidate current, next;
	bool more = search.take(&current);
	while (more) {
		graph.poll();
		const bool ahead =
			search.beam.capacity() >= kAheadFrom && search.beam.size() == search.beam.capacity() && search.take(&next);
		if (ahead || search.beam.peek(&next))
			graph.prefetch(next.id);
		if (graph.layout().coded())
			detail::expand_coded(graph, query, search, current.id, found);
		else
			detail::expand_plain(graph, query, search, current.id, found);
		if (ahead)
			current = next;
		else
			more = search.take(&current);
	}
}

/* Searches one layer from `entries` with a beam of ef. */
template <class Graph, class Found>
void search_layer(Graph &graph, const SearchQuery &query, LayerSearch &search, const uint32_t *entries,
				  uint32_t entry_count, uint32_t ef, Found found)
{
	search.reset(ef);
	for (uint32_t i = 0; i < entry_count; i++) {
		if (graph.layout().coded())
			search.offer_estimate(query.entry_distance(), entries[i]); /* expanded first, whatever its distance */
		else if (search.visited.insert(entries[i]))
			detail::score_plain(graph, query, search, entries[i], found, query.entry_limit());
	}
	run_beam(graph, query, search, found);
}

/* Goes on where search_layer or the last continue_layer stopped, with the best
 * `ef` of the discarded candidates. False when the layer is exhausted. */
template <class Graph, class Found>
bool continue_layer(Graph &graph, const SearchQuery &query, LayerSearch &search, uint32_t ef, Found found)
{
	if (!search.refill(ef, graph.layout().coded()))
		return false;
	run_beam(graph, query, search, found);
	return true;
}

/* A beam wider than 1 in the upper layers, because estimates err. */
constexpr uint32_t kUpperBeam = 2;

/* The nearest node that a narrow search from `entry` meets in its layer; kNoNode when
 * the entry is gone. */
template <class Graph>
uint32_t settle(Graph &graph, const SearchQuery &query, LayerSearch &search, uint32_t entry, uint32_t ef)
{
	const bool keep = search.keep_discarded;
	search.keep_discarded = false;
	float best = std::numeric_limits<float>::infinity();
	uint32_t nearest = kNoNode;
	search_layer(graph, query, search, &entry, 1, ef,
				 [&](uint32_t id, const NodeHeader &, float distance, const void *) {
					 if (distance < best || nearest == kNoNode) {
						 best = distance;
						 nearest = id;
					 }
				 });
	search.keep_discarded = keep;
	return nearest;
}

/* Descends from `entry` to the level above `target_level` + 1, that is: returns
 * the record at `target_level` from which to search it. Levels are read from the
 * records themselves, so that a record reused meanwhile only costs a detour.
 * kNoNode when the way down is gone. */
template <class Graph>
uint32_t descend(Graph &graph, const SearchQuery &query, LayerSearch &search, uint32_t entry, uint32_t target_level)
{
	const bool keep = search.keep_discarded;
	search.keep_discarded = false;
	uint32_t current = entry;
	for (;;) {
		uint32_t level = 0;
		if (!graph.visit(current, [&](ConstNodeRecord record) { level = record.header().level; }))
			current = kNoNode;
		if (current == kNoNode || level <= target_level)
			break;
		float best = std::numeric_limits<float>::infinity();
		uint32_t down = kNoNode;
		search_layer(graph, query, search, &current, 1, graph.layout().coded() ? kUpperBeam : 1,
					 [&](uint32_t, const NodeHeader &header, float distance, const void *) {
						 if (header.level > 0 && (distance < best || down == kNoNode)) {
							 best = distance;
							 down = header.down;
						 }
					 });
		current = down;
	}
	search.keep_discarded = keep;
	return current;
}

} /* namespace vecext::hnsw */
