/*
 * pages.h: what lies on the pages of an hnsw index, and typed access to it.
 *
 * Block 0 is the metapage. Every other page has a kind in its special space:
 *
 *   kind      content
 *   node      records of level 0 (include/vecext/hnsw/node_layout.h), an array of
 *             fixed-size slots from the page's start
 *   upper     the same for levels above 0
 *   value     values stored apart from a record, as chunks behind line pointers
 *   pending   rows not yet in the graph: an array of fixed-size entries
 *   free      nothing; recorded in the free space map
 *
 * A node id is block << slot_bits | slot, for both kinds of node page; slot_bits
 * is the same for both. src/hnsw/README.md draws the pages and argues
 * concurrency; the lock order is there too.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "access/generic_xlog.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "storage/itemptr.h"
#include "utils/rel.h"
}

#include "vecext/hnsw/node_layout.h"

namespace vecext::pg {

using hnsw::kNoNode;
using hnsw::NodeHeader;
using hnsw::NodeLayout;
using hnsw::NodeRecord;
using hnsw::NodeState;
using hnsw::RowId;

constexpr BlockNumber kMetaBlock = 0;
constexpr uint32 kMetaMagic = 0x56454e57; /* "VENW" */
constexpr uint32 kFormatVersion = 1;
constexpr uint16 kPageId = 0xe4d5; /* last bytes of every page, for pg_filedump and the like */

/* Heavyweight page locks of the index (LockPage), not buffer locks. */
constexpr BlockNumber kGraphLock = 0;  /* exclusive: the one writer of the graph */
constexpr BlockNumber kWorkerLock = 1; /* exclusive: the one background merge worker */

enum class PageKind : uint16 { kMeta = 1, kNode = 2, kUpper = 3, kValue = 4, kPending = 5, kFree = 6 };

struct PageOpaque {
	BlockNumber next; /* node, upper: next page with a free slot; pending: next of the chain */
	PageKind kind;
	uint16 slots_used;   /* node, upper: slots that are not free */
	uint32 in_free_list; /* node, upper: 1 while linked in the metapage's free list */
	uint16 reserved;
	uint16 page_id;
};
static_assert(sizeof(PageOpaque) == 16);

/* Where a value stored apart begins. */
struct ValueRef {
	BlockNumber block;
	OffsetNumber item;
};

/* IndexFormat::exact. Narrowed: the column's elements are kFloat32, those of the
 * index's exact values, and of queries, kFloat16. In heap: nodes have no exact
 * values, the table has. */
constexpr uint8 kExactNarrowed = 1, kExactInHeap = 2;

/* IndexFormat::feature_flags. */
constexpr uint32 kFeatureCompact = 1, kFeatureNarrowed = 2, kKnownFeatures = 3;

/* The part of the metapage that never changes after the build. */
struct IndexFormat {
	uint32 magic;
	uint32 version;
	uint32 feature_flags; /* bits that a reader must know; unknown ones refuse the index */
	uint8 metric;         /* Metric */
	uint8 element;        /* ElementType */
	uint8 code_bits;      /* of edges: 0 (plain), 1, 2, 4 */
	uint8 pending_bits;   /* of pending entries: 0, 1, 2, 4 */
	uint32 dims;
	uint16 m;
	uint16 ef_construction;
	uint16 slots[2];          /* neighbours at level 0, and above */
	uint16 slots_per_page[2]; /* node pages, upper pages */
	uint16 slot_bits;
	uint8 compact;          /* 1: the value in a record is the node's code */
	uint8 exact;            /* ExactFlags */
	uint32 value_bytes;     /* inside a record; 0: stored apart */
	uint32 record_bytes[2]; /* as make_node_layout() computed them; checked at open */
	uint32 pending_entry_bytes;
	uint64 rotation_seed;

	bool narrowed() const { return (exact & kExactNarrowed) != 0; }
	bool exact_in_heap() const { return (exact & kExactInHeap) != 0; }
	/* Whether nodes have values on value pages. */
	bool values_apart() const { return compact ? !exact_in_heap() : value_bytes == 0; }
};

/* The part that changes, under the metapage's exclusive buffer lock. */
struct IndexState {
	uint32 entry_point; /* record at entry_level, kNoNode while the graph is empty */
	uint32 entry_level;
	BlockNumber free_nodes[2]; /* node and upper pages that have free slots */
	BlockNumber pending_head, pending_tail;
	uint64 pending_head_number; /* rows ever appended before the head page's first entry */
	uint64 node_count;          /* live nodes, as build, merge and VACUUM count them */
	uint64 deleted_count;       /* nodes that VACUUM marked and has not freed yet */
	uint32 centre_version;      /* 0: the centre is the origin, and nodes have no codes yet */
	ValueRef centre;            /* float[dims], when centre_version > 0 and edges or pending rows have codes */
	uint32 unindexed;           /* kUnindexed bits: the table has, or had, such rows */
};

