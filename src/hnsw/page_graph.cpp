/*
 * page_graph.cpp: see page_graph.h.
 */
#include "hnsw/page_graph.h"

extern "C" {
#include "storage/buf_internals.h"
#include "utils/memutils.h"
}

#include "hnsw/value_pages.h"

namespace vecext::pg {

namespace {

constexpr uint32 kMaxRecentBuffers = 1u << 20;
constexpr int kRecentIndexes = 16;

/* The maps of the indexes, and tables, that this backend searched last. */
struct RecentIndex {
	Oid relid;
	RelFileNumber file;
	uint64 used; /* recent_clock at the last use */
	uint64 uses;
	RecentBuffers map;
};
RecentIndex recent_indexes[kRecentIndexes];
uint64 recent_clock;

void allocate_map(RecentBuffers *map, uint32 size)
{
	if (map->entries != nullptr)
		pfree(map->entries);
	map->entries = nullptr;
	map->entries = static_cast<RecentBuffers::Entry *>(
		MemoryContextAllocHuge(CacheMemoryContext, sizeof(RecentBuffers::Entry) * size));
	for (uint32 i = 0; i < size; i++)
		map->entries[i] = {InvalidBlockNumber, InvalidBuffer};
	map->mask = size - 1;
}

uint32 map_size(Relation index)
{
	const uint32 blocks = Min(RelationGetNumberOfBlocks(index), static_cast<BlockNumber>(NBuffers));
	return Min(std::bit_ceil(Max(blocks, 64u)), kMaxRecentBuffers);
}

RecentIndex *recent_index(Relation index)
{
	RecentIndex *oldest = &recent_indexes[0];
	for (RecentIndex &candidate : recent_indexes) {
		if (candidate.relid == RelationGetRelid(index) && candidate.file == relation_file_number(index))
			return &candidate;
		if (candidate.used < oldest->used)
			oldest = &candidate;
	}
	oldest->relid = RelationGetRelid(index);
	oldest->file = relation_file_number(index);
	if (oldest->map.entries != nullptr)
		pfree(oldest->map.entries);
	oldest->map = {nullptr, 0};
	oldest->uses = 0;
	return oldest;
}

} /* namespace */

RecentBuffers *recent_buffers(Relation index)
{
	RecentIndex *recent = recent_index(index);
	/* Asking for the size is a system call: now and then is enough for a hint. */
	constexpr uint64 kCheckEvery = 256;
	if (recent->map.entries == nullptr || recent->uses++ % kCheckEvery == 0) {
		const uint32 size = map_size(index);
		if (recent->map.entries == nullptr || recent->map.mask + 1 < size)
			allocate_map(&recent->map, size);
	}
	recent->used = ++recent_clock;
	return &recent->map;
}

void PageGraph::init(Relation index, const IndexHandle *handle, MemoryContext context)
{
	index_ = index;
	handle_ = handle;
	recent_ = recent_buffers(index);
	context_ = context;
	scratch_ = nullptr;
	scratch_bytes_ = 0;
	chunk_bytes_ = handle->element() == ElementType::kSparse ? 0 : handle->value_bytes(nullptr);
	if (chunk_bytes_ > kMaxChunkBytes)
		chunk_bytes_ = 0;
}

Buffer PageGraph::read(BlockNumber block)
{
	PAUSE_POINT("visit");
	return pin(block);
}

Buffer PageGraph::pin(BlockNumber block)
{
	RecentBuffers::Entry &entry = recent_->at(block);
	if (entry.block == block && BufferIsValid(entry.buffer) && read_recent_buffer(index_, block, entry.buffer))
		return entry.buffer;
	const Buffer buffer = ReadBuffer(index_, block);
	entry = {block, buffer};
	return buffer;
}

hnsw::ConstNodeRecord PageGraph::locate(const char *page, uint32 id) const
{
	const IndexFormat &format = handle_->format;
	if (!is_node_page(const_cast<char *>(page)))
		return {nullptr, nullptr};
	const int level_class = vecext::pg::level_class(page_opaque(const_cast<char *>(page))->kind);
	const uint32 slot = slot_of(format, id);
	if (slot >= format.slots_per_page[level_class])
		return {nullptr, nullptr};
	const hnsw::ConstNodeRecord record = {reinterpret_cast<const uint8 *>(page) +
											  record_offset(format, level_class, slot),
										  &handle_->layouts[level_class]};
	if (record.header().state == NodeState::kFree)
		return {nullptr, nullptr};
	return record;
}

const void *PageGraph::read_value(const ValueRef &ref, const RowId *row)
{
	PAUSE_POINT("value");
	uint32 bytes;
	if (scratch_ == nullptr) {
		const uint32 fixed = handle_->element() == ElementType::kSparse ? 1024 : handle_->value_bytes(nullptr);
		scratch_bytes_ = fixed;
		scratch_ = static_cast<uint8 *>(MemoryContextAlloc(context_, fixed));
	}
	if (copy_value(index_, ref, row, scratch_, scratch_bytes_, &bytes))
		return handle_->value_bytes(scratch_) == bytes ? scratch_ : nullptr;
	if (handle_->element() != ElementType::kSparse)
		return nullptr;
	const uint32 needed = stored_value_bytes(index_, ref);
	if (needed <= scratch_bytes_)
		return nullptr;
	pfree(scratch_);
	scratch_ = nullptr;
	scratch_ = static_cast<uint8 *>(MemoryContextAlloc(context_, needed));
	scratch_bytes_ = needed;
	return copy_value(index_, ref, row, scratch_, scratch_bytes_, &bytes) && handle_->value_bytes(scratch_) == bytes
			   ? scratch_
			   : nullptr;
}

const void *PageGraph::chunk_data(Page page, OffsetNumber item) const
{
	uint32 bytes;
	const ValueChunk *chunk = chunk_at(page, item, &bytes);
	return chunk != nullptr && chunk->total_bytes == chunk_bytes_ && bytes >= chunk_bytes_ ? chunk + 1 : nullptr;
}

namespace {

constexpr Size kLine = 64;

void prefetch_bytes(const char *from, Size bytes)
{
	for (Size at = 0; at < bytes; at += kLine)
		__builtin_prefetch(from + at);
}

/* What pinning, locking and recognising a page touch. */
void prefetch_page(Buffer buffer)
{
	const char *page = BufferGetPage(buffer);
	__builtin_prefetch(GetBufferDescriptor(buffer - 1), 1);
	__builtin_prefetch(page + BLCKSZ - sizeof(PageOpaque));
}

} /* namespace */

/* Values of one size lie one before the other from the end of the page, if none of
 * them was freed. */
void PageGraph::prefetch_value(const NodeHeader &header)
{
	if (chunk_bytes_ == 0 || header.value_block == InvalidBlockNumber)
		return;
	const RecentBuffers::Entry &entry = recent_->at(header.value_block);
	if (entry.block != header.value_block || entry.buffer <= 0) {
		PrefetchBuffer(index_, MAIN_FORKNUM, header.value_block);
		return;
	}
	const char *page = BufferGetPage(entry.buffer);
	const Size item = MAXALIGN(sizeof(ValueChunk) + chunk_bytes_), end = BLCKSZ - MAXALIGN(sizeof(PageOpaque));
	prefetch_page(entry.buffer);
	__builtin_prefetch(page);
	if (item * header.value_item <= end)
		prefetch_bytes(page + end - item * header.value_item, item);
}

void PageGraph::prefetch_record(Buffer buffer, uint32 id) const
{
	constexpr Size kMaxLines = 32;
	const IndexFormat &format = handle_->format;
	const char *page = BufferGetPage(buffer);
	prefetch_page(buffer);
	const char *record = page + record_offset(format, 0, slot_of(format, id));
	prefetch_bytes(record, Min(format.record_bytes[0] / kLine, kMaxLines) * kLine);
}

} /* namespace vecext::pg */
