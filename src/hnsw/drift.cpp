/*
 * drift.cpp: see drift.h.
 */
#include "hnsw/drift.h"

extern "C" {
#include "utils/memutils.h"
}

#include "hnsw/heap_values.h"
#include "pg/error.h"

namespace vecext::pg {

namespace {

/* Exact values of nodes, from wherever they are. */
struct ExactValues {
	const IndexHandle *handle;
	PageGraph graph;
	HeapValues *heap; /* null: the index has them */
	float *wide;

	/* Null when the value is gone, or not visible. */
	const float *of(const NodeHeader &header)
	{
		const IndexFormat &format = handle->format;
		if (heap == nullptr) {
			const void *value = graph.read_value({header.value_block, header.value_item}, nullptr);
			return value ? widened(format, value, wide) : nullptr;
		}
		Datum datum;
		if (!fetch_heap_value(heap, header.rows[0], &datum))
			return nullptr;
		return widened(format, value_from_datum(format, datum).value.data, wide);
	}
};

} /* namespace */

void DriftSample::init(const IndexHandle *handle, MemoryContext context)
{
	if (!handle->compact())
		return;
	const Arena arena = context_arena(context);
	handle_ = handle;
	context_ = context;
	choice_ = ReservoirSample(kNodes, handle->format.rotation_seed);
	headers_ = arena.allocate<NodeHeader>(kNodes);
	codes_ = arena.allocate<uint8>(Size{kNodes} * handle->format.value_bytes);
}

void DriftSample::add(const hnsw::ConstNodeRecord &record)
{
	if (handle_ == nullptr)
		return;
	const uint32 place = choice_.next();
	if (place >= kNodes)
		return;
	const uint32 bytes = handle_->format.value_bytes;
	headers_[place] = record.header();
	memcpy(codes_ + Size{place} * bytes, record.value(), bytes);
}

bool DriftSample::measure(Relation heap, Relation index, Snapshot snapshot, QuantizerDrift *drift, uint32 *trained_rows)
{
	const Quantizer *quantizer = handle_ ? hold_quantizer(index, read_meta(index), context_) : nullptr;
	if (quantizer == nullptr)
		return false;
	const uint32 dims = handle_->format.dims, bytes = handle_->format.value_bytes;
	const Arena arena = context_arena(context_);
	auto *rows = arena.allocate<float>(Size{kNodes} * dims);
	ExactValues exact = {handle_, {}, nullptr, arena.allocate<float>(dims)};
	exact.graph.init(index, handle_, context_);
	if (handle_->format.exact_in_heap())
		exact.heap = open_heap_values(heap, index, snapshot);
	uint32 count = 0;
	for (uint32 i = 0; i < choice_.filled(); i++) {
		CHECK_FOR_INTERRUPTS();
		const float *value = exact.of(headers_[i]);
		if (value == nullptr)
			continue;
		memcpy(rows + Size{count} * dims, value, sizeof(float) * dims);
		memmove(codes_ + Size{count} * bytes, codes_ + Size{i} * bytes, bytes);
		count++;
	}
	if (exact.heap != nullptr)
		close_heap_values(exact.heap);
	raise_if_error(measure_drift(*quantizer, rows, codes_, bytes, count, drift));
	*trained_rows = quantizer->trained_rows();
	return true;
}

} /* namespace vecext::pg */
