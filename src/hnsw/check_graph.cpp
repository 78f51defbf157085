/*
 * check_graph.cpp: hnsw_check() of the graph as a whole: the facts about all
 * nodes, the entry point, and what a search can reach.
 */
#include "hnsw/check.h"

namespace vecext::pg {

namespace {

/* Of a node's value, or of its code when only the table has the value. */
uint64 fingerprint(CheckRun &run, const hnsw::ConstNodeRecord &record)
{
	const NodeHeader &header = record.header();
	if (run.handle->compact() && run.handle->format.exact_in_heap())
		return hash_value(record.value(), record.layout->value_bytes);
	const void *value = record.layout->inline_value() && !run.handle->compact()
							? record.value()
							: run.graph.read_value({header.value_block, header.value_item}, nullptr);
	return value ? hash_value(value, run.handle->value_bytes(value)) : 0;
}

/* The rows of a node, with a fingerprint of its value. */
void note_rows(CheckRun &run, const hnsw::ConstNodeRecord &record, uint32 id)
{
	const NodeHeader &header = record.header();
	const uint64 hash = fingerprint(run, record);
	for (int i = 0; i < header.row_count && i < static_cast<int>(hnsw::kMaxRowsPerNode); i++)
		run.rows.push_back({row_key(header.rows[i]), hash, id, 0, RowSource::kGraph, false, row_killed(header, i)});
}

void collect_page(CheckRun &run, const char *page, BlockNumber block)
{
	const IndexFormat &format = run.handle->format;
	const int cls = level_class(page_opaque(const_cast<char *>(page))->kind);
	for (uint32 slot = 0; slot < format.slots_per_page[cls]; slot++) {
		const auto *bytes = reinterpret_cast<const uint8 *>(page) + record_offset(format, cls, slot);
		const hnsw::ConstNodeRecord record = {bytes, &run.handle->layouts[cls]};
		const NodeHeader &header = record.header();
		const uint32 id = node_id(format, block, slot);
		run.facts[id] = NodeFact(header.state, header.level);
		if (header.state == NodeState::kFree || header.level > 0)
			continue;
		if (run.handle->format.values_apart())
			note_value(run, {header.value_block, header.value_item});
		if (header.state != NodeState::kLive)
			continue;
		run.live_nodes++;
		if (run.with_heap)
			note_rows(run, record, id);
	}
}

NodeFact read_fact(CheckRun &run, uint32 id)
{
	alignas(MAXIMUM_ALIGNOF) char page[BLCKSZ];
	const IndexFormat &format = run.handle->format;
	const BlockNumber block = block_of(format, id);
	if (block >= RelationGetNumberOfBlocks(run.index))
		return NodeFact();
	copy_page(run.index, block, nullptr, page);
	if (!is_node_page(page))
		return NodeFact();
	const int cls = level_class(page_opaque(page)->kind);
	const uint32 slot = slot_of(format, id);
	if (slot >= format.slots_per_page[cls])
		return NodeFact();
	const auto *header = reinterpret_cast<const NodeHeader *>(page + record_offset(format, cls, slot));
	return NodeFact(header->state, header->level);
}

} /* namespace */

void collect_facts(CheckRun &run)
{
	alignas(MAXIMUM_ALIGNOF) char page[BLCKSZ];
	run.blocks = RelationGetNumberOfBlocks(run.index);
	run.fact_count = uint64{run.blocks} << run.handle->format.slot_bits;
	run.facts = static_cast<NodeFact *>(
		MemoryContextAllocExtended(CurrentMemoryContext, run.fact_count, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
	for (BlockNumber block = 0; block < run.blocks; block++) {
		CHECK_FOR_INTERRUPTS();
		copy_page(run.index, block, run.strategy, page);
		if (is_node_page(page))
			collect_page(run, page, block);
	}
	const IndexState state = read_meta(run.index).state;
	if (state.centre_version > 0) {
		note_value(run, state.centre);
		note_value(run, read_meta(run.index).codes.model);
	}
}

NodeFact fact_of(CheckRun &run, uint32 id)
{
	if (id == kNoNode)
		return NodeFact();
	/* Pages beyond those of the first look came since. */
	return run.look == Look::kConfirm || id >= run.fact_count ? read_fact(run, id) : run.facts[id];
}

void check_entry_point(CheckRun &run)
{
	const IndexState state = read_meta(run.index).state;
	const IndexFormat &format = run.handle->format;
	if (state.entry_point == kNoNode) {
		/* A crash can leave the first node so, still pending: no entry point yet. */
		if (run.live_nodes > run.written_rows)
			report(run, Severity::kError, kMetaBlock, -1,
				   "there is no entry point to a graph of " UINT64_FORMAT " nodes", run.live_nodes);
		return;
	}
	const NodeFact fact = fact_of(run, state.entry_point);
	const BlockNumber block = block_of(format, state.entry_point);
	const uint32 slot = slot_of(format, state.entry_point);
	if (!fact.holds_node())
		report(run, Severity::kError, kMetaBlock, -1, "the entry point is block %u slot %u, which holds no node", block,
			   slot);
	else if (fact.level() != state.entry_level)
		report(run, Severity::kError, kMetaBlock, -1,
			   "the entry point at block %u slot %u is of level %d instead of %u", block, slot, fact.level(),
			   state.entry_level);
}

namespace {

/* Everything that edges and ways down lead to from the entry point. */
BitSet reached_nodes(CheckRun &run)
{
	BitSet reached = BitSet::make(run.fact_count);
	ArenaVector<uint32> queue; /* each node enters once */
	queue.init(context_arena(CurrentMemoryContext), 1024);
	auto meet = [&](uint32 id) {
		if (reached.insert(id)) /* later pages are not in question */
			queue.push_back(id);
	};
	meet(read_meta(run.index).state.entry_point);
	for (uint32 next = 0; next < queue.size(); next++) {
		CHECK_FOR_INTERRUPTS();
		if (!run.facts[queue[next]].exists())
			continue;
		run.graph.visit(queue[next], [&](hnsw::ConstNodeRecord record) {
			const NodeHeader &header = record.header();
			for (uint32 j = 0; j < Min(header.slots_used, record.layout->slots); j++)
				meet(record.ids()[j]);
			if (header.level > 0)
				meet(header.down);
		});
	}
	return reached;
}

struct Unreached {
	uint64 nodes, upper_records;
	uint32 example;
};

/* `twice`: what both looks missed; null when there was one. A node that died
 * between the looks is no miss. */
Unreached count_unreached(CheckRun &run, const BitSet &reached, const BitSet *twice)
{
	Unreached unreached = {0, 0, kNoNode};
	for (uint64 id = 0; id < run.fact_count; id++) {
		const NodeFact fact = run.facts[id];
		if (!fact.exists() || fact.state() != NodeState::kLive || reached.contains(id))
			continue;
		if (twice && (twice->contains(id) || read_fact(run, id).state() != NodeState::kLive))
			continue;
		(fact.level() > 0 ? unreached.upper_records : unreached.nodes)++;
		if (unreached.example == kNoNode || fact.level() == 0)
			unreached.example = id;
	}
	return unreached;
}

} /* namespace */

void check_reachability(CheckRun &run)
{
	const BitSet reached = reached_nodes(run);
	Unreached unreached = count_unreached(run, reached, nullptr);
	if (unreached.example != kNoNode && !run.exclusive()) {
		/* Edges that moved while the first walk went on may have hidden nodes. */
		const BitSet again = reached_nodes(run);
		unreached = count_unreached(run, again, &reached);
	}
	if (unreached.example == kNoNode)
		return;
	const IndexFormat &format = run.handle->format;
	report(run, Severity::kWarning, block_of(format, unreached.example),
		   static_cast<int>(slot_of(format, unreached.example)),
		   UINT64_FORMAT " of " UINT64_FORMAT " nodes and " UINT64_FORMAT
						 " records of upper levels cannot be reached from the entry point, this one among them",
		   unreached.nodes, run.live_nodes, unreached.upper_records);
}

} /* namespace vecext::pg */
