/*
 * stats.cpp: hnsw_stats(index), one row about an index. Visits every page.
 */
#include "hnsw/inspect.h"

extern "C" {
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

#include "hnsw/access_method.h"
#include "hnsw/drift.h"
#include "hnsw/pending.h"

namespace vecext::pg {

namespace {

struct IndexStats {
	uint64 pages[static_cast<int>(PageKind::kFree) + 1]; /* by kind; [0]: never written */
	uint64 nodes, deleted_nodes, rows, edges;
	uint64 upper_records;
	uint64 pending_rows;
	DriftSample sample;
};

void count_nodes(const IndexHandle &handle, const char *page, IndexStats *stats)
{
	const int cls = level_class(page_opaque(const_cast<char *>(page))->kind);
	for (uint32 slot = 0; slot < handle.format.slots_per_page[cls]; slot++) {
		const auto *bytes = reinterpret_cast<const uint8 *>(page) + record_offset(handle.format, cls, slot);
		const hnsw::ConstNodeRecord record = {bytes, &handle.layouts[cls]};
		const NodeHeader &header = record.header();
		if (header.state == NodeState::kFree)
			continue;
		if (header.level > 0) {
			stats->upper_records++;
			continue;
		}
		stats->deleted_nodes += header.state == NodeState::kDeleted;
		if (header.state != NodeState::kLive)
			continue;
		stats->nodes++;
		stats->rows += header.row_count;
		stats->sample.add(record);
		for (uint32 j = 0; j < Min(header.slots_used, record.layout->slots); j++)
			stats->edges += record.ids()[j] != kNoNode;
	}
}

void count_pending(const IndexFormat &format, char *page, IndexStats *stats)
{
	const uint32 count = Min(pending_header(page)->count, pending_capacity(format));
	for (uint32 i = 0; i < count; i++)
		stats->pending_rows += pending_entry(page, format, i)->state <= PendingState::kWritten;
}

void count_page(const IndexHandle &handle, char *page, IndexStats *stats)
{
	if (PageIsNew(page)) {
		stats->pages[0]++;
		return;
	}
	const PageKind kind = page_opaque(page)->kind;
	if (kind < PageKind::kMeta || kind > PageKind::kFree)
		return; /* hnsw_check() reports it */
	stats->pages[static_cast<int>(kind)]++;
	if (is_node_page(page))
		count_nodes(handle, page, stats);
	else if (kind == PageKind::kPending)
		count_pending(handle.format, page, stats);
}

IndexStats count_pages(Relation index, const IndexHandle &handle, BlockNumber blocks)
{
	alignas(MAXIMUM_ALIGNOF) char page[BLCKSZ];
	IndexStats stats = {};
	stats.sample.init(&handle, CurrentMemoryContext);
	BufferAccessStrategy strategy = GetAccessStrategy(BAS_BULKREAD);
	for (BlockNumber block = 0; block < blocks; block++) {
		CHECK_FOR_INTERRUPTS();
		copy_page(index, block, strategy, page);
		count_page(handle, page, &stats);
	}
	return stats;
}

const char *metric_name(Metric metric)
{
	static const char *const names[] = {"l2", "inner_product", "cosine", "l1", "hamming", "jaccard"};
	return names[static_cast<int>(metric)];
}

/* Fills a row of the function's result type, column after column. */
class StatsRow {
public:
	void text(const char *value) { add(CStringGetTextDatum(value)); }
	void number(uint64 value) { add(Int64GetDatum(static_cast<int64>(value))); }
	void small(uint32 value) { add(Int32GetDatum(static_cast<int32>(value))); }
	void real(double value) { add(Float8GetDatum(value)); }
	void null()
	{
		nulls_[count_] = true;
		add(0);
	}
	Datum tuple(TupleDesc descriptor)
	{
		Assert(count_ == descriptor->natts);
		return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), values_, nulls_));
	}

private:
	static constexpr int kColumns = 32;
	void add(Datum value)
	{
		Assert(count_ < kColumns);
		values_[count_++] = value;
	}
	Datum values_[kColumns] = {};
	bool nulls_[kColumns] = {};
	int count_ = 0;
};

