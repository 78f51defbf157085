/*
 * member_rows.cpp: see member_rows.h.
 */
#include <algorithm>

#include "filter/member_rows.h"

#include "hnsw/index_handle.h"

namespace vecext::pg {

namespace {

const MemberPage *find_page(const MemberRows &members, BlockNumber block)
{
	if (members.page_of != nullptr) {
		const uint32 position = block < members.blocks ? members.page_of[block] : 0;
		return position > 0 ? &members.pages[position - 1] : nullptr;
	}
	const MemberPage *page =
		std::lower_bound(members.pages.begin(), members.pages.end(), block,
						 [](const MemberPage &candidate, BlockNumber wanted) { return candidate.block < wanted; });
	return page != members.pages.end() && page->block == block ? page : nullptr;
}

} /* namespace */

MemberRows *collect_members(TIDBitmap *bitmap)
{
	auto *members = static_cast<MemberRows *>(palloc0(sizeof(MemberRows)));
	const Arena arena = context_arena(CurrentMemoryContext);
	members->pages.init(arena, 64);
	members->offsets.init(arena, 256);
	for_each_bitmap_page(bitmap, [members](BlockNumber block, const OffsetNumber *offsets, int count) {
		CHECK_FOR_INTERRUPTS();
		const bool lossy = count < 0;
		members->pages.push_back({block, members->offsets.size(), static_cast<uint16>(lossy ? 0 : count), lossy});
		members->lossy_pages += lossy;
		for (int i = 0; i < count; i++)
			members->offsets.push_back(offsets[i]);
	});
	return members;
}

void index_members(MemberRows *members)
{
	/* Up to this many blocks for each page that has members. */
	constexpr uint64 kSparsest = 64;
	if (members->page_of != nullptr || members->pages.empty())
		return;
	const BlockNumber blocks = members->pages.back().block + 1;
	if (blocks > kSparsest * members->pages.size())
		return;
	members->page_of = static_cast<uint32 *>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * blocks));
	memset(members->page_of, 0, sizeof(uint32) * blocks);
	members->blocks = blocks;
	for (uint32 i = 0; i < members->pages.size(); i++)
		members->page_of[members->pages[i].block] = i + 1;
}

bool has_member(const MemberRows &members, const hnsw::RowId &row)
{
	const MemberPage *page = find_page(members, BlockNumber{row.block_high} << 16 | row.block_low);
	if (page == nullptr || page->lossy)
		return page != nullptr;
	const uint16 *first = members.offsets.begin() + page->first;
	return std::binary_search(first, first + page->count, row.offset);
}

} /* namespace vecext::pg */
