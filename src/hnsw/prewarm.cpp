/*
 * prewarm.cpp: hnsw_prewarm(index), which reads an index into shared buffers.
 */
#include "hnsw/inspect.h"
#include "pg/injection.h"

namespace vecext::pg {

namespace {

/* Blocks that are asked for before they are read. */
constexpr BlockNumber kReadAhead = 64;

bool read_block(Relation index, BlockNumber block)
{
	PAUSE_POINT("prewarm");
	Buffer buffer = ReadBuffer(index, block);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	const bool upper = is_page_of_kind(BufferGetPage(buffer), PageKind::kUpper);
	UnlockReleaseBuffer(buffer);
	return upper;
}

/* Reads all pages and then once more those of the upper levels, which every search
 * needs: should the index be larger than shared buffers, they stay. */
int64 prewarm(Relation index)
{
	const BlockNumber blocks = RelationGetNumberOfBlocks(index);
	auto *upper = static_cast<bool *>(palloc_extended(blocks + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
	for (BlockNumber block = 0; block < blocks; block++) {
		CHECK_FOR_INTERRUPTS();
		if (block + kReadAhead < blocks)
			PrefetchBuffer(index, MAIN_FORKNUM, block + kReadAhead);
		upper[block] = read_block(index, block);
	}
	for (BlockNumber block = 0; block < blocks; block++)
		if (upper[block])
			read_block(index, block);
	pfree(upper);
	return blocks;
}

} /* namespace */

} /* namespace vecext::pg */

VECEXT_FUNCTION(hnsw_prewarm)
{
	using namespace vecext::pg;
	const InspectedIndex inspected = open_inspected(PG_GETARG_OID(0), AccessShareLock);
	const int64 blocks = prewarm(inspected.index);
	close_inspected(inspected);
	PG_RETURN_INT64(blocks);
}
