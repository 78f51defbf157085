/*
 * pages.cpp: initialising, changing, allocating and freeing pages.
 */
#include "hnsw/pages.h"

extern "C" {
#include "access/htup_details.h"
#include "access/xloginsert.h"
#include "miscadmin.h"
#include "storage/freespace.h"
}

namespace vecext::pg {

void init_page(Page page, PageKind kind)
{
	PageInit(page, BLCKSZ, sizeof(PageOpaque));
	PageOpaque *opaque = page_opaque(page);
	opaque->next = InvalidBlockNumber;
	opaque->kind = kind;
	opaque->page_id = kPageId;
	/* Pages without line pointers keep their content in the "line pointer" area
	 * as far as WAL is concerned: bytes above pd_lower are not logged. */
	if (kind == PageKind::kMeta || kind == PageKind::kPending)
		reinterpret_cast<PageHeader>(page)->pd_lower = reinterpret_cast<PageHeader>(page)->pd_upper;
}

void cover_slots(Page page, const IndexFormat &format, int level_class, uint32 end)
{
	auto *header = reinterpret_cast<PageHeader>(page);
	const Size content_end = record_offset(format, level_class, end);
	header->pd_lower =
		Max(header->pd_lower, static_cast<LocationIndex>(Min(content_end, static_cast<Size>(header->pd_upper))));
}

PageChange::PageChange(Relation index, bool building) : state_(building ? nullptr : GenericXLogStart(index)), count_(0)
{
}

Page PageChange::edit(Buffer buffer, bool new_page)
{
	Assert(count_ < MAX_GENERIC_XLOG_PAGES);
	buffers_[count_++] = buffer;
	if (state_ == nullptr)
		return BufferGetPage(buffer);
	return GenericXLogRegisterBuffer(state_, buffer, new_page ? GENERIC_XLOG_FULL_IMAGE : 0);
}

void PageChange::finish()
{
	if (state_ != nullptr) {
		GenericXLogFinish(state_);
		return;
	}
	for (int i = 0; i < count_; i++)
		MarkBufferDirty(buffers_[i]);
}

PartChange::PartChange(Relation index, bool building, Buffer buffer, Size offset, Size size)
	: index_(index), building_(building), buffer_(buffer), offset_(offset), size_(size)
{
	uint8 *page = reinterpret_cast<uint8 *>(BufferGetPage(buffer));
	Assert(offset % 8 == 0 && size % 8 == 0);
	bytes_ = building ? page + offset : copy_;
	if (!building)
		memcpy(copy_, page + offset, size);
}

/* Runs of words that differ. */
Size PartChange::collect_differences(const uint64 *before)
{
	const auto *after = reinterpret_cast<const uint64 *>(copy_);
	const Size words = size_ / 8;
	Size length = 0;
	for (Size first = 0, end = 0; first < words; first = end) {
		end = first + 1;
		if (before[first] == after[first])
			continue;
		while (end < words && before[end] != after[end])
			end++;
		const OffsetNumber head[2] = {static_cast<OffsetNumber>(offset_ + first * 8),
									  static_cast<OffsetNumber>((end - first) * 8)};
		memcpy(differences_ + length, head, sizeof head);
		memcpy(differences_ + length + sizeof head, after + first, head[1]);
		length += sizeof head + head[1];
	}
	return length;
}

void PartChange::finish()
{
	if (building_) {
		MarkBufferDirty(buffer_);
		return;
	}
	Page page = BufferGetPage(buffer_);
	const Size length = collect_differences(reinterpret_cast<const uint64 *>(page + offset_));
	if (length == 0)
		return;
	START_CRIT_SECTION();
	memcpy(page + offset_, copy_, size_);
	MarkBufferDirty(buffer_);
	if (RelationNeedsWAL(index_)) {
		XLogBeginInsert();
		XLogRegisterBuffer(0, buffer_, REGBUF_STANDARD);
		XLogRegisterBufData(0, reinterpret_cast<char *>(differences_), length);
		const XLogRecPtr lsn = XLogInsert(RM_GENERIC_ID, 0);
		PageSetLSN(page, lsn); /* a macro */
	}
	END_CRIT_SECTION();
}

namespace {

void check_meta(Relation index, Page page)
{
	if (!is_page_of_kind(page, PageKind::kMeta) || meta_page(page)->format.magic != kMetaMagic)
		ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
						errmsg("index \"%s\" is not an hnsw index", RelationGetRelationName(index)),
						errhint("Please REINDEX it.")));
	const IndexFormat &format = meta_page(page)->format;
	if (format.version != kFormatVersion || (format.feature_flags & ~kKnownFeatures) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("hnsw index \"%s\" has format version %u with features %#x, which this vecext does not read",
						RelationGetRelationName(index), format.version, format.feature_flags),
				 errhint("Install the vecext version that wrote it, or REINDEX it.")));
}

/* A free page may lie about: the free space map is not crash-safe, so the page
 * itself decides. Returns the buffer locked, or InvalidBuffer. */
Buffer lock_if_free(Relation index, BlockNumber block)
{
	Buffer buffer = ReadBuffer(index, block);
	if (ConditionalLockBuffer(buffer)) {
		Page page = BufferGetPage(buffer);
		if (PageIsNew(page) || is_page_of_kind(page, PageKind::kFree))
			return buffer;
		LockBuffer(buffer, BUFFER_LOCK_UNLOCK);
	}
	ReleaseBuffer(buffer);
	return InvalidBuffer;
}

} /* namespace */

MetaPage read_meta(Relation index)
{
	Buffer buffer = ReadBuffer(index, kMetaBlock);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	check_meta(index, BufferGetPage(buffer));
	const MetaPage meta = *meta_page(BufferGetPage(buffer));
	UnlockReleaseBuffer(buffer);
	return meta;
}

void note_unindexed(Relation index, uint32 kind)
{
	if (read_meta(index).state.unindexed & kind)
		return;
	Buffer meta = ReadBuffer(index, kMetaBlock);
	LockBuffer(meta, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(index, false);
	meta_page(change.edit(meta))->state.unindexed |= kind;
	change.finish();
	UnlockReleaseBuffer(meta);
}

/* A crash of the machine can leave a map that knows pages which the file lost. */
BlockNumber mapped_page(Relation index, Size room)
{
	for (;;) {
		const BlockNumber block = GetPageWithFreeSpace(index, room);
		if (block == InvalidBlockNumber || block < RelationGetNumberOfBlocks(index))
			return block;
		RecordPageWithFreeSpace(index, block, 0);
	}
}

/* Free pages are recorded with more room than any value page can have, so one
 * free space map serves both searches. */
Buffer new_buffer(Relation index)
{
	for (;;) {
		const BlockNumber block = mapped_page(index, MaxHeapTupleSize);
		if (block == InvalidBlockNumber)
			break;
		RecordPageWithFreeSpace(index, block, 0);
		const Buffer buffer = lock_if_free(index, block);
		if (BufferIsValid(buffer))
			return buffer;
	}
	return extend_index(index);
}

void record_free_page(Relation index, BlockNumber block)
{
	RecordPageWithFreeSpace(index, block, BLCKSZ - 1);
	/* Searches of the map begin at its root, which else only VACUUM updates. */
	FreeSpaceMapVacuumRange(index, block, block + 1);
}

} /* namespace vecext::pg */
