/*
 * index_handle.cpp: choosing and caching an index's format.
 */
#include "hnsw/index_handle.h"

extern "C" {
#include "utils/memutils.h"
}

#include "hnsw/options.h"
#include "hnsw/value_pages.h"

namespace vecext::pg {

namespace {

/* Below this, distances are so cheap that codes only cost. */
constexpr uint32 kMinCodedDims = 24;

/* The largest number of bits per dimension with bits x dims near 256 (measured:
 * layouts with more bits spill or read more than their accuracy saves). */
int preferred_code_bits(uint32 dims)
{
	if (dims <= 64)
		return 4;
	return dims <= 160 ? 2 : 1;
}

bool has_estimator(const FormatRequest &request)
{
	const bool dense = request.element == ElementType::kFloat32 || request.element == ElementType::kFloat16;
	return dense && (request.metric == Metric::kL2 || request.metric == Metric::kInnerProduct ||
					 request.metric == Metric::kCosine);
}

NodeLayout layout_for(const FormatRequest &request, int code_bits, bool inline_value, bool upper)
{
	const uint32 neighbours = upper ? request.m : 2 * request.m;
	return hnsw::make_node_layout(request.metric, request.element, request.dims, code_bits, neighbours,
								  inline_value ? request.value_bytes : 0);
}

bool fits_page(const FormatRequest &request, int code_bits, bool inline_value)
{
	return layout_for(request, code_bits, inline_value, false).record_bytes <= kPageRoom;
}

/* In order of preference: fewer bits before the value leaves the record, a plain
 * record before codes that do not fit. */
bool choose_layout(const FormatRequest &request, int first_bits, int *code_bits, bool *inline_value)
{
	for (int bits = first_bits; bits > 0; bits /= 2)
		if (request.value_bytes && fits_page(request, bits, true)) {
			*code_bits = bits;
			*inline_value = true;
			return true;
		}
	if (first_bits > 0 && fits_page(request, 1, false)) {
		*code_bits = 1;
		*inline_value = false;
		return true;
	}
	*code_bits = 0;
	/* Reading a neighbour reads its value: together when that is small. */
	*inline_value = request.value_bytes && request.value_bytes <= kPageRoom / 4;
	return fits_page(request, 0, *inline_value);
}

int first_bits(const FormatRequest &request)
{
	if (!has_estimator(request)) {
		if (request.code_bits > 0)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("code_bits = %d is not supported for this operator class", request.code_bits),
							errhint("Leave code_bits at auto, or set it to 0.")));
		return 0;
	}
	if (request.code_bits != kCodeBitsAuto)
		return request.code_bits;
	return request.dims < kMinCodedDims ? 0 : preferred_code_bits(request.dims);
}

} /* namespace */

void layouts_of(const IndexFormat &format, NodeLayout layouts[2])
{
	FormatRequest request = {static_cast<Metric>(format.metric),
							 static_cast<ElementType>(format.element),
							 format.dims,
							 format.m,
							 format.ef_construction,
							 0,
							 format.value_bytes};
	for (int upper = 0; upper < 2; upper++)
		layouts[upper] = layout_for(request, format.code_bits, format.value_bytes != 0, upper != 0);
}

IndexFormat choose_format(const FormatRequest &request)
{
	int code_bits;
	bool inline_value;
	const int wanted = first_bits(request);
	if (!choose_layout(request, wanted, &code_bits, &inline_value))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an hnsw node with m = %d does not fit a page", request.m), errhint("Use a smaller m.")));
	if (request.code_bits > 0 && code_bits != request.code_bits)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a node with code_bits = %d, m = %d and %u dimensions does not fit a page",
							   request.code_bits, request.m, request.dims),
						errhint("Use a smaller code_bits or m, or leave code_bits at auto.")));
	IndexFormat format = {};
	format.magic = kMetaMagic;
	format.version = kFormatVersion;
	format.metric = static_cast<uint8>(request.metric);
	format.element = static_cast<uint8>(request.element);
	format.code_bits = code_bits;
	format.pending_bits = code_bits;
	format.dims = request.dims;
	format.m = request.m;
	format.ef_construction = request.ef_construction;
	format.value_bytes = inline_value ? request.value_bytes : 0;
	format.rotation_seed = UINT64CONST(0x9e3779b97f4a7c15);
	NodeLayout layouts[2];
	layouts_of(format, layouts);
	for (int i = 0; i < 2; i++) {
		format.slots[i] = layouts[i].slots;
		format.record_bytes[i] = layouts[i].record_bytes;
		format.slots_per_page[i] = kPageRoom / layouts[i].record_bytes;
	}
	while ((1u << format.slot_bits) < Max(format.slots_per_page[0], format.slots_per_page[1]))
		format.slot_bits++;
	const Size code = format.pending_bits ? code_bytes(padded_dims(request.dims), format.pending_bits) : 0;
	format.pending_entry_bytes = MAXALIGN(sizeof(PendingEntry) + code);
	return format;
}

