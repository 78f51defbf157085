/* node_layout.cpp: offsets within a node record, and changes of its edges. */
#include "vecext/hnsw/node_layout.h"

#include <algorithm>
#include <limits>

#include "core/rabitq/code_kernels.h"

namespace vecext::hnsw {

namespace {

constexpr uint32_t round_up(uint32_t n, uint32_t unit)
{
	return (n + unit - 1) / unit * unit;
}

} /* namespace */

NodeLayout make_node_layout(Metric metric, ElementType element, uint32_t dims, int code_bits, uint32_t neighbours,
							uint32_t value_bytes) noexcept
{
	NodeLayout layout = {};
	layout.metric = metric;
	layout.element = element;
	layout.code_bits = static_cast<uint8_t>(code_bits);
	layout.slots = static_cast<uint16_t>(code_bits ? round_up(neighbours, kBlockSlots) : neighbours);
	layout.dims = dims;
	layout.padded = code_bits ? padded_dims(dims) : 0;
	layout.value_bytes = value_bytes;
	const uint32_t slot_array = round_up(layout.slots * sizeof(uint32_t), 8);
	uint32_t offset = layout.ids_offset = sizeof(NodeHeader);
	offset += slot_array;
	if (layout.coded()) {
		layout.add_offset = offset;
		layout.scale_offset = offset + slot_array;
		layout.codes_offset = offset + 2 * slot_array;
		offset = layout.codes_offset +
				 layout.code_blocks() * static_cast<uint32_t>(code_block_bytes(layout.padded, code_bits));
	}
	layout.value_offset = offset;
	layout.record_bytes = offset + round_up(value_bytes, 8);
	return layout;
}

NodeLayout make_compact_layout(Metric metric, ElementType element, uint32_t dims, uint32_t slots,
							   uint32_t code_bytes) noexcept
{
	NodeLayout layout = make_node_layout(metric, element, dims, 0, slots, code_bytes);
	layout.node_codes = true;
	return layout;
}

void set_edge(NodeRecord record, uint32_t slot, uint32_t id, CodeFactors factors, const uint64_t *code) noexcept
{
	const NodeLayout &layout = *record.layout;
	NodeHeader &header = record.header();
	record.ids()[slot] = id;
	if (layout.coded()) {
		record.add()[slot] = factors.add;
		record.scale()[slot] = factors.scale;
		store_code(record.codes(slot / kBlockSlots), slot % kBlockSlots, code, layout.padded, layout.code_bits);
	}
	for (uint32_t j = header.slots_used; j < slot; j++)
		clear_edge(record, j);
	header.slots_used = static_cast<uint16_t>(std::max<uint32_t>(header.slots_used, slot + 1));
}

void clear_edge(NodeRecord record, uint32_t slot) noexcept
{
	record.ids()[slot] = kNoNode;
	if (record.layout->coded()) {
		record.add()[slot] = std::numeric_limits<float>::infinity();
		record.scale()[slot] = 0;
	}
}

int find_edge(ConstNodeRecord record, uint32_t id) noexcept
{
	const uint32_t *ids = record.ids();
	const int used = record.header().slots_used;
	for (int j = 0; j < used; j++)
		if (ids[j] == id)
			return j;
	return -1;
}

int free_slot(ConstNodeRecord record) noexcept
{
	const int slot = find_edge(record, kNoNode);
	if (slot >= 0)
		return slot;
	const uint32_t used = record.header().slots_used;
	return used < record.layout->slots ? static_cast<int>(used) : -1;
}

void scan_neighbours(const CodeQuery &query, ConstNodeRecord record, float *out) noexcept
{
	const uint32_t used = record.header().slots_used, slots = record.layout->slots;
	for (uint32_t start = 0; start < used; start += kBlockSlots)
		query.kernels->scan_block(query, record.codes(start / kBlockSlots), record.add() + start,
								  record.scale() + start, std::min(used - start, kBlockSlots), out + start);
	std::fill(out + used, out + slots, std::numeric_limits<float>::infinity());
}

} /* namespace vecext::hnsw */
