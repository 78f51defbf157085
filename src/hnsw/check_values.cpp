/*
 * check_values.cpp: hnsw_check() of values stored apart. In exclusive mode it also
 * compares the chunks on value pages with the references to them: none may serve
 * twice, and one without a reference is lost space (a crash between two WAL
 * records leaves such).
 */
#include <algorithm>

#include "hnsw/check.h"

#include "hnsw/value_pages.h"

namespace vecext::pg {

void note_value(CheckRun &run, const ValueRef &ref)
{
	if (!run.exclusive())
		return;
	alignas(MAXIMUM_ALIGNOF) char page[BLCKSZ];
	ValueRef at = ref;
	/* A sound value has far fewer chunks; a circle of links ends by this. */
	constexpr int kMaxChunks = 1000;
	for (int i = 0; i < kMaxChunks && at.block < run.blocks; i++) {
		uint32 bytes;
		copy_page(run.index, at.block, nullptr, page);
		const ValueChunk *chunk = chunk_at(page, at.item, &bytes);
		if (chunk == nullptr)
			return; /* whoever needs the value reports that */
		run.value_refs.push_back(value_ref_key(at.block, at.item));
		at = {chunk->next_block, chunk->next_item};
	}
}

void check_value_refs(CheckRun &run)
{
	ArenaVector<uint64> &refs = run.value_refs;
	std::sort(refs.begin(), refs.end());
	for (uint32 i = 1; i < refs.size(); i++)
		if (refs[i] == refs[i - 1])
			report(run, Severity::kError, static_cast<BlockNumber>(refs[i] >> 16), static_cast<int>(refs[i] & 0xffff),
				   "value is used twice");
}

void check_value_page(CheckRun &run, char *page, BlockNumber block)
{
	const auto *header = reinterpret_cast<PageHeader>(page);
	for (OffsetNumber item = FirstOffsetNumber; item <= PageGetMaxOffsetNumber(page); item++) {
		ItemId id = PageGetItemId(page, item);
		if (!ItemIdIsUsed(id))
			continue;
		if (!ItemIdIsNormal(id) || ItemIdGetLength(id) < sizeof(ValueChunk) || ItemIdGetOffset(id) < header->pd_upper ||
			ItemIdGetOffset(id) + ItemIdGetLength(id) > header->pd_special)
			report(run, Severity::kError, block, item, "item has offset %u and length %u", ItemIdGetOffset(id),
				   ItemIdGetLength(id));
		else if (run.exclusive() &&
				 !std::binary_search(run.value_refs.begin(), run.value_refs.end(), value_ref_key(block, item)))
			run.unused_chunks++;
	}
}

void report_unused_chunks(CheckRun &run)
{
	if (run.unused_chunks > 0)
		report(run, Severity::kWarning, InvalidBlockNumber, -1,
			   UINT64_FORMAT " chunks of values are not in use: their space is lost until REINDEX", run.unused_chunks);
}

} /* namespace vecext::pg */
