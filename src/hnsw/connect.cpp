/*
 * connect.cpp: see connect.h. A walk forward from the entry point, then one
 * backward to it. No lists of incoming edges exist, so the latter reads, again and
 * again, the nodes of which it is not yet known that they lead back: nearly all
 * are met in the first round, since pages are filled outward from the entry point.
 */
#include "hnsw/connect.h"

#include "vecext/hnsw/build.h"

namespace vecext::pg {

namespace {

struct Connection {
	GraphWriter &writer;
	BlockNumber blocks;
	BufferAccessStrategy strategy;
	uint32 starts[hnsw::kMaxLevel + 1]; /* the entry point's records by level, or kNoNode */
	IdSet reached;                      /* records that a way leads to from `starts` */
	ArenaVector<uint32> queue;          /* reached, their neighbours perhaps not */
	IdSet returns;                      /* nodes with a way to starts[0] */
	ArenaVector<uint32> astray;         /* nodes not known to have one */

	const IndexFormat &format() const { return writer.graph().handle().format; }
};

/* Calls f(record, id) for the live records of a page, under its lock. */
template <class F> void visit_live_records(Connection &connection, BlockNumber block, F f)
{
	vacuum_delay();
	const IndexFormat &format = connection.format();
	Buffer buffer =
		ReadBufferExtended(connection.writer.graph().index(), MAIN_FORKNUM, block, RBM_NORMAL, connection.strategy);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	if (is_node_page(page))
		for (uint32 slot = 0; slot < format.slots_per_page[level_class(page_opaque(page)->kind)]; slot++) {
			const uint32 id = node_id(format, block, slot);
			const hnsw::ConstNodeRecord record = connection.writer.graph().locate(page, id);
			if (record.bytes != nullptr && record.header().state == NodeState::kLive)
				f(record, id);
		}
	UnlockReleaseBuffer(buffer);
}

/* ---- forward ---- */

void reach(Connection &connection, uint32 id)
{
	if (id == kNoNode || connection.reached.contains(id))
		return;
	connection.reached.add(id);
	connection.queue.push_back(id);
}

void reach_all_from_queue(Connection &connection)
{
	for (uint32 next = 0; next < connection.queue.size(); next++) {
		connection.writer.graph().visit(connection.queue[next], [&](hnsw::ConstNodeRecord record) {
			for (uint32 j = 0; j < record.header().slots_used; j++)
				reach(connection, record.ids()[j]);
		});
		CHECK_FOR_INTERRUPTS();
	}
	connection.queue.clear();
}

void reach_starts(Connection &connection)
{
	for (uint32 &start : connection.starts)
		start = kNoNode;
	uint32 id = read_meta(connection.writer.graph().index()).state.entry_point;
	while (id != kNoNode) {
		uint32 down = kNoNode;
		const bool present = connection.writer.graph().visit(id, [&](hnsw::ConstNodeRecord record) {
			connection.starts[record.header().level] = id;
			down = record.header().down;
		});
		if (!present)
			break;
		reach(connection, id);
		id = down;
	}
}

struct LevelRecord {
	uint32 id;
	uint32 level;
};

void adopt_unreached_of(Connection &connection, BlockNumber block)
{
	LevelRecord unreached[BLCKSZ / sizeof(NodeHeader)];
	uint32 count = 0;
	visit_live_records(connection, block, [&](const hnsw::ConstNodeRecord &record, uint32 id) {
		if (!connection.reached.contains(id))
			unreached[count++] = {id, record.header().level};
	});
	for (uint32 i = 0; i < count; i++) {
		const uint32 start = connection.starts[unreached[i].level];
		if (start == kNoNode || connection.reached.contains(unreached[i].id))
			continue;
		connection.writer.adopt(unreached[i].id, start);
		reach(connection, unreached[i].id);
		reach_all_from_queue(connection);
	}
}

/* ---- backward ---- */

bool leads_back(Connection &connection, const hnsw::ConstNodeRecord &record)
{
	for (uint32 j = 0; j < record.header().slots_used; j++)
		if (connection.returns.contains(record.ids()[j]))
			return true;
	return false;
}

/* The first round: page by page. */
void look_back_from(Connection &connection, BlockNumber block)
{
	visit_live_records(connection, block, [&](const hnsw::ConstNodeRecord &record, uint32 id) {
		if (record.header().level > 0 || connection.returns.contains(id))
			return;
		if (leads_back(connection, record))
			connection.returns.add(id);
		else
			connection.astray.push_back(id);
	});
}

/* Goes through those astray until no more of them is known to lead back. */
void look_back_again(Connection &connection)
{
	for (uint32 before = 0; before != connection.astray.size();) {
		before = connection.astray.size();
		uint32 kept = 0;
		for (uint32 i = 0; i < before; i++) {
			const uint32 id = connection.astray[i];
			bool back = connection.returns.contains(id);
			if (!back)
				connection.writer.graph().visit(
					id, [&](hnsw::ConstNodeRecord record) { back = leads_back(connection, record); });
			if (back)
				connection.returns.add(id);
			else
				connection.astray[kept++] = id;
			CHECK_FOR_INTERRUPTS();
		}
		connection.astray.resize(kept);
	}
}

void lead_back_all(Connection &connection)
{
	connection.returns.add(connection.starts[0]);
	for (BlockNumber block = kMetaBlock + 1; block < connection.blocks; block++)
		look_back_from(connection, block);
	look_back_again(connection);
	while (!connection.astray.empty()) {
		const uint32 id = connection.astray[0];
		connection.writer.lead_back(id, connection.starts[0], connection.returns);
		connection.returns.add(id);
		look_back_again(connection);
	}
}

} /* namespace */

void connect_graph(GraphWriter &writer, BlockNumber blocks, BufferAccessStrategy strategy)
{
	Connection connection = {writer, blocks, strategy, {}, {}, {}, {}, {}};
	const Size ids = Size{blocks} << connection.format().slot_bits;
	connection.reached.init(ids);
	connection.returns.init(ids);
	connection.queue.init(context_arena(CurrentMemoryContext), 1024);
	connection.astray.init(context_arena(CurrentMemoryContext), 1024);
	reach_starts(connection);
	reach_all_from_queue(connection);
	for (BlockNumber block = kMetaBlock + 1; block < blocks; block++)
		adopt_unreached_of(connection, block);
	if (connection.starts[0] != kNoNode)
		lead_back_all(connection);
}

} /* namespace vecext::pg */
