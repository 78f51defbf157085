/*
 * node_layout.h: the record of one node at one level of the graph.
 *
 * One node is one record of fixed size, the same bytes in memory during a build
 * and on index pages. A record carries what one step of a search needs: the
 * value (for the exact distance), the ids of up to `slots` neighbours, and, in
 * coded layouts, codes of those neighbours relative to this node (rabitq.h). In
 * compact layouts the place of the value has a code of the node's own instead.
 *
 *   offset            content
 *   0                 NodeHeader                                80 bytes
 *   ids_offset        uint32_t id[slots]
 *   add_offset        float add[slots]          coded layouts
 *   scale_offset      float scale[slots]        coded layouts
 *   codes_offset      one code block per 32 slots   coded layouts
 *   value_offset      the value, value_bytes    unless it is stored apart
 *
 * All offsets are multiples of 8. Slot j is free when id[j] == kNoNode; slots at
 * or above header.slots_used are free and never looked at. An edge is replaced
 * in place: slots never shift.
 *
 * Ids are opaque here. In memory they are array indexes, on pages they name
 * block and slot (src/hnsw/pages.h). Levels have separate id spaces: an id in a
 * record of level l names a record of level l.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/metric.h"
#include "vecext/rabitq.h"
#include "vecext/rotation.h"

namespace vecext::hnsw {

constexpr uint32_t kNoNode = 0xffffffffu;
constexpr uint32_t kMaxRowsPerNode = 8;

enum class NodeState : uint8_t {
	kFree = 0, /* never used, or freed: the other fields mean nothing but `version` */
	kLive = 1,
	kDeleted = 2, /* no rows left; still traversed until its neighbours are repaired */
};

/* A heap row's address (PostgreSQL's ItemPointerData byte for byte), opaque here. */
struct RowId {
	uint16_t block_high, block_low, offset;
	friend bool operator==(const RowId &, const RowId &) = default;
};
static_assert(sizeof(RowId) == 6);

struct NodeHeader {
	NodeState state;
	uint8_t level;        /* of this record */
	uint8_t top_level;    /* of the node: the level of its highest record */
	uint8_t row_count;    /* level 0: entries of rows[] in use */
	uint16_t slots_used;  /* high-water mark of slots */
	uint16_t version;     /* counts reuses of this record */
	uint32_t down;        /* level > 0: this node's record one level below */
	uint32_t up;          /* this node's record one level above, or kNoNode */
	float norm;           /* kCosine: Euclidean norm of the value, else 0 */
	uint32_t value_block; /* value stored apart: where (see src/hnsw/value_pages.h) */
	uint16_t value_item;
	uint16_t reserved;
	RowId rows[kMaxRowsPerNode]; /* level 0: heap rows that have this value */
	uint32_t spare;
};
static_assert(sizeof(NodeHeader) == 80);

struct NodeLayout {
	Metric metric;
	ElementType element;
	uint8_t code_bits; /* of the neighbours' codes; 0: none */
	bool node_codes;   /* the value in the record is the node's own code (node_code.h) */
	uint16_t slots;    /* neighbours at most; a multiple of 32 in coded layouts */
	uint32_t dims;
	uint32_t padded;      /* padded_dims(dims) in coded layouts, else 0 */
	uint32_t value_bytes; /* inside the record; 0 when stored apart */
	uint32_t ids_offset, add_offset, scale_offset, codes_offset, value_offset;
	uint32_t record_bytes;

	bool coded() const { return code_bits != 0; }
	bool inline_value() const { return value_bytes != 0; }
	uint32_t code_blocks() const { return coded() ? slots / kBlockSlots : 0; }
};

/* Lays a record out. `value_bytes` is 0 for values stored apart. */
NodeLayout make_node_layout(Metric metric, ElementType element, uint32_t dims, int code_bits, uint32_t neighbours,
							uint32_t value_bytes) noexcept;

/* The same for a compact record: exactly `slots` neighbours, and a code of
 * `code_bytes` in the place of the value. */
NodeLayout make_compact_layout(Metric metric, ElementType element, uint32_t dims, uint32_t slots,
							   uint32_t code_bytes) noexcept;

/* Typed views on the parts of a record. */
template <class Byte> struct RecordView {
	Byte *bytes;
	const NodeLayout *layout;

	template <class T> using Ref = std::conditional_t<std::is_const_v<Byte>, const T, T>;

	Ref<NodeHeader> &header() const { return *reinterpret_cast<Ref<NodeHeader> *>(bytes); }
	Ref<uint32_t> *ids() const { return reinterpret_cast<Ref<uint32_t> *>(bytes + layout->ids_offset); }
	Ref<float> *add() const { return reinterpret_cast<Ref<float> *>(bytes + layout->add_offset); }
	Ref<float> *scale() const { return reinterpret_cast<Ref<float> *>(bytes + layout->scale_offset); }
	Ref<uint64_t> *codes(uint32_t block) const
	{
		return reinterpret_cast<Ref<uint64_t> *>(bytes + layout->codes_offset +
												 block * code_block_bytes(layout->padded, layout->code_bits));
	}
	Byte *value() const { return bytes + layout->value_offset; }
};
using NodeRecord = RecordView<uint8_t>;
using ConstNodeRecord = RecordView<const uint8_t>;

/* Puts an edge into `slot` and raises slots_used if needed. `code` and `factors`
 * are ignored in plain layouts. */
void set_edge(NodeRecord record, uint32_t slot, uint32_t id, CodeFactors factors, const uint64_t *code) noexcept;

/* Empties `slot`: the id becomes kNoNode, the factors make it vanish from scans. */
void clear_edge(NodeRecord record, uint32_t slot) noexcept;

/* The slot that holds `id`, or -1. */
int find_edge(ConstNodeRecord record, uint32_t id) noexcept;

/* A free slot, or -1 when all are taken. */
int free_slot(ConstNodeRecord record) noexcept;

/* Partial estimates (without base, see rabitq.h) of all slots below slots_used
 * into out[slots]; free slots give +infinity. Coded layouts only. */
void scan_neighbours(const CodeQuery &query, ConstNodeRecord record, float *out) noexcept;

} /* namespace vecext::hnsw */
