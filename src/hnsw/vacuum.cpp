/*
 * vacuum.cpp: ambulkdelete and amvacuumcleanup.
 *
 * Under kGraphLock, so that nobody else changes the graph:
 *
 *   1. remove: every page is read; dead rows leave their nodes and pending
 *      entries. Nodes without rows become "deleted": still part of the graph, no
 *      longer results.
 *   2. repair: every live record with an edge to a deleted node gets others in its
 *      place (GraphWriter::repair; README.md, Deletions). The entry point moves to a live node. Then
 *      what has lost its way in or out is linked again (connect.h).
 *   3. free: nothing leads to the deleted records any more; their slots and values
 *      are freed.
 *
 * A scan may still come to a freed record, or to one reused since, from a record
 * read earlier: it skips the first and takes the second for what it is, a live
 * node (PageGraph::visit). So VACUUM waits for nobody. A crash or cancel between
 * the passes leaves deleted nodes, which the next VACUUM finds in pass 1.
 */
#include <algorithm>

#include "hnsw/access_method.h"

extern "C" {
#include "access/generic_xlog.h"
#include "commands/vacuum.h"
#include "storage/freespace.h"
#include "storage/indexfsm.h"
#include "storage/lmgr.h"
#include "utils/memutils.h"
}

#include "hnsw/connect.h"
#include "hnsw/graph_writer.h"
#include "hnsw/id_set.h"
#include "hnsw/merge.h"
#include "hnsw/pending.h"
#include "hnsw/value_pages.h"
#include "pg/injection.h"

