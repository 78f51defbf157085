/*
 * twin_table.h: finds the node that has a given value, byte for byte.
 *
 * Rows with equal values share a node (up to kMaxRowsPerNode), which the build
 * decides by this table and not by searching: exactly, independently of thread
 * timing, and before a record is spent. For each distinct value the table knows
 * the node that was made last.
 *
 * Open addressing; an entry is the upper half of the value's hash and a node id.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/hnsw/mapped_bytes.h"
#include "vecext/hnsw/node_layout.h"

namespace vecext::hnsw {

uint64_t hash_value(const void *data, size_t bytes) noexcept;

class TwinTable {
public:
	/* Bytes per value at the worst moment, which is while growing. */
	static constexpr size_t kBytesPerValue = 28;

	struct Entry {
		uint32_t tag;
		uint32_t node_plus_one; /* 0: free */
	};

	/* Makes room for one more value; false when out of memory. */
	bool make_room() noexcept;

	/* The entry of the value with this hash for which is_equal(node) holds, or
	 * the free entry where it belongs. Requires make_room(). */
	template <class IsEqual> Entry *find(uint64_t hash, IsEqual is_equal)
	{
		const uint32_t tag = tag_of(hash);
		size_t i = place_of(tag);
		while (entries_[i].node_plus_one != 0 && !(entries_[i].tag == tag && is_equal(entries_[i].node_plus_one - 1)))
			i = (i + 1) & (capacity_ - 1);
		return &entries_[i];
	}

	/* Makes `node` the one that `entry` names. */
	void set(Entry *entry, uint64_t hash, uint32_t node)
	{
		size_ += entry->node_plus_one == 0;
		*entry = {tag_of(hash), node + 1};
	}

	/* Forgets all values and gives the memory back. */
	void release() noexcept;

private:
	static uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
	size_t place_of(uint32_t tag) const { return (tag * uint64_t{0x9e3779b97f4a7c15u} >> 24) & (capacity_ - 1); }

	MappedBytes storage_[2]; /* the one in use and the one grown into */
	int current_ = 0;
	Entry *entries_ = nullptr;
	size_t capacity_ = 0, size_ = 0;
};

} /* namespace vecext::hnsw */
