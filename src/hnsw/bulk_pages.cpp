/* bulk_pages.cpp: logging, writing and syncing pages of an index under construction. */
#include "hnsw/bulk_pages.h"

extern "C" {
#include "access/xlog.h"
#include "access/xloginsert.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/proc.h"
#include "storage/smgr.h"
#include "utils/rel.h"
}

namespace vecext::pg {

namespace {

constexpr uint32 kPagesPerRecord = 32;
constexpr Size kIoAlignment = 4096;

} /* namespace */

void BulkPages::init(Relation index, bool logged)
{
	index_ = index;
	logged_ = logged;
	redo_ = GetRedoRecPtr();
	first_ = next_ = RelationGetNumberOfBlocks(index);
	pages_ = static_cast<char *>(palloc(Size{kPagesAtOnce} * BLCKSZ + kIoAlignment));
	pages_ = reinterpret_cast<char *>(TYPEALIGN(kIoAlignment, pages_));
}

/* Also leaves the record's position on the pages. */
void BulkPages::log(BlockNumber first, uint32 count)
{
	BlockNumber blocks[kPagesPerRecord];
	char *images[kPagesPerRecord];
	for (uint32 done = 0; done < count; done += kPagesPerRecord) {
		const uint32 part = Min(kPagesPerRecord, count - done);
		for (uint32 i = 0; i < part; i++) {
			blocks[i] = first + done + i;
			images[i] = page(done + i);
		}
		log_new_pages(index_, static_cast<int>(part), blocks, images);
	}
}

void BulkPages::append(uint32 count)
{
	Assert(count <= kPagesAtOnce);
	if (logged_)
		log(next_, count);
	for (uint32 i = 0; i < count; i++, next_++) {
		PageSetChecksumInplace(page(i), next_);
		smgrextend(RelationGetSmgr(index_), MAIN_FORKNUM, next_, page(i), true);
	}
}

/* A write that the checkpointer hears of, once for every file that was written:
 * of the page that is there. */
void BulkPages::request_sync()
{
	for (BlockNumber block = first_; block < next_; block += RELSEG_SIZE - block % RELSEG_SIZE) {
		smgrread(RelationGetSmgr(index_), MAIN_FORKNUM, block, page(0));
		smgrwrite(RelationGetSmgr(index_), MAIN_FORKNUM, block, page(0), false);
	}
}

void BulkPages::finish()
{
	if (first_ == next_ || RelationUsesLocalBuffers(index_))
		return;
	/* No checkpoint may begin between our look and the request. */
	MyProc->delayChkptFlags |= DELAY_CHKPT_START;
	const bool missed = GetRedoRecPtr() != redo_;
	if (!missed)
		request_sync();
	MyProc->delayChkptFlags &= ~DELAY_CHKPT_START;
	if (missed)
		smgrimmedsync(RelationGetSmgr(index_), MAIN_FORKNUM);
}

} /* namespace vecext::pg */
