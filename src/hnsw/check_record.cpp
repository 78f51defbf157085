/*
 * check_record.cpp: hnsw_check() of one node record: header, links between
 * levels, edges, codes, value.
 *
 * A node that VACUUM has marked deleted is on its way out: its header must be
 * sound, but what it refers to may already be gone.
 */
#include <bit>
#include <cmath>

#include "hnsw/check.h"

extern "C" {
#include "common/pg_prng.h"
}

#include "hnsw/access_method.h"

#include "vecext/hnsw/build.h"

namespace vecext::pg {

namespace {

/* Codes made by another instruction set differ where rounding decides: at most so
 * many of their bits, and factors by so much of themselves. A code of another
 * neighbour differs in about half. */
constexpr double kCodeBitsTolerance = 0.1;
constexpr float kFactorTolerance = 0.02f;
constexpr float kNormTolerance = 1e-3f;

struct RecordCheck {
	CheckRun &run;
	BlockNumber block;
	uint32 slot;
	uint32 id;
	hnsw::ConstNodeRecord record;
	const NodeHeader &header;

	bool live() const { return header.state == NodeState::kLive; }
};

pg_attribute_printf(2, 3) void fault(const RecordCheck &check, const char *format, ...)
{
	char message[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	report(check.run, Severity::kError, check.block, static_cast<int>(check.slot), "%s", message);
}

/* ---- header ---- */

void check_rows_of(const RecordCheck &check)
{
	const NodeHeader &header = check.header;
	if (header.row_count > hnsw::kMaxRowsPerNode) {
		fault(check, "node has %d rows, more than %u", header.row_count, hnsw::kMaxRowsPerNode);
		return;
	}
	if (check.live() && header.row_count == 0)
		fault(check, "live node has no row");
	for (int i = 0; i < header.row_count; i++) {
		const ItemPointerData tid = tid_of(header.rows[i]);
		if (!OffsetNumberIsValid(tid.ip_posid))
			fault(check, "row %d has the invalid offset %u", i, tid.ip_posid);
		for (int j = 0; j < i; j++)
			if (header.rows[i] == header.rows[j])
				fault(check, "row (%u,%u) is listed twice", ItemPointerGetBlockNumber(&tid), tid.ip_posid);
	}
}

/* False when the record cannot be looked into any further. */
bool check_header(const RecordCheck &check, bool upper_page)
{
	const NodeHeader &header = check.header;
	if (!check.live() && header.state != NodeState::kDeleted) {
		fault(check, "node has the unknown state %d", static_cast<int>(header.state));
		return false;
	}
	if ((header.level > 0) != upper_page || header.level > hnsw::kMaxLevel) {
		fault(check, "node of level %d is on a page of %s", header.level, upper_page ? "upper levels" : "level 0");
		return false;
	}
	if (header.level > header.top_level)
		fault(check, "node has level %d above its top level %d", header.level, header.top_level);
	if (header.level == 0)
		check_rows_of(check);
	if (header.slots_used > check.record.layout->slots) {
		fault(check, "node uses %d of %d slots", header.slots_used, check.record.layout->slots);
		return false;
	}
	return true;
}

/* ---- links between levels ---- */

/* The record `id` of the same node, a level away, must lead back. */
void check_link(const RecordCheck &check, const char *name, uint32 id, int level, uint32 NodeHeader::*back)
{
	const NodeFact fact = fact_of(check.run, id);
	const IndexFormat &format = check.run.handle->format;
	const BlockNumber block = block_of(format, id);
	const uint32 slot = slot_of(format, id);
	if (!fact.holds_node() || fact.level() != level) {
		fault(check, "%s link leads to block %u slot %u, which is no record of level %d", name, block, slot, level);
		return;
	}
	check.run.graph.visit(id, [&](hnsw::ConstNodeRecord other) {
		if (other.header().*back != check.id)
			fault(check, "%s link leads to block %u slot %u, which does not lead back", name, block, slot);
		else if (other.layout->inline_value() && check.run.handle->element() != ElementType::kSparse &&
				 memcmp(other.value(), check.record.value(), other.layout->value_bytes) != 0)
			fault(check, "%s link leads to block %u slot %u, which has another value", name, block, slot);
	});
}

void check_links(const RecordCheck &check)
{
	const NodeHeader &header = check.header;
	if (header.level > 0)
		check_link(check, "down", header.down, header.level - 1, &NodeHeader::up);
	if (header.up != kNoNode)
		check_link(check, "up", header.up, header.level + 1, &NodeHeader::down);
}

/* ---- edges ---- */

void check_factors(const RecordCheck &check, uint32 j)
{
	const float add = check.record.add()[j], scale = check.record.scale()[j];
	const bool vanishes = std::isinf(add) && add > 0;
	if (!std::isfinite(scale) || !(std::isfinite(add) || vanishes))
		fault(check, "neighbour %u has factors %g and %g", j, add, scale);
	else if (check.record.ids()[j] == kNoNode && (!vanishes || scale != 0))
		fault(check, "free slot %u has factors %g and %g", j, add, scale);
}

void check_target(const RecordCheck &check, uint32 j)
{
	const uint32 id = check.record.ids()[j];
	const IndexFormat &format = check.run.handle->format;
	const NodeFact fact = fact_of(check.run, id);
	const BlockNumber block = block_of(format, id);
	const uint32 slot = slot_of(format, id);
	if (!fact.exists())
		fault(check, "neighbour %u at block %u slot %u is not on a node page", j, block, slot);
	else if (!fact.holds_node())
		fault(check, "neighbour %u at block %u slot %u is free", j, block, slot);
	else if (fact.level() != check.header.level)
		fault(check, "neighbour %u at block %u slot %u is of level %d instead of %d", j, block, slot, fact.level(),
			  check.header.level);
}

void check_edges(const RecordCheck &check)
{
	const uint32 *ids = check.record.ids();
	for (uint32 j = 0; j < check.header.slots_used; j++) {
		if (check.record.layout->coded())
			check_factors(check, j);
		if (ids[j] == kNoNode)
			continue;
		if (ids[j] == check.id)
			fault(check, "neighbour %u is the node itself", j);
		for (uint32 k = 0; k < j; k++)
			if (ids[k] == ids[j])
				fault(check, "neighbours %u and %u are the same", k, j);
		if (check.live())
			check_target(check, j);
	}
}

/* ---- codes ---- */

uint32 different_bits(const uint64 *a, const uint64 *b, uint32 words)
{
	uint32 bits = 0;
	for (uint32 w = 0; w < words; w++)
		bits += std::popcount(a[w] ^ b[w]);
	return bits;
}

bool about_equal(float a, float b, float magnitude)
{
	return std::fabs(a - b) <= kFactorTolerance * (std::fabs(a) + std::fabs(b) + magnitude) + 1e-6f;
}

hnsw::ProjectedValue project(const CheckRun &run, const hnsw::Value &value, float *projection)
{
	run.handle->space.project(value, projection);
	const bool inner_product = run.handle->metric() == Metric::kInnerProduct;
	return {value, projection, inner_product ? -run.handle->distance()(value, value) : 0};
}

/* Encodes the edge anew and compares. */
void compare_code(const RecordCheck &check, uint32 j, const hnsw::Value &from_value, const hnsw::Value &to_value)
{
	CheckRun &run = check.run;
	const hnsw::CodeSpace &space = run.handle->space;
	const hnsw::ProjectedValue from = project(run, from_value, run.projections[0]);
	const hnsw::ProjectedValue to = project(run, to_value, run.projections[1]);
	const float distance = run.handle->distance()(from_value, to_value);
	const CodeFactors expected = hnsw::encode_edge(space, from, to, distance, run.scratch, run.code);
	const float add = check.record.add()[j], scale = check.record.scale()[j];
	if (!about_equal(add, expected.add, std::fabs(distance)) || !about_equal(scale, expected.scale, 0)) {
		fault(check, "neighbour %u has factors %g and %g instead of %g and %g", j, add, scale, expected.add,
			  expected.scale);
		return;
	}
	if (expected.scale == 0)
		return; /* the code does not count */
	load_code(check.record.codes(j / kBlockSlots), j % kBlockSlots, run.stored_code, space.padded, space.bits);
	const uint32 words = space.padded / 64 * space.bits;
	const uint32 bits = different_bits(run.code, run.stored_code, words);
	if (bits > kCodeBitsTolerance * 64 * words)
		fault(check, "the code of neighbour %u differs in %u of %u bits from what it should be", j, bits, 64 * words);
}

/* One edge of each record, another one each time: all of them would cost more
 * than building the index did. */
void check_some_code(const RecordCheck &check, const hnsw::Value &value)
{
	const uint32 used = check.header.slots_used;
	if (!check.record.layout->coded() || used == 0)
		return;
	const uint32 j = pg_prng_uint32(&pg_global_prng_state) % used;
	const uint32 id = check.record.ids()[j];
	if (id == kNoNode || !std::isfinite(check.record.add()[j]) || !fact_of(check.run, id).holds_node())
		return;
	void *copy = nullptr; /* reading the neighbour may overwrite a value read before */
	hnsw::Value own = value;
	if (!check.record.layout->inline_value()) {
		const uint32 bytes = check.run.handle->value_bytes(value.data);
		copy = palloc(bytes);
		memcpy(copy, value.data, bytes);
		own.data = copy;
	}
	hnsw::detail::visit_scored(check.run.graph, id, [&](const NodeHeader &header, const void *data) {
		compare_code(check, j, own, {data, header.norm});
	});
	if (copy != nullptr)
		pfree(copy);
}

/* ---- value ---- */

const char *float_fault(const float *values, uint32 count)
{
	for (uint32 i = 0; i < count; i++)
		if (!std::isfinite(values[i]))
			return "has an element that is not finite";
	return nullptr;
}

const char *half_fault(const uint16 *values, uint32 count)
{
	constexpr uint16 kExponent = 0x7c00;
	for (uint32 i = 0; i < count; i++)
		if ((values[i] & kExponent) == kExponent)
			return "has an element that is not finite";
	return nullptr;
}

const char *sparse_fault(const void *data, uint32 dims)
{
	const auto *words = static_cast<const int32 *>(data);
	const int32 count = words[0];
	if (count < 0 || static_cast<uint32>(count) > kMaxNonZero)
		return "has an impossible number of elements";
	for (int32 i = 0; i < count; i++)
		if (words[1 + i] < (i ? words[i] + 1 : 0) || static_cast<uint32>(words[1 + i]) >= dims)
			return "has an index out of order or beyond its dimensions";
	return float_fault(reinterpret_cast<const float *>(words + 1 + count), count);
}

const char *bit_fault(const uint8 *bytes, uint32 dims)
{
	return dims % 8 != 0 && (bytes[dims / 8] & (0xff >> dims % 8)) != 0 ? "has bits beyond its length" : nullptr;
}

/* What is wrong with a value, or null. */
const char *value_fault(const IndexHandle &handle, const void *data)
{
	const uint32 dims = handle.format.dims;
	switch (handle.element()) {
	case ElementType::kFloat32:
		return float_fault(static_cast<const float *>(data), dims);
	case ElementType::kFloat16:
		return half_fault(static_cast<const uint16 *>(data), dims);
	case ElementType::kBit:
		return bit_fault(static_cast<const uint8 *>(data), dims);
	case ElementType::kSparse:
		return sparse_fault(data, dims);
	}
	return "is of an unknown type";
}

void check_norm(const RecordCheck &check, const void *data)
{
	const IndexHandle &handle = *check.run.handle;
	if (handle.metric() != Metric::kCosine)
		return;
	const float norm = hnsw::value_norm(kernels(), handle.element(), handle.format.dims, data);
	if (!(std::fabs(norm - check.header.norm) <= kNormTolerance * norm))
		fault(check, "node has norm %g instead of %g", check.header.norm, norm);
}

/* The node's own code must be that of its value: codes do not depend on who makes
 * them. */
void check_node_code(const RecordCheck &check, const void *data)
{
	CheckRun &run = check.run;
	if (!check.record.layout->node_codes)
		return;
	if (!run.coder.ready()) {
		fault(check, "node has a code, but the index has no model of codes");
		return;
	}
	run.coder.encode(data, run.node_code);
	if (memcmp(run.node_code, check.record.value(), check.record.layout->value_bytes) != 0)
		fault(check, "the node's code is not that of its value");
}

void check_value(const RecordCheck &check)
{
	const NodeHeader &header = check.header;
	const IndexFormat &format = check.run.handle->format;
	if (format.compact && format.exact_in_heap())
		return; /* check_heap.cpp compares codes with the table */
	const void *data = !format.values_apart()
						   ? check.record.value()
						   : check.run.graph.read_value({header.value_block, header.value_item}, nullptr);
	if (data == nullptr) {
		fault(check, "the value at block %u item %u cannot be read", header.value_block, header.value_item);
		return;
	}
	if (const char *what = value_fault(*check.run.handle, data)) {
		fault(check, "the value %s", what);
		return;
	}
	check_norm(check, data);
	check_node_code(check, data);
	check_some_code(check, {data, header.norm});
}

} /* namespace */

void check_record(CheckRun &run, char *page, BlockNumber block, uint32 slot)
{
	const bool upper = page_opaque(page)->kind == PageKind::kUpper;
	const IndexFormat &format = run.handle->format;
	const auto *bytes = reinterpret_cast<const uint8 *>(page) + record_offset(format, upper, slot);
	const hnsw::ConstNodeRecord record = {bytes, &run.handle->layouts[upper]};
	const RecordCheck check = {run, block, slot, node_id(format, block, slot), record, record.header()};
	if (record.header().state == NodeState::kFree || !check_header(check, upper))
		return;
	check_edges(check);
	if (!check.live())
		return;
	check_links(check);
	check_value(check);
}

} /* namespace vecext::pg */
