/*
 * check_pending.cpp: hnsw_check() of the pending chain.
 *
 * Inserts append to the chain at any time, also while the check is confirming:
 * so the tail is compared with the metapage only once no page follows it, and a
 * page is read again when the metapage says that one does. Merges cut pages off
 * at the head, and their blocks come back as other pages, perhaps as the tail of this
 * chain: so the head is told by its first number, other pages by their sequence, and
 * a walk that falls off the chain starts again at the new head, keeping what it saw.
 */
#include <cmath>

#include "hnsw/check.h"

#include "pg/injection.h"

namespace vecext::pg {

namespace {

struct ChainWalk {
	BlockNumber head; /* where it began, */
	uint64 head_number;
	BlockNumber block;
	bool first; /* the page's sequence is not known yet */
	uint64 sequence;
	uint64 number; /* of its first entry */
};

ChainWalk start_walk(const IndexState &state)
{
	return {state.pending_head, state.pending_head_number, state.pending_head, true, 0, state.pending_head_number};
}

/* Starts again at the head when a merge has cut the walk off: true. What it has seen
 * has lower numbers than the new head. */
bool restart(CheckRun &run, ChainWalk *walk)
{
	const IndexState state = read_meta(run.index).state;
	const bool moved = state.pending_head != walk->head || state.pending_head_number != walk->head_number;
	if (!moved || state.pending_head_number < walk->number)
		return false;
	*walk = start_walk(state);
	return true;
}

bool is_waiting(const PendingEntry &entry)
{
	return entry.state == PendingState::kPending || entry.state == PendingState::kWritten;
}

void note_row(CheckRun &run, BlockNumber block, uint32 i, const PendingEntry &entry, const void *value)
{
	const uint64 hash = value ? hash_value(value, run.handle->value_bytes(value)) : 0;
	run.rows.push_back(
		{row_key(entry.row), hash, block, static_cast<uint16>(i), RowSource::kPending, false, entry.killed != 0});
}

void check_entry_code(CheckRun &run, BlockNumber block, uint32 i, const PendingEntry &entry)
{
	if (!std::isfinite(entry.add) || !std::isfinite(entry.scale) || !std::isfinite(entry.error) || entry.error < 0)
		report(run, Severity::kError, block, i, "pending row has factors %g, %g and error %g", entry.add, entry.scale,
			   entry.error);
}

void check_entry(CheckRun &run, BlockNumber block, uint32 i, const PendingEntry &entry)
{
	const ItemPointerData tid = tid_of(entry.row);
	if (entry.state > PendingState::kDead) {
		report(run, Severity::kError, block, i, "pending row has the unknown state %d", static_cast<int>(entry.state));
		return;
	}
	const ValueRef ref = {entry.value_block, entry.value_item};
	if (!entry.value_taken)
		note_value(run, ref); /* else it is the node's */
	if (!is_waiting(entry))
		return;
	if (!OffsetNumberIsValid(tid.ip_posid))
		report(run, Severity::kError, block, i, "pending row has the invalid offset %u", tid.ip_posid);
	if (run.handle->has_space())
		check_entry_code(run, block, i, entry);
	const void *value = run.graph.read_value(ref, &entry.row);
	if (value == nullptr)
		report(run, Severity::kError, block, i, "the value of a pending row at block %u item %u cannot be read",
			   ref.block, ref.item);
	if (entry.state == PendingState::kWritten && !fact_of(run, entry.node).holds_node())
		report(run, Severity::kError, block, i, "pending row was written to block %u slot %u, which holds no node",
			   block_of(run.handle->format, entry.node), slot_of(run.handle->format, entry.node));
	if (run.look == Look::kFirst)
		run.written_rows += entry.state == PendingState::kWritten;
	if (run.with_heap && run.look == Look::kFirst)
		note_row(run, block, i, entry, value);
}

void check_page(CheckRun &run, char *page, const ChainWalk &walk)
{
	const PendingPageHeader *header = pending_header(page);
	const BlockNumber block = walk.block;
	if (header->first_number != walk.number)
		report(run, Severity::kError, block, -1,
			   "pending page begins with row number " UINT64_FORMAT " instead of " UINT64_FORMAT, header->first_number,
			   walk.number);
	if (header->centre_version > read_meta(run.index).state.centre_version)
		report(run, Severity::kError, block, -1, "pending page has centre version %u, later than the index's",
			   header->centre_version);
	if (header->count > pending_capacity(run.handle->format)) {
		report(run, Severity::kError, block, -1, "pending page has %u rows, more than fit", header->count);
		return;
	}
	for (uint32 i = 0; i < header->count; i++)
		check_entry(run, block, i, *pending_entry(page, run.handle->format, i));
}

/* Whether the page is the one that the walk expects. */
bool is_expected(char *page, const ChainWalk &walk)
{
	if (!is_page_of_kind(page, PageKind::kPending))
		return false;
	const PendingPageHeader *header = pending_header(page);
	return walk.first ? header->first_number == walk.number : header->sequence == walk.sequence;
}

/* False at the end of the chain, which the metapage must agree to. */
bool advance(CheckRun &run, char *page, ChainWalk *walk)
{
	if (page_opaque(page)->next == InvalidBlockNumber) {
		const BlockNumber tail = read_meta(run.index).state.pending_tail;
		if (tail == walk->block)
			return false;
		copy_page(run.index, walk->block, nullptr, page); /* extended meanwhile? */
		const bool same = is_expected(page, *walk);
		if (!same && restart(run, walk))
			return true;
		if (!same || page_opaque(page)->next == InvalidBlockNumber) {
			report(run, Severity::kError, walk->block, -1, "pending chain ends here, not at block %u", tail);
			return false;
		}
	}
	const PendingPageHeader *header = pending_header(page);
	walk->block = page_opaque(page)->next;
	walk->first = false;
	walk->sequence = header->sequence + 1;
	walk->number = header->first_number + header->count;
	return true;
}

} /* namespace */

void check_pending_chain(CheckRun &run)
{
	alignas(MAXIMUM_ALIGNOF) char page[BLCKSZ];
	ChainWalk walk = start_walk(read_meta(run.index).state);
	while (walk.block != InvalidBlockNumber) {
		CHECK_FOR_INTERRUPTS();
		PAUSE_POINT("chain page");
		if (walk.block < RelationGetNumberOfBlocks(run.index))
			copy_page(run.index, walk.block, nullptr, page);
		else
			memset(page, 0, BLCKSZ);
		if (!is_expected(page, walk)) {
			if (restart(run, &walk))
				continue;
			/* Of a head that begins with another number, check_page() will say so. */
			if (!walk.first || !is_page_of_kind(page, PageKind::kPending)) {
				report(run, Severity::kError, walk.block, -1,
					   "pending chain leads to a page that does not belong to it");
				return;
			}
		}
		run.chain_blocks.insert(walk.block);
		check_page(run, page, walk);
		if (!advance(run, page, &walk))
			return;
	}
}

} /* namespace vecext::pg */
