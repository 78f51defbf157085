/*
 * index_handle.cpp: choosing and caching an index's format.
 */
#include "hnsw/index_handle.h"

extern "C" {
#include "utils/memutils.h"
}

#include "hnsw/node_codes.h"
#include "hnsw/options.h"
#include "hnsw/value_pages.h"

namespace vecext::pg {

namespace {

/* Below this, distances are so cheap that codes only cost. */
constexpr uint32 kMinCodedDims = 24;

/* What a format is chosen for. */
struct FormatRequest {
	const HnswOptions &options;
	Metric metric;
	ElementType element; /* of exact values */
	uint32 dims;
	uint32 value_bytes; /* 0 when values differ in size */
};

bool is_dense(ElementType element)
{
	return element == ElementType::kFloat32 || element == ElementType::kFloat16;
}

bool has_estimator(Metric metric, ElementType element)
{
	return is_dense(element) && (metric == Metric::kL2 || metric == Metric::kInnerProduct || metric == Metric::kCosine);
}

NodeLayout layout_for(const FormatRequest &request, int code_bits, bool inline_value, bool upper)
{
	const uint32 neighbours = upper ? request.options.m : 2 * request.options.m;
	return hnsw::make_node_layout(request.metric, request.element, request.dims, code_bits, neighbours,
								  inline_value ? request.value_bytes : 0);
}

bool fits_page(const FormatRequest &request, int code_bits, bool inline_value)
{
	return layout_for(request, code_bits, inline_value, false).record_bytes <= kPageRoom;
}

[[noreturn]] void refuse_for_class(const char *option, const char *value, const char *hint)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s = %s is not supported for this operator class", option, value), errhint("%s", hint)));
}

/* ---- which layout ---- */

/* Bits of edges' codes to begin with. */
int first_bits(const FormatRequest &request)
{
	return request.options.code_bits > 0 ? request.options.code_bits : preferred_code_bits(request.dims);
}

/* Fewer bits before the value leaves the record. */
bool choose_inline(const FormatRequest &request, IndexFormat *format)
{
	for (int bits = first_bits(request); bits > 0; bits /= 2)
		if (fits_page(request, bits, true)) {
			format->code_bits = bits;
			format->value_bytes = request.value_bytes;
			return true;
		}
	format->code_bits = 1;
	format->value_bytes = 0;
	return fits_page(request, 1, false);
}

bool is_inline_bits(int bits)
{
	return bits == kCodeBitsAuto || bits == 1 || bits == 2 || bits == 4;
}

/* `auto` without an option that asks for something else: plain where codes do not
 * pay, inline where a record fits a page, else compact. */
LayoutOption default_layout(const FormatRequest &request)
{
	const HnswOptions &options = request.options;
	const bool wants_codes = options.quantization == QuantizationOption::kRabitq || options.code_bits > 0;
	if (!has_estimator(request.metric, request.element))
		return LayoutOption::kPlain;
	if (request.dims < kMinCodedDims && !wants_codes)
		return LayoutOption::kPlain;
	IndexFormat format;
	return is_inline_bits(options.code_bits) && choose_inline(request, &format) ? LayoutOption::kInline
																				: LayoutOption::kCompact;
}

LayoutOption resolve_layout(const FormatRequest &request)
{
	const HnswOptions &options = request.options;
	if (options.layout != LayoutOption::kAuto)
		return options.layout;
	if (options.quantization == QuantizationOption::kNone || options.code_bits == 0)
		return LayoutOption::kPlain;
	if (options.exact == ExactOption::kHeap || options.quantization == QuantizationOption::kScalar ||
		options.quantization == QuantizationOption::kBinary || options.quantization == QuantizationOption::kProduct)
		return LayoutOption::kCompact;
	return default_layout(request);
}

void check_operator_class(const FormatRequest &request, LayoutOption layout)
{
	const HnswOptions &options = request.options;
	const bool estimator = has_estimator(request.metric, request.element);
	if (!estimator && options.code_bits > 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("code_bits = %d is not supported for this operator class", options.code_bits),
						errhint("Leave code_bits at auto, or set it to 0.")));
	if (!estimator && options.quantization == QuantizationOption::kRabitq)
		refuse_for_class("quantization", "rabitq", "RaBitQ codes exist for L2, inner product and cosine distance.");
	if (!estimator && layout == LayoutOption::kInline)
		refuse_for_class("layout", "inline", "Its codes exist for L2, inner product and cosine distance.");
	if (!is_dense(request.element) && layout == LayoutOption::kCompact)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("codes of vectors are not supported for this operator class"),
						errhint("They exist for vector and halfvec: leave layout, quantization and exact out.")));
}

/* ---- the format ---- */

void fill_inline(const FormatRequest &request, IndexFormat *format)
{
	if (!choose_inline(request, format))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("a node with m = %d and %u dimensions does not fit a page with codes of its neighbours",
							   request.options.m, request.dims),
						errhint("Use layout = compact, or a smaller m.")));
	if (request.options.code_bits > 0 && format->code_bits != request.options.code_bits)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("a node with code_bits = %d, m = %d and %u dimensions does not fit a page",
							   request.options.code_bits, request.options.m, request.dims),
						errhint("Use a smaller code_bits or m, or leave code_bits at auto.")));
	format->pending_bits = format->code_bits;
}

void fill_plain(const FormatRequest &request, IndexFormat *format)
{
	/* Reading a neighbour reads its value: together when that is small. */
	const bool inline_value = request.value_bytes && request.value_bytes <= kPageRoom / 4;
	format->value_bytes = inline_value ? request.value_bytes : 0;
}