namespace {

void *allocate_in_context(void *context, size_t bytes)
{
	return MemoryContextAllocHuge(static_cast<MemoryContext>(context), bytes);
}

/* Hands out pieces of one chunk, or only counts when there is none yet. */
struct ChunkArena {
	char *base;
	Size used;

	static void *allocate(void *context, size_t bytes)
	{
		auto *self = static_cast<ChunkArena *>(context);
		const Size offset = MAXALIGN(self->used);
		self->used = offset + bytes;
		return self->base + offset;
	}
};

Size handle_bytes(const IndexFormat &format)
{
	const Size padded = padded_dims(format.dims);
	const Size code_space = padded * (Rotation::kRounds + 1) * sizeof(float) + 8 * MAXIMUM_ALIGNOF;
	return MAXALIGN(sizeof(IndexHandle)) + (format.code_bits ? code_space : 0);
}

const float *read_centre(Relation index, const MetaPage &meta)
{
	const uint32 size = meta.format.dims * sizeof(float);
	float *centre = static_cast<float *>(palloc0(size));
	uint32 bytes = size;
	if (meta.state.centre_version > 0 &&
		(!copy_value(index, meta.state.centre, nullptr, centre, size, &bytes) || bytes != size))
		ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
						errmsg("the centre of hnsw index \"%s\" is missing at block %u item %u",
							   RelationGetRelationName(index), meta.state.centre.block, meta.state.centre.item),
						errhint("Please REINDEX it.")));
	return centre;
}

void check_layouts(Relation index, const IndexHandle &handle)
{
	for (int i = 0; i < 2; i++)
		if (handle.layouts[i].record_bytes != handle.format.record_bytes[i] ||
			handle.layouts[i].slots != handle.format.slots[i])
			ereport(ERROR,
					(errcode(ERRCODE_INDEX_CORRUPTED),
					 errmsg("hnsw index \"%s\" was written with another record layout", RelationGetRelationName(index)),
					 errhint("Please REINDEX it.")));
}

} /* namespace */

Arena context_arena(MemoryContext context)
{
	return {allocate_in_context, context};
}

const IndexHandle *cached_handle(Relation index, const MetaPage &meta)
{
	auto *cached = static_cast<IndexHandle *>(index->rd_amcache);
	if (cached != nullptr && cached->centre_version == meta.state.centre_version)
		return cached;
	const float *centre = meta.format.code_bits ? read_centre(index, meta) : nullptr;
	const Size bytes = handle_bytes(meta.format);
	/* Reading the centre may have taken an invalidation: look again. */
	if (index->rd_amcache != nullptr)
		pfree(index->rd_amcache);
	index->rd_amcache = nullptr;
	auto *handle = static_cast<IndexHandle *>(MemoryContextAllocZero(index->rd_indexcxt, bytes));
	handle->chunk_bytes = bytes;
	handle->format = meta.format;
	handle->centre_version = meta.state.centre_version;
	layouts_of(meta.format, handle->layouts);
	check_layouts(index, *handle);
	if (meta.format.code_bits) {
		ChunkArena chunk = {reinterpret_cast<char *>(handle), sizeof(IndexHandle)};
		handle->space.init({ChunkArena::allocate, &chunk}, handle->metric(), handle->element(), meta.format.dims,
						   meta.format.code_bits, meta.format.rotation_seed, centre);
		if (chunk.used > bytes)
			elog(ERROR, "hnsw index handle needs %zu bytes instead of %zu", chunk.used, bytes);
		pfree(const_cast<float *>(centre));
	}
	index->rd_amcache = handle;
	return handle;
}

const IndexHandle *copy_handle(const IndexHandle *handle, MemoryContext context)
{
	auto *copy = static_cast<IndexHandle *>(MemoryContextAlloc(context, handle->chunk_bytes));
	memcpy(static_cast<void *>(copy), handle, handle->chunk_bytes);
	const ptrdiff_t moved = reinterpret_cast<const char *>(copy) - reinterpret_cast<const char *>(handle);
	if (copy->coded()) {
		copy->space.rotation.relocate(moved);
		copy->space.centre =
			reinterpret_cast<const float *>(reinterpret_cast<const char *>(copy->space.centre) + moved);
	}
	return copy;
}

} /* namespace vecext::pg */