namespace vecext::pg {

namespace {

struct Vacuum {
	IndexVacuumInfo *info;
	Relation index;
	IndexBulkDeleteResult *stats;
	IndexBulkDeleteCallback callback; /* null: only finish what an earlier VACUUM began */
	void *callback_state;
	const IndexHandle *handle;
	BlockNumber blocks; /* at the start; what comes later holds no dead rows */
	IdSet deleted;      /* of all levels */
	uint64 deleted_nodes, deleted_uppers, live_nodes;
	uint32 best_entry, best_level;
	uint32 highest, highest_level; /* a live node that rises above all others */
	Remainder remainder;           /* set when pass 2 begins */
	GraphWriter writer;
};

Buffer read_page(Vacuum &vacuum, BlockNumber block)
{
	vacuum_delay();
	return ReadBufferExtended(vacuum.index, MAIN_FORKNUM, block, RBM_NORMAL, vacuum.info->strategy);
}

bool is_dead(Vacuum &vacuum, const RowId &row)
{
	ItemPointerData tid = tid_of(row);
	return vacuum.callback != nullptr && vacuum.callback(&tid, vacuum.callback_state);
}

/* ---- pass 1: remove ---- */

NodeHeader *header_at(Page page, const IndexFormat &format, int level_class, uint32 slot)
{
	return reinterpret_cast<NodeHeader *>(page + record_offset(format, level_class, slot));
}

/* Whether a node page has anything for pass 1 to change. */
bool has_dead_rows(Vacuum &vacuum, Page page)
{
	const IndexFormat &format = vacuum.handle->format;
	for (uint32 slot = 0; slot < format.slots_per_page[0]; slot++) {
		const NodeHeader *header = header_at(page, format, 0, slot);
		for (int i = 0; header->state != NodeState::kFree && i < header->row_count; i++)
			if (is_dead(vacuum, header->rows[i]))
				return true;
	}
	return false;
}

void remove_dead_rows(Vacuum &vacuum, NodeHeader *header)
{
	int kept = 0;
	uint16 killed = 0;
	for (int i = 0; i < header->row_count; i++) {
		if (is_dead(vacuum, header->rows[i])) {
			vacuum.stats->tuples_removed++;
			continue;
		}
		killed |= row_killed(*header, i) << kept;
		header->rows[kept++] = header->rows[i];
	}
	header->row_count = kept;
	header->reserved = killed;
	if (kept == 0)
		header->state = NodeState::kDeleted;
}

/* Reads what the page holds now into the sets and counts. */
void count_nodes(Vacuum &vacuum, Page page, BlockNumber block)
{
	const IndexFormat &format = vacuum.handle->format;
	for (uint32 slot = 0; slot < format.slots_per_page[0]; slot++) {
		const NodeHeader *header = header_at(page, format, 0, slot);
		if (header->state == NodeState::kDeleted) {
			vacuum.deleted.add(node_id(format, block, slot));
			vacuum.deleted_nodes++;
		} else if (header->state == NodeState::kLive) {
			vacuum.live_nodes++;
			if (vacuum.highest == kNoNode || header->top_level > vacuum.highest_level) {
				vacuum.highest = node_id(format, block, slot);
				vacuum.highest_level = header->top_level;
			}
			vacuum.stats->num_index_tuples += header->row_count;
		}
	}
}

void remove_from_node_page(Vacuum &vacuum, Buffer buffer, BlockNumber block)
{
	if (has_dead_rows(vacuum, BufferGetPage(buffer))) {
		/* Only this process changes rows, so nothing is lost between the locks. */
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
		LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
		PageChange change(vacuum.index, false);
		Page page = change.edit(buffer);
		const IndexFormat &format = vacuum.handle->format;
		for (uint32 slot = 0; slot < format.slots_per_page[0]; slot++) {
			NodeHeader *header = header_at(page, format, 0, slot);
			if (header->state == NodeState::kLive)
				remove_dead_rows(vacuum, header);
		}
		change.finish();
	}
	count_nodes(vacuum, BufferGetPage(buffer), block);
}

bool is_searched(const PendingEntry *entry)
{
	return entry->state == PendingState::kPending || entry->state == PendingState::kWritten;
}

void remove_from_pending_page(Vacuum &vacuum, Buffer buffer)
{
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	Page old = BufferGetPage(buffer);
	if (!is_page_of_kind(old, PageKind::kPending))
		return;
	const IndexFormat &format = vacuum.handle->format;
	const uint32 count = Min(pending_header(old)->count, pending_capacity(format));
	PageChange change(vacuum.index, false);
	Page page = change.edit(buffer);
	for (uint32 i = 0; i < count; i++) {
		PendingEntry *entry = pending_entry(page, format, i);
		if (!is_searched(entry))
			continue;
		if (!is_dead(vacuum, entry->row)) {
			vacuum.stats->num_index_tuples += entry->state == PendingState::kPending;
			continue;
		}
		/* A written entry's row is a row of its node, too, and counted there. */
		vacuum.stats->tuples_removed += entry->state == PendingState::kPending;
		entry->state = entry->state == PendingState::kWritten ? PendingState::kMerged : PendingState::kDead;
	}
	change.finish();
}

/* Marks the record `id` above the deleted record `below` deleted, too; returns the
 * one above it. An interrupted VACUUM can have freed that record before the one
 * below: by now it may be another node's, which leads down elsewhere. */
uint32 mark_upper_record(Vacuum &vacuum, uint32 id, uint32 below)
{
	uint32 up = kNoNode;
	Buffer buffer = ReadBuffer(vacuum.index, block_of(vacuum.handle->format, id));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	const hnsw::ConstNodeRecord present = vacuum.writer.graph().locate(BufferGetPage(buffer), id);
	if (present.bytes != nullptr && present.header().level > 0 && present.header().down == below) {
		up = present.header().up;
		vacuum.deleted.add(id);
		PageChange change(vacuum.index, false);
		Page page = change.edit(buffer);
		header_at(page, vacuum.handle->format, 1, slot_of(vacuum.handle->format, id))->state = NodeState::kDeleted;
		change.finish();
	}
	UnlockReleaseBuffer(buffer);
	return up;
}

/* What an interrupted VACUUM marked above level 0. */
void collect_deleted_uppers(Vacuum &vacuum, Page page, BlockNumber block)
{
	const IndexFormat &format = vacuum.handle->format;
	for (uint32 slot = 0; slot < format.slots_per_page[1]; slot++)
		if (header_at(page, format, 1, slot)->state == NodeState::kDeleted) {
			vacuum.deleted.add(node_id(format, block, slot));
			vacuum.deleted_uppers++;
		}
}

/* All records of a node above level 0 are deleted with it. */
void mark_upper_records(Vacuum &vacuum)
{
	const IndexFormat &format = vacuum.handle->format;
	for (BlockNumber block = kMetaBlock + 1; block < vacuum.blocks; block++) {
		Buffer buffer = read_page(vacuum, block);
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		Page page = BufferGetPage(buffer);
		struct {
			uint32 below, up;
		} nodes[BLCKSZ / sizeof(NodeHeader)];
		int count = 0;
		if (is_page_of_kind(page, PageKind::kNode))
			for (uint32 slot = 0; slot < format.slots_per_page[0]; slot++) {
				const NodeHeader *header = header_at(page, format, 0, slot);
				if (header->state == NodeState::kDeleted && header->up != kNoNode)
					nodes[count++] = {node_id(format, block, slot), header->up};
			}
		UnlockReleaseBuffer(buffer);
		for (int i = 0; i < count; i++)
			for (uint32 below = nodes[i].below, id = nodes[i].up; id != kNoNode;) {
				const uint32 up = mark_upper_record(vacuum, id, below);
				below = id;
				id = up;
			}
	}
}

void remove_rows(Vacuum &vacuum)
{
	for (BlockNumber block = kMetaBlock + 1; block < vacuum.blocks; block++) {
		Buffer buffer = read_page(vacuum, block);
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		Page page = BufferGetPage(buffer);
		const bool free = PageIsNew(page) || is_page_of_kind(page, PageKind::kFree);
		if (is_page_of_kind(page, PageKind::kNode))
			remove_from_node_page(vacuum, buffer, block);
		else if (is_page_of_kind(page, PageKind::kUpper))
			collect_deleted_uppers(vacuum, page, block);
		else if (is_page_of_kind(page, PageKind::kPending))
			remove_from_pending_page(vacuum, buffer);
		UnlockReleaseBuffer(buffer);
		if (free)
			record_free_page(vacuum.index, block); /* a crash may have lost the note */
	}
	PAUSE_POINT("rows removed");
	if (vacuum.deleted_nodes > 0)
		mark_upper_records(vacuum);
}

/* ---- pass 2: repair ---- */

/* A record that lost neighbours, or is deleted like some of them, copied out of its
 * page. */
struct Damaged {
	uint32 id;
	bool deleted;
	uint32 lost_count;
	uint32 lost[hnsw::LayerSearch::kMaxSlots];
};

/* Notes which deleted records one leads to; true when there are any. */
bool examine_record(Vacuum &vacuum, const hnsw::ConstNodeRecord &record, uint32 id, Damaged *damaged)
{
	const NodeHeader &header = record.header();
	damaged->deleted = vacuum.deleted.contains(id);
	if (!damaged->deleted && (vacuum.best_entry == kNoNode || header.level > vacuum.best_level)) {
		vacuum.best_entry = id;
		vacuum.best_level = header.level;
	}
	damaged->id = id;
	damaged->lost_count = 0;
	for (uint32 j = 0; j < header.slots_used; j++) {
		const uint32 to = record.ids()[j];
		if (to == kNoNode)
			continue;
		if (vacuum.deleted.contains(to))
			damaged->lost[damaged->lost_count++] = to;
	}
	return damaged->lost_count > 0;
}

void repair_page(Vacuum &vacuum, BlockNumber block, Damaged *damaged)
{
	const IndexFormat &format = vacuum.handle->format;
	Buffer buffer = read_page(vacuum, block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	Page page = BufferGetPage(buffer);
	uint32 count = 0;
	if (is_node_page(page)) {
		const int level_class = vecext::pg::level_class(page_opaque(page)->kind);
		for (uint32 slot = 0; slot < format.slots_per_page[level_class]; slot++) {
			const uint32 id = node_id(format, block, slot);
			const hnsw::ConstNodeRecord record = vacuum.writer.graph().locate(page, id);
			if (record.bytes != nullptr && examine_record(vacuum, record, id, &damaged[count]))
				count++;
		}
	}
	UnlockReleaseBuffer(buffer);
	for (uint32 i = 0; i < count; i++) {
		if (damaged[i].deleted)
			vacuum.writer.pass_on(damaged[i].id, damaged[i].lost, damaged[i].lost_count, vacuum.remainder);
		else
			vacuum.writer.repair(damaged[i].id, damaged[i].lost, damaged[i].lost_count, vacuum.remainder);
		CHECK_FOR_INTERRUPTS();
	}
}

void move_entry_point(Vacuum &vacuum)
{
	Buffer meta = ReadBuffer(vacuum.index, kMetaBlock);
	LockBuffer(meta, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(vacuum.index, false);
	IndexState &state = meta_page(change.edit(meta))->state;
	if (state.entry_point == kNoNode || state.entry_level < vacuum.best_level ||
		vacuum.deleted.contains(state.entry_point)) {
		state.entry_point = vacuum.best_entry;
		state.entry_level = vacuum.best_entry == kNoNode ? 0 : vacuum.best_level;
	}
	state.node_count = vacuum.live_nodes;
	state.deleted_count = vacuum.deleted_nodes;
	change.finish();
	UnlockReleaseBuffer(meta);
}

/* Searches start from the records of the highest live node. (A crash can have kept it
 * lower than it says.) */
void begin_repair(Vacuum &vacuum)
{
	vacuum.remainder.deleted = &vacuum.deleted;
	for (uint32 &start : vacuum.remainder.starts)
		start = kNoNode;
	vacuum.remainder.heirs = static_cast<Remainder::Heir *>(palloc(sizeof(Remainder::Heir) * Remainder::kHeirs));
	std::fill_n(vacuum.remainder.heirs, Remainder::kHeirs, Remainder::Heir{kNoNode, kNoNode, 0});
	for (uint32 id = vacuum.highest; id != kNoNode;) {
		uint32 up = kNoNode;
		vacuum.writer.graph().visit(id, [&](hnsw::ConstNodeRecord record) {
			vacuum.remainder.starts[record.header().level] = id;
			up = record.header().up;
		});
		id = up;
	}
}

void repair_graph(Vacuum &vacuum)
{
	begin_repair(vacuum);
	auto *damaged = static_cast<Damaged *>(palloc(
		sizeof(Damaged) * Max(vacuum.handle->format.slots_per_page[0], vacuum.handle->format.slots_per_page[1])));
	for (BlockNumber block = kMetaBlock + 1; block < vacuum.blocks; block++)
		repair_page(vacuum, block, damaged);
	pfree(damaged);
	move_entry_point(vacuum);
}

/* ---- pass 3: free ---- */

/* Frees the deleted records of a page in one WAL record: metapage, node page. The
 * page becomes free, or joins the list of pages with free slots. */
uint32 free_records(Vacuum &vacuum, Buffer buffer, BlockNumber block, ValueRef *values)
{
	const IndexFormat &format = vacuum.handle->format;
	const int level_class = vecext::pg::level_class(page_opaque(BufferGetPage(buffer))->kind);
	uint32 value_count = 0, freed = 0;
	Buffer meta = ReadBuffer(vacuum.index, kMetaBlock);
	LockBuffer(meta, BUFFER_LOCK_EXCLUSIVE);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(vacuum.index, false);
	Page page = change.edit(buffer);
	PageOpaque *opaque = page_opaque(page);
	for (uint32 slot = 0; slot < format.slots_per_page[level_class]; slot++) {
		NodeHeader *header = header_at(page, format, level_class, slot);
		if (header->state == NodeState::kFree || !vacuum.deleted.contains(node_id(format, block, slot)))
			continue;
		if (level_class == 0 && format.values_apart())
			values[value_count++] = {header->value_block, header->value_item};
		const uint16 version = header->version;
		memset(static_cast<void *>(header), 0, sizeof *header);
		header->version = version;
		freed++;
	}
	opaque->slots_used -= freed;
	const bool empty = opaque->slots_used == 0 && !opaque->in_free_list;
	if (empty) {
		init_page(page, PageKind::kFree);
	} else if (!opaque->in_free_list) {
		IndexState &state = meta_page(change.edit(meta))->state;
		opaque->next = state.free_nodes[level_class];
		opaque->in_free_list = 1;
		state.free_nodes[level_class] = block;
	}
	change.finish();
	LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	UnlockReleaseBuffer(meta);
	if (empty)
		record_free_page(vacuum.index, block);
	return value_count;
}

bool has_deleted(Vacuum &vacuum, Page page, BlockNumber block)
{
	const IndexFormat &format = vacuum.handle->format;
	if (!is_node_page(page))
		return false;
	const int level_class = vecext::pg::level_class(page_opaque(page)->kind);
	for (uint32 slot = 0; slot < format.slots_per_page[level_class]; slot++)
		if (header_at(page, format, level_class, slot)->state != NodeState::kFree &&
			vacuum.deleted.contains(node_id(format, block, slot)))
			return true;
	return false;
}

void free_deleted(Vacuum &vacuum)
{
	auto *values = static_cast<ValueRef *>(palloc(sizeof(ValueRef) * (BLCKSZ / sizeof(NodeHeader))));
	for (BlockNumber block = kMetaBlock + 1; block < vacuum.blocks; block++) {
		Buffer buffer = read_page(vacuum, block);
		LockBuffer(buffer, BUFFER_LOCK_SHARE);
		const bool found = has_deleted(vacuum, BufferGetPage(buffer), block);
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
		const uint32 count = found ? free_records(vacuum, buffer, block, values) : 0;
		ReleaseBuffer(buffer);
		if (found)
			PAUSE_POINT("page freed");
		for (uint32 i = 0; i < count; i++)
			free_value(vacuum.index, values[i]);
	}
	pfree(values);
	Buffer meta = ReadBuffer(vacuum.index, kMetaBlock);
	LockBuffer(meta, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(vacuum.index, false);
	meta_page(change.edit(meta))->state.deleted_count = 0;
	change.finish();
	UnlockReleaseBuffer(meta);
}

/* ---- together ---- */

IndexBulkDeleteResult *vacuum_graph(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
									IndexBulkDeleteCallback callback, void *callback_state)
{
	Relation index = info->index;
	if (stats == nullptr)
		stats = static_cast<IndexBulkDeleteResult *>(palloc0(sizeof(IndexBulkDeleteResult)));
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw vacuum", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	LockPage(index, kGraphLock, ExclusiveLock);
	auto *vacuum = static_cast<Vacuum *>(palloc0(sizeof(Vacuum)));
	vacuum->info = info;
	vacuum->index = index;
	vacuum->stats = stats;
	vacuum->callback = callback;
	vacuum->callback_state = callback_state;
	vacuum->handle = copy_handle(cached_handle(index, read_meta(index)), context);
	vacuum->blocks = RelationGetNumberOfBlocks(index);
	vacuum->best_entry = vacuum->highest = kNoNode;
	const Size ids = Size{vacuum->blocks} << vacuum->handle->format.slot_bits;
	vacuum->deleted.init(ids);
	vacuum->writer.init(index, vacuum->handle, context, false);
	stats->num_index_tuples = 0;
	stats->estimated_count = false;

	remove_rows(*vacuum);
	if (vacuum->deleted_nodes + vacuum->deleted_uppers > 0) {
		PAUSE_POINT("records marked");
		repair_graph(*vacuum);
		PAUSE_POINT("repaired");
		connect_graph(vacuum->writer, vacuum->blocks, info->strategy);
		PAUSE_POINT("connected");
		free_deleted(*vacuum);
	}
	stats->pages_deleted = 0;
	UnlockPage(index, kGraphLock, ExclusiveLock);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return stats;
}

} /* namespace */

IndexBulkDeleteResult *hnsw_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
										IndexBulkDeleteCallback callback, void *callback_state)
{
	return vacuum_graph(info, stats, callback, callback_state);
}

IndexBulkDeleteResult *hnsw_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats)
{
	if (info->analyze_only)
		return stats;
	Relation index = info->index;
	const MetaPage meta = read_meta(index);
	if (stats == nullptr && meta.state.deleted_count > 0)
		stats = vacuum_graph(info, stats, nullptr, nullptr);
	if (stats == nullptr) {
		stats = static_cast<IndexBulkDeleteResult *>(palloc0(sizeof(IndexBulkDeleteResult)));
		stats->num_index_tuples = info->num_heap_tuples;
		stats->estimated_count = true;
	}
	merge_pending(index, PG_UINT64_MAX, MergeWait::kWait);
	stats->num_pages = RelationGetNumberOfBlocks(index);
	IndexFreeSpaceMapVacuum(index);
	return stats;
}

} /* namespace vecext::pg */
