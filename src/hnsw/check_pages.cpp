/*
 * check_pages.cpp: hnsw_check() of pages as such: kind, geometry, use counts,
 * free lists.
 */
#include "hnsw/check.h"

namespace vecext::pg {

namespace {

/* Zeroed when a crash came between extending the index and writing the page. */
bool is_unwritten(const char *page)
{
	return PageIsNew(const_cast<char *>(page));
}

bool check_geometry(CheckRun &run, char *page, BlockNumber block)
{
	const auto *header = reinterpret_cast<PageHeader>(page);
	if (PageGetSpecialSize(page) != MAXALIGN(sizeof(PageOpaque)) || header->pd_lower > header->pd_upper ||
		header->pd_upper > header->pd_special) {
		report(run, Severity::kError, block, -1, "page has the bounds %d, %d, %d", header->pd_lower, header->pd_upper,
			   header->pd_special);
		return false;
	}
	const PageOpaque *opaque = page_opaque(page);
	if (opaque->page_id != kPageId) {
		report(run, Severity::kError, block, -1, "page is not one of an hnsw index");
		return false;
	}
	if (opaque->kind < PageKind::kMeta || opaque->kind > PageKind::kFree ||
		(opaque->kind == PageKind::kMeta) != (block == kMetaBlock)) {
		report(run, Severity::kError, block, -1, "page has the kind %d", static_cast<int>(opaque->kind));
		return false;
	}
	return true;
}

void check_node_page(CheckRun &run, char *page, BlockNumber block)
{
	const IndexFormat &format = run.handle->format;
	const PageOpaque *opaque = page_opaque(page);
	const int cls = level_class(opaque->kind);
	uint32 used = 0;
	follow_centre(run);
	for (uint32 slot = 0; slot < format.slots_per_page[cls]; slot++) {
		used += reinterpret_cast<NodeHeader *>(page + record_offset(format, cls, slot))->state != NodeState::kFree;
		check_record(run, page, block, slot);
	}
	if (used != opaque->slots_used)
		report(run, Severity::kError, block, -1, "page counts %d used slots instead of %u", opaque->slots_used, used);
	if (opaque->in_free_list != 0 && !run.free_list_pages.contains(block))
		report(run, Severity::kError, block, -1, "page is marked as in the free list, which does not have it");
}

} /* namespace */

void check_block(CheckRun &run, BlockNumber block)
{
	alignas(MAXIMUM_ALIGNOF) char page[BLCKSZ];
	copy_page(run.index, block, run.strategy, page);
	if (is_unwritten(page) || !check_geometry(run, page, block))
		return;
	switch (page_opaque(page)->kind) {
	case PageKind::kNode:
	case PageKind::kUpper:
		check_node_page(run, page, block);
		break;
	case PageKind::kValue:
		check_value_page(run, page, block);
		break;
	case PageKind::kPending:
		if (!run.chain_blocks.contains(block))
			report(run, Severity::kWarning, block, -1, "pending page is not in the chain: its space is lost");
		break;
	case PageKind::kMeta:
	case PageKind::kFree:
		break;
	}
}

void check_free_list(CheckRun &run, uint32 cls)
{
	alignas(MAXIMUM_ALIGNOF) char page[BLCKSZ];
	const PageKind kind = cls ? PageKind::kUpper : PageKind::kNode;
	const IndexFormat &format = run.handle->format;
	BitSet met = BitSet::make(RelationGetNumberOfBlocks(run.index));
	BlockNumber block = read_meta(run.index).state.free_nodes[cls];
	while (block != InvalidBlockNumber) {
		CHECK_FOR_INTERRUPTS();
		if (block >= met.size) {
			report(run, Severity::kError, block, -1, "free list leads beyond the end of the index");
			break;
		}
		copy_page(run.index, block, nullptr, page);
		const PageOpaque *opaque = page_opaque(page);
		if (!is_page_of_kind(page, kind) || opaque->in_free_list == 0) {
			report(run, Severity::kError, block, -1, "free list leads to a page that is not in it");
			break;
		}
		if (opaque->slots_used >= format.slots_per_page[cls])
			report(run, Severity::kError, block, -1, "page in the free list has no free slot");
		if (!met.insert(block)) {
			report(run, Severity::kError, block, -1, "free list goes in a circle");
			break;
		}
		run.free_list_pages.insert(block);
		block = opaque->next;
	}
	pfree(met.words);
}

} /* namespace vecext::pg */
