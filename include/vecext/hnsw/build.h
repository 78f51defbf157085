/*
 * build.h: building the graph in memory with several threads.
 *
 * Points are added by id (0, 1, 2, …); OpenMP threads insert them concurrently
 * into an array of records (node_layout.h), each record guarded by a spinlock.
 * Search during construction is the same template that answers queries
 * (search.h), with codes where the layout has them.
 *
 * The level of a point follows from its row id (level_of_row), so two builds
 * over the same heap make the same levels.
 *
 * Errors: functions return kOutOfMemory or kCancelled; nothing is thrown. The
 * object is not thread-safe itself: one thread calls, the others are its own.
 */
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "vecext/hnsw/distance.h"
#include "vecext/hnsw/node_layout.h"
#include "vecext/status.h"

namespace vecext::hnsw {

/* Highest level that `m` allows to be useful, and the level of a row: geometric
 * with ratio 1/m, from a hash of the row id. */
constexpr int kMaxLevel = 15;
int level_of_row(const RowId &row, int m) noexcept;

struct BuildOptions {
	Metric metric;
	ElementType element;
	uint32_t dims;
	int m;
	int ef_construction;
	int code_bits;            /* 0: plain */
	uint64_t seed;            /* of the rotation */
	int threads;              /* >= 1 */
	size_t memory_limit;      /* bytes for records, values and search structures */
	uint32_t value_bytes = 0; /* inside a record, as for make_node_layout(); 0: stored apart */
};

class GraphBuilder {
public:
	GraphBuilder() = default;
	GraphBuilder(const GraphBuilder &) = delete;
	GraphBuilder &operator=(const GraphBuilder &) = delete;
	~GraphBuilder();

	Status init(const BuildOptions &options) noexcept;

	/* Copies a point in. Its edges are made by a later link_pending(). A value
	 * equal to that of an earlier point becomes a row of it when the graph is
	 * linked and room is left. False in *fits (and nothing stored) when the
	 * memory limit would be passed. */
	Status add(const RowId &row, const Value &value, bool *fits) noexcept;

	/* Inserts all points added so far into the graph, with all threads. The first
	 * call fixes the centre: the mean of what was added until then (of a bounded
	 * sample). `progress` counts rows done and may be read from the calling
	 * thread, which meanwhile runs `poll(poll_context)` about every 50 ms: when
	 * that returns true the work stops and kCancelled is returned. poll must not
	 * leave by exception or longjmp. */
	Status link_pending(bool (*poll)(void *), void *poll_context, std::atomic<uint64_t> *progress) noexcept;

	/* Renumbers level-0 nodes so that graph neighbours come to lie close
	 * together: breadth-first from the entry point. order[k] = id of the k-th
	 * node; every id appears once. The end of a build: a point added later is not
	 * recognised as equal to an earlier one. */
	Status page_order(uint32_t *order) noexcept;

	/* What writing pages needs. Records are as node_layout.h says, ids are array
	 * indexes of the level. Nodes merged into another as duplicates have state
	 * kFree and are not written. */
	uint32_t node_count() const noexcept;               /* ids at level 0 */
	uint32_t upper_count(int level) const noexcept;     /* ids at level >= 1 */
	int top_level() const noexcept;                     /* -1 when empty */
	uint32_t entry_point() const noexcept;              /* id at top_level() */
	const NodeLayout &layout(int level) const noexcept; /* level 0, or any above */
	NodeRecord record(int level, uint32_t id) noexcept;
	/* The value of a node of level 0, also when the layout stores it apart. */
	Value value(uint32_t id) const noexcept;
	const float *centre() const noexcept; /* dims values; null for plain layouts */
	size_t memory_used() const noexcept;

	/* Bytes needed per point, for estimates before the build. */
	static size_t bytes_per_point(const BuildOptions &options) noexcept;

private:
	struct State;
	State *state_ = nullptr;
};

} /* namespace vecext::hnsw */