/* Of a neighbour's code, or of a node's own. */
uint32 code_bits_of(const IndexFormat &format, const NodeCodeState &codes)
{
	if (!format.compact)
		return format.code_bits;
	return codes.kind == static_cast<uint8>(QuantizerKind::kRabitq) ? codes.bits : 0;
}

void put_format(StatsRow *row, const IndexHandle &handle, const NodeCodeState &codes, const OpclassTraits &traits)
{
	const IndexFormat &format = handle.format;
	row->small(format.version);
	row->text(traits.type_name);
	row->text(metric_name(handle.metric()));
	row->small(format.dims);
	row->small(format.m);
	row->small(format.ef_construction);
	row->small(code_bits_of(format, codes));
	row->text(format.values_apart() ? "value pages" : format.exact_in_heap() ? "table" : "record");
	row->small(format.record_bytes[0]);
}

/* Columns that came later stand at the end. */
void put_codes(StatsRow *row, const IndexFormat &format, const NodeCodeState &codes)
{
	const auto exact = static_cast<ElementType>(format.element);
	row->text(format.compact ? "compact" : format.code_bits ? "inline" : "plain");
	row->text(format.compact     ? quantizer_name(static_cast<QuantizerKind>(codes.kind))
			  : format.code_bits ? "rabitq"
								 : "none");
	row->text(format.exact_in_heap()           ? "heap"
			  : exact == ElementType::kFloat32 ? "float32"
			  : exact == ElementType::kFloat16 ? "float16"
											   : "as is");
}

void put_counts(StatsRow *row, const IndexStats &stats, const IndexState &state, BlockNumber blocks)
{
	auto pages = [&](PageKind kind) { row->number(stats.pages[static_cast<int>(kind)]); };
	row->number(stats.nodes);
	row->number(stats.rows);
	row->number(stats.deleted_nodes);
	row->number(stats.upper_records);
	row->real(stats.nodes > 0 ? static_cast<double>(stats.edges) / static_cast<double>(stats.nodes) : 0);
	row->small(state.entry_point == kNoNode ? 0 : state.entry_level + 1);
	row->number(stats.pending_rows);
	row->small(state.centre_version);
	row->number(uint64{blocks} * BLCKSZ);
	pages(PageKind::kNode);
	pages(PageKind::kUpper);
	pages(PageKind::kValue);
	pages(PageKind::kPending);
	row->number(stats.pages[static_cast<int>(PageKind::kFree)] + stats.pages[0]);
}

void put_drift(StatsRow *row, IndexStats &stats, const InspectedIndex &inspected)
{
	QuantizerDrift drift;
	uint32 trained_rows;
	if (!stats.sample.measure(inspected.heap, inspected.index, GetActiveSnapshot(), &drift, &trained_rows)) {
		for (int i = 0; i < 5; i++)
			row->null();
		return;
	}
	row->small(trained_rows);
	row->real(drift.estimate_error);
	row->real(drift.error_ratio);
	row->real(drift.saturated);
	row->real(drift.displacement);
}

Datum stats_of(const InspectedIndex &inspected, TupleDesc descriptor)
{
	const MetaPage meta = read_meta(inspected.index);
	const IndexHandle *handle = copy_handle(cached_handle(inspected.index, meta), CurrentMemoryContext);
	const BlockNumber blocks = RelationGetNumberOfBlocks(inspected.index);
	IndexStats stats = count_pages(inspected.index, *handle, blocks);
	StatsRow row;
	put_format(&row, *handle, meta.codes, opclass_traits(inspected.index));
	put_counts(&row, stats, meta.state, blocks);
	put_codes(&row, handle->format, meta.codes);
	put_drift(&row, stats, inspected);
	return row.tuple(descriptor);
}

} /* namespace */

} /* namespace vecext::pg */

VECEXT_FUNCTION(hnsw_stats)
{
	using namespace vecext::pg;
	TupleDesc descriptor;
	if (get_call_result_type(fcinfo, nullptr, &descriptor) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	const InspectedIndex inspected = open_inspected(PG_GETARG_OID(0), AccessShareLock);
	const Datum result = stats_of(inspected, descriptor);
	close_inspected(inspected);
	PG_RETURN_DATUM(result);
}
