/*
 * build_state.h: the graph that a build holds in memory.
 *
 * Level l is an array of records, ids are indexes. Rules for threads:
 *   1. Arrays grow only between runs of the team (GraphBuilder::add).
 *   2. A record's value, norm, level, up and down never change once added; they
 *      are read without a lock.
 *   3. Its edges (ids, codes, slots_used, lengths) are read and written under
 *      its lock only. No thread holds two record locks.
 *
 * The lengths of edges are not kept: whoever chooses among a full list measures
 * its ends against each other anyway.
 */
#pragma once

#include <atomic>
#include <mutex>

#include "core/hnsw/mapped_bytes.h"
#include "core/hnsw/twin_table.h"
#include "vecext/hnsw/build.h"
#include "vecext/hnsw/search.h"

namespace vecext::hnsw {

/* The lock of a record: NodeHeader::reserved, zero when free and so on pages. */
class RecordLock {
public:
	explicit RecordLock(NodeHeader &header) : word_(header.reserved)
	{
		if (word_.exchange(1, std::memory_order_acquire) != 0)
			wait();
	}
	~RecordLock() { word_.store(0, std::memory_order_release); }
	RecordLock(const RecordLock &) = delete;
	RecordLock &operator=(const RecordLock &) = delete;

private:
	void wait() noexcept;
	std::atomic_ref<uint16_t> word_;
};

/* The records of one level. */
struct Level {
	const NodeLayout *layout = nullptr;
	size_t stride = 0; /* bytes between records */
	uint32_t count = 0;
	MappedBytes records;

	/* Appends a zeroed record; false when out of memory. */
	bool append() noexcept;
	NodeRecord record(uint32_t id) const { return {records.data() + id * stride, layout}; }
};

/* Length of an edge between twins (nodes of equal value), which nothing may
 * replace: twins are reached through each other only. */
constexpr float kTwinLength = -std::numeric_limits<float>::infinity();

/* Bytes per node beside records and values: the twin table, and the parents and
 * the queue of a walk over the graph. */
constexpr size_t kBytesPerNode = TwinTable::kBytesPerValue + 2 * sizeof(uint32_t);

/* Where the graph is entered. */
struct EntryPoint {
	int level; /* -1: the graph is empty */
	uint32_t id;
};

struct GraphState {
	BuildOptions options;
	NodeLayout layouts[2]; /* level 0, and above */
	GraphDistance distance;
	MallocArena arena;
	CodeSpace space;
	bool has_centre = false;

	Level levels[kMaxLevel + 1];
	MappedBytes values; /* those stored apart, one after another, 8-byte aligned */
	size_t values_used = 0;
	TwinTable twins;

	uint32_t linked = 0;   /* ids below are in the graph */
	bool connected = true; /* and all of them are known to be within reach */
	std::atomic<uint64_t> packed_entry{0};
	std::mutex raising; /* held while a node higher than the entry point is linked */

	EntryPoint entry() const
	{
		const uint64_t packed = packed_entry.load(std::memory_order_acquire);
		return {static_cast<int>(packed >> 32) - 1, static_cast<uint32_t>(packed)};
	}
	void set_entry(EntryPoint entry)
	{
		packed_entry.store(static_cast<uint64_t>(entry.level + 1) << 32 | entry.id, std::memory_order_release);
	}

	Value value(int level, uint32_t id) const
	{
		const NodeRecord record = levels[level].record(id);
		const NodeHeader &header = record.header();
		return {record.layout->inline_value() ? record.value() : value_apart(header), header.norm};
	}
	/* Until pages are written, value_item and value_block are the upper and lower
	 * bits of the value's place in `values`, in units of 8 bytes. */
	const uint8_t *value_apart(const NodeHeader &header) const
	{
		return values.data() + (size_t{header.value_item} << 32 | header.value_block) * 8;
	}
	/* The record at `to` of the node that has record `id` at `from` >= to. */
	uint32_t descend_to(int to, int from, uint32_t id) const
	{
		for (int level = from; level > to; level--)
			id = levels[level].record(id).header().down;
		return id;
	}
	bool is_value_of(uint32_t id, const Value &value, size_t bytes) const
	{
		const Value other = this->value(0, id);
		return value_size(options.element, options.dims, other.data) == bytes &&
			   memcmp(other.data, value.data, bytes) == 0;
	}
	size_t memory_used() const noexcept;
};

struct GraphBuilder::State : GraphState {};

/* One level as search.h wants to see it. */
class LevelGraph {
public:
	LevelGraph(const GraphState &state, int level);

	const NodeLayout &layout() const { return *level_->layout; }
	template <class F> bool visit(uint32_t id, F f)
	{
		const NodeRecord record = level_->record(id);
		RecordLock lock(record.header());
		f(ConstNodeRecord{record.bytes, record.layout});
		return true;
	}
	template <class F> bool visit_value(const NodeHeader &header, F f)
	{
		f(static_cast<const void *>(state_.value_apart(header)));
		return true;
	}
	void prefetch(uint32_t id) const { prefetch_bytes(level_->record(id).bytes, prefetch_bytes_); }
	void prefetch_value(const NodeHeader &header) const
	{
		prefetch_bytes(state_.value_apart(header), value_size(state_.options.element, state_.options.dims, nullptr));
	}
	void poll() const {}

private:
	static void prefetch_bytes(const uint8_t *from, size_t bytes)
	{
		for (size_t offset = 0; offset < bytes; offset += 64)
			__builtin_prefetch(from + offset);
	}

	const GraphState &state_;
	const Level *level_;
	size_t prefetch_bytes_;
};

} /* namespace vecext::hnsw */
