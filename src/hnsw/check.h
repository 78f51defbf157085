/*
 * check.h: what the parts of hnsw_check() share.
 *
 * A check reads the index in this order, which matters beside writers:
 *   1. the pending chain: a row leaves it only once the graph leads to it, so
 *      rows that this walk misses are found in 2
 *   2. all pages once, for the facts (state, level) of every node and the rows
 *      (collect_facts())
 *   3. all pages again, record by record, edges against those facts
 *      (check_pages.cpp, check_record.cpp)
 *   4. the free lists, and what can be reached from the entry point
 *   5. the table, whose visible rows must all have been met (check_heap.cpp)
 *
 * Beside writers, what a first look finds may be the middle of a change. So what
 * looks wrong is only noted then, and looked at again while no writer changes the
 * graph; what is found then counts.
 */
#pragma once

#include "hnsw/inspect.h"
#include "hnsw/node_codes.h"
#include "hnsw/page_graph.h"

namespace vecext::pg {

enum class Severity { kError, kWarning };

struct Finding {
	Severity severity;
	BlockNumber block; /* InvalidBlockNumber: about the index as a whole */
	int slot;          /* slot, item or entry on the page; negative: about the page */
	const char *message;
};

enum class CheckMode { kBesideWriters, kExclusive };
enum class Look { kFirst, kConfirm };

/* What is known of the record behind a node id, in one byte. */
class NodeFact {
public:
	NodeFact() = default;
	NodeFact(NodeState state, uint8 level) : bits_(0x80 | (level & 0x1f) << 2 | (static_cast<uint8>(state) & 3)) {}
	bool exists() const { return bits_ != 0; } /* a slot of a node page, free or not */
	NodeState state() const { return static_cast<NodeState>(bits_ & 3); }
	uint8 level() const { return bits_ >> 2 & 0x1f; }
	bool holds_node() const { return exists() && state() != NodeState::kFree; }

private:
	uint8 bits_ = 0;
};

/* A set of small integers. */
struct BitSet {
	uint64 *words;
	uint64 size;

	static BitSet make(uint64 size);
	bool contains(uint64 i) const { return i < size && (words[i / 64] >> i % 64 & 1) != 0; }
	/* False when it was in the set, or cannot be. */
	bool insert(uint64 i)
	{
		if (i >= size || contains(i))
			return false;
		words[i / 64] |= uint64{1} << i % 64;
		return true;
	}
	void clear() { memset(words, 0, (size + 63) / 64 * 8); }
};

enum class RowSource : uint8 { kGraph, kPending };

/* A row that the index holds, and where. */
struct IndexedRow {
	uint64 key;        /* row_key() */
	uint64 value_hash; /* of the value stored with it; 0: not read */
	uint32 place;      /* node id, or pending block */
	uint16 entry;      /* pending: which entry */
	RowSource source;
	bool seen : 1;   /* in the table */
	bool killed : 1; /* marked as dead to everyone */
};

struct CheckRun {
	MemoryContext context; /* of all that lasts as long as the check */
	Relation heap, index;
	CheckMode mode;
	Look look;
	bool with_heap;
	const IndexHandle *handle; /* a copy of our own */
	PageGraph graph;
	BufferAccessStrategy strategy;
	BlockNumber blocks; /* of the index, when collect_facts() began */

	ArenaVector<Finding> findings;
	NodeFact *facts; /* by node id, of the first look */
	uint64 fact_count;
	uint64 live_nodes;      /* at level 0 */
	uint64 written_rows;    /* pending ones whose node is written */
	BitSet chain_blocks;    /* pages of the pending chain */
	BitSet free_list_pages; /* node pages in a free list */
	ArenaVector<IndexedRow> rows;
	ArenaVector<uint64> value_refs; /* exclusive: value_ref_key() of every chunk in use, sorted */
	uint64 unused_chunks;           /* exclusive: chunks that are not among them */

	/* Scratch for comparing an edge with what it should be. */
	float *projections[2];
	float *scratch;
	uint64 *code, *stored_code;
	NodeCoder coder; /* compact indexes with a model */
	uint8 *node_code;

	bool exclusive() const { return mode == CheckMode::kExclusive; }
};

inline uint64 value_ref_key(BlockNumber block, OffsetNumber item)
{
	return uint64{block} << 16 | item;
}

/* check.cpp */
void report(CheckRun &run, Severity severity, BlockNumber block, int slot, const char *format, ...)
	pg_attribute_printf(5, 6);
/* To be called after nodes were read and before their codes are looked at: the first
 * merge, perhaps beside this check, sets what codes are relative to. */
void follow_centre(CheckRun &run);
/* A fingerprint of a value's bytes, never 0. */
uint64 hash_value(const void *data, uint32 bytes);

/* check_pages.cpp: page headers, free lists */
void check_block(CheckRun &run, BlockNumber block);
void check_free_list(CheckRun &run, uint32 level_class);

/* check_record.cpp: one record, its edges and its value. `page` is a copy. */
void check_record(CheckRun &run, char *page, BlockNumber block, uint32 slot);

/* check_pending.cpp: the chain from the metapage on. Notes its pages, and in the
 * first look its rows and values. */
void check_pending_chain(CheckRun &run);

/* check_graph.cpp: what is known of all nodes, and what can be reached */
void collect_facts(CheckRun &run);
/* The fact about a node; read afresh while confirming. */
NodeFact fact_of(CheckRun &run, uint32 id);
void check_entry_point(CheckRun &run);
/* Counts the live nodes that cannot be reached from the entry point. */
void check_reachability(CheckRun &run);

/* check_values.cpp: values stored apart, each to be in use once */
/* Notes the chunks of a value, in exclusive mode. */
void note_value(CheckRun &run, const ValueRef &ref);
void check_value_refs(CheckRun &run);
void check_value_page(CheckRun &run, char *page, BlockNumber block);
void report_unused_chunks(CheckRun &run);

/* check_heap.cpp: the rows met against the table. Needs `snapshot`, taken before
 * the index was read. */
void check_rows(CheckRun &run, Snapshot snapshot);

} /* namespace vecext::pg */