/* What nodes' codes are to be made like, and the trained model of them. Follows
 * the state, since formats before kFeatureCompact end there. */
struct NodeCodeState {
	uint8 kind; /* QuantizerKind; what follows as in QuantizerOptions */
	uint8 bits;
	uint8 binary_width;
	uint8 binary_query;
	uint8 compression;
	float quantile;
	ValueRef model; /* when centre_version > 0 */
	uint32 model_bytes;
};

/* Rows that an index leaves out: those without a distance, and those so long that
 * distances from them may overflow. */
constexpr uint32 kUnindexedNull = 1, kUnindexedZeroNorm = 2, kUnindexedHuge = 4, kUnindexedKinds = 7;

struct MetaPage {
	IndexFormat format;
	IndexState state;
	NodeCodeState codes; /* kFeatureCompact only */
};

/* First thing on a pending page. Entries follow at kPendingEntriesOffset. */
struct PendingPageHeader {
	uint64 sequence;        /* grows by 1 along the chain and at each reuse */
	uint64 first_number;    /* rows ever appended to the index before this page's first entry */
	uint32 count;           /* entries in use */
	uint32 centre_version;  /* that the codes on this page are relative to */
	BlockNumber value_tail; /* value page that took the last value, to try first */
	uint32 reserved;
};

enum class PendingState : uint8 {
	kPending = 0,
	kWritten = 1, /* its node is in the graph but edges to it may be missing */
	kMerged = 2,  /* found through the graph */
	kDead = 3,    /* VACUUM removed the row */
};

/* A row waiting to be merged. The code (pending_bits per dimension, relative to
 * the centre) follows in coded indexes. */
struct PendingEntry {
	RowId row;
	PendingState state;
	uint8 killed; /* hint: the row is dead to everyone */
	BlockNumber value_block;
	OffsetNumber value_item;
	uint16 reserved;
	float norm;
	uint32 node;        /* kWritten, kMerged: its node at level 0 */
	float error;        /* half width of the estimate's interval per unit of |q'| */
	float add, scale;   /* CodeFactors */
	uint32 value_taken; /* 1: the value lies where it was, as the node's own */
};
static_assert(sizeof(PendingEntry) == 40);

/* Head of each chunk of a value stored apart. */
struct ValueChunk {
	BlockNumber next_block; /* InvalidBlockNumber at the last chunk */
	OffsetNumber next_item;
	RowId row;          /* whose value it was when written: tells a reused chunk */
	uint32 total_bytes; /* of the whole value; 0 in all but the first chunk */
};
static_assert(sizeof(ValueChunk) == 16);

constexpr Size kPageContent = MAXALIGN(SizeOfPageHeaderData);
constexpr Size kPageRoom = BLCKSZ - kPageContent - MAXALIGN(sizeof(PageOpaque));
constexpr Size kPendingEntriesOffset = kPageContent + MAXALIGN(sizeof(PendingPageHeader));
constexpr Size kMaxChunkBytes =
	(kPageRoom - sizeof(ItemIdData) - sizeof(ValueChunk)) / MAXIMUM_ALIGNOF * MAXIMUM_ALIGNOF;

/* Always at the end. To find it by the page's header would cost searches a cache
 * miss more for each page. */
inline PageOpaque *page_opaque(Page page)
{
	return reinterpret_cast<PageOpaque *>(page + BLCKSZ - sizeof(PageOpaque));
}
inline MetaPage *meta_page(Page page)
{
	return reinterpret_cast<MetaPage *>(PageGetContents(page));
}
inline PendingPageHeader *pending_header(Page page)
{
	return reinterpret_cast<PendingPageHeader *>(PageGetContents(page));
}
inline PendingEntry *pending_entry(Page page, const IndexFormat &format, uint32 i)
{
	return reinterpret_cast<PendingEntry *>(page + kPendingEntriesOffset + Size{i} * format.pending_entry_bytes);
}
inline uint64 *pending_code(PendingEntry *entry)
{
	return reinterpret_cast<uint64 *>(entry + 1);
}
inline uint32 pending_capacity(const IndexFormat &format)
{
	return (BLCKSZ - MAXALIGN(sizeof(PageOpaque)) - kPendingEntriesOffset) / format.pending_entry_bytes;
}