/* Fewer bits where several nodes would else not share a page. */
NodeCodeState fitting_codes(const FormatRequest &request, IndexFormat format)
{
	NodeCodeState codes = choose_node_codes(request.options, request.metric, request.dims);
	for (; request.options.code_bits == kCodeBitsAuto && codes.bits > 1; codes.bits /= 2) {
		NodeLayout layouts[2];
		format.value_bytes = node_code_bytes(format, codes);
		layouts_of(format, layouts);
		if (layouts[0].record_bytes <= kPageRoom / 3)
			break;
	}
	return codes;
}

void fill_compact(const FormatRequest &request, IndexFormat *format, NodeCodeState *codes)
{
	format->compact = 1;
	format->feature_flags |= kFeatureCompact;
	if (has_estimator(request.metric, request.element))
		format->pending_bits = preferred_code_bits(request.dims);
	*codes = fitting_codes(request, *format);
	format->value_bytes = node_code_bytes(*format, *codes);
}

/* What follows from the rest. */
void fill_sizes(IndexFormat *format)
{
	NodeLayout layouts[2];
	layouts_of(*format, layouts);
	for (int i = 0; i < 2; i++) {
		if (layouts[i].record_bytes > kPageRoom)
			ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
							errmsg("an hnsw node with m = %d does not fit a page", format->m),
							errhint(format->compact ? "Use a smaller m, or smaller codes." : "Use a smaller m.")));
		format->slots[i] = layouts[i].slots;
		format->record_bytes[i] = layouts[i].record_bytes;
		format->slots_per_page[i] = kPageRoom / layouts[i].record_bytes;
	}
	while ((1u << format->slot_bits) < Max(format->slots_per_page[0], format->slots_per_page[1]))
		format->slot_bits++;
	const Size code = format->pending_bits ? code_bytes(padded_dims(format->dims), format->pending_bits) : 0;
	format->pending_entry_bytes = MAXALIGN(sizeof(PendingEntry) + code);
}

/* The elements that exact values have. */
ElementType exact_element(const HnswOptions &options, ElementType column)
{
	if (options.exact == ExactOption::kFloat16 && !is_dense(column))
		refuse_for_class("exact", "float16", "Leave exact out.");
	if (options.exact == ExactOption::kFloat32 && column != ElementType::kFloat32)
		refuse_for_class("exact", "float32", "Leave exact out: values are stored as they are.");
	return options.exact == ExactOption::kFloat16 ? ElementType::kFloat16 : column;
}

} /* namespace */

/* The largest number of bits per dimension with bits x dims near 256 (measured:
 * layouts with more bits spill or read more than their accuracy saves). */
int preferred_code_bits(uint32 dims)
{
	if (dims <= 64)
		return 4;
	return dims <= 160 ? 2 : 1;
}

void layouts_of(const IndexFormat &format, NodeLayout layouts[2])
{
	const auto metric = static_cast<Metric>(format.metric);
	const auto element = static_cast<ElementType>(format.element);
	for (int upper = 0; upper < 2; upper++) {
		/* A compact index is built with codes of neighbours, where these exist: its
		 * nodes have as many slots as they are built with. */
		const uint32 wanted = upper ? format.m : 2u * format.m;
		const uint32 neighbours = format.compact && format.pending_bits ? TYPEALIGN(kBlockSlots, wanted) : wanted;
		layouts[upper] = format.compact
							 ? hnsw::make_compact_layout(metric, element, format.dims, neighbours, format.value_bytes)
							 : hnsw::make_node_layout(metric, element, format.dims, format.code_bits, neighbours,
													  format.value_bytes);
	}
}

IndexFormat choose_format(const HnswOptions &options, Metric metric, ElementType column, uint32 dims,
						  NodeCodeState *codes)
{
	const ElementType element = exact_element(options, column);
	const uint32 bytes = element == ElementType::kSparse ? 0 : hnsw::value_size(element, dims, nullptr);
	const FormatRequest request = {options, metric, element, dims, bytes};
	const LayoutOption layout = resolve_layout(request);
	check_operator_class(request, layout);
	IndexFormat format = {};
	format.magic = kMetaMagic;
	format.version = kFormatVersion;
	format.metric = static_cast<uint8>(metric);
	format.element = static_cast<uint8>(element);
	format.dims = dims;
	format.m = options.m;
	format.ef_construction = options.ef_construction;
	format.rotation_seed = UINT64CONST(0x9e3779b97f4a7c15);
	if (element != column) {
		format.exact |= kExactNarrowed;
		format.feature_flags |= kFeatureNarrowed;
	}
	if (options.exact == ExactOption::kHeap)
		format.exact |= kExactInHeap;
	if (layout == LayoutOption::kInline)
		fill_inline(request, &format);
	else if (layout == LayoutOption::kCompact)
		fill_compact(request, &format, codes);
	else
		fill_plain(request, &format);
	fill_sizes(&format);
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
	return MAXALIGN(sizeof(IndexHandle)) + (format.pending_bits ? code_space : 0);
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
	const float *centre = meta.format.pending_bits ? read_centre(index, meta) : nullptr;
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
	if (meta.format.pending_bits) {
		ChunkArena chunk = {reinterpret_cast<char *>(handle), sizeof(IndexHandle)};
		handle->space.init({ChunkArena::allocate, &chunk}, handle->metric(), handle->element(), meta.format.dims,
						   meta.format.pending_bits, meta.format.rotation_seed, centre);
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
	if (copy->has_space()) {
		copy->space.rotation.relocate(moved);
		copy->space.centre =
			reinterpret_cast<const float *>(reinterpret_cast<const char *>(copy->space.centre) + moved);
	}
	return copy;
}

} /* namespace vecext::pg */