inline bool is_page_of_kind(Page page, PageKind kind)
{
	return page_opaque(page)->page_id == kPageId && page_opaque(page)->kind == kind;
}
inline bool is_node_page(Page page)
{
	return is_page_of_kind(page, PageKind::kNode) || is_page_of_kind(page, PageKind::kUpper);
}

inline uint32 node_id(const IndexFormat &format, BlockNumber block, uint32 slot)
{
	return block << format.slot_bits | slot;
}
inline BlockNumber block_of(const IndexFormat &format, uint32 id)
{
	return id >> format.slot_bits;
}
inline uint32 slot_of(const IndexFormat &format, uint32 id)
{
	return id & ((1u << format.slot_bits) - 1);
}
/* 0 for node pages, 1 for upper pages: index into per-level arrays. */
inline int level_class(PageKind kind)
{
	return kind == PageKind::kUpper ? 1 : 0;
}

inline RowId row_of(const ItemPointerData &tid)
{
	return {tid.ip_blkid.bi_hi, tid.ip_blkid.bi_lo, tid.ip_posid};
}
inline ItemPointerData tid_of(const RowId &row)
{
	ItemPointerData tid;
	tid.ip_blkid.bi_hi = row.block_high;
	tid.ip_blkid.bi_lo = row.block_low;
	tid.ip_posid = row.offset;
	return tid;
}
/* Whether row i of a node is marked as dead to everyone, a hint like
 * PendingEntry::killed. */
inline bool row_killed(const NodeHeader &header, int i)
{
	return header.reserved >> i & 1;
}
/* Orders rows and serves as a hash key. */
inline uint64 row_key(const RowId &row)
{
	return uint64{row.block_high} << 32 | uint64{row.block_low} << 16 | row.offset;
}

/* Where slot `slot` of a node or upper page begins. */
inline Size record_offset(const IndexFormat &format, int level_class, uint32 slot)
{
	return kPageContent + Size{slot} * format.record_bytes[level_class];
}

/* Makes `page` (a buffer's, or a WAL image) an empty page of a kind. */
void init_page(Page page, PageKind kind);

/* Lets WAL cover a node or upper page's slots below `end`. Those above were never
 * used and are zero, which images of the page leave out. */
void cover_slots(Page page, const IndexFormat &format, int level_class, uint32 end);

/* One WAL-logged change of up to four pages: edit() each, change the returned
 * images, finish(). While an index is built nothing is logged and the images are
 * the pages themselves; the build logs all pages at its end. An error before
 * finish() leaves the pages as they were, except during a build. */
class PageChange {
public:
	PageChange(Relation index, bool building);
	/* `buffer` must be exclusively locked and stays so. new_page: log it whole. */
	Page edit(Buffer buffer, bool new_page = false);
	void finish();

private:
	GenericXLogState *state_;
	Buffer buffers_[MAX_GENERIC_XLOG_PAGES];
	int count_;
};

/* One WAL-logged change of a part of one page, as PageChange makes but at the cost
 * of that part: generic WAL compares whole pages byte by byte, for a merge a quarter
 * of its time. The record written is one of generic WAL all the same. Begins and
 * ends at multiples of 8 bytes; bytes() is to be changed, then finish(). */
class PartChange {
public:
	/* `buffer` is exclusively locked and stays so. */
	PartChange(Relation index, bool building, Buffer buffer, Size offset, Size size);
	uint8 *bytes() { return bytes_; }
	void finish();

private:
	Size collect_differences(const uint64 *before);

	Relation index_;
	bool building_;
	Buffer buffer_;
	Size offset_, size_;
	uint8 *bytes_;
	alignas(8) uint8 copy_[BLCKSZ];
	uint8 differences_[BLCKSZ * 2]; /* as generic WAL has them: offset, length, bytes */
};

/* Copies of the metapage's two parts. read_meta() raises an error when the page
 * is not an hnsw metapage of a format that this library reads. */
MetaPage read_meta(Relation index);

/* Notes in the metapage that the table has rows of a kind that is not indexed. */
void note_unindexed(Relation index, uint32 kind);

/* A page to be filled: from the free space map, or by extending the index.
 * Exclusively locked; the caller initialises it within its PageChange. */
Buffer new_buffer(Relation index);

/* A page that has `room` bytes as far as the free space map knows, which only the
 * page itself can tell for sure; InvalidBlockNumber if none. */
BlockNumber mapped_page(Relation index, Size room);

/* Notes in the free space map that a page is of kind free. */
void record_free_page(Relation index, BlockNumber block);

} /* namespace vecext::pg */
