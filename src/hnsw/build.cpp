/*
 * build.cpp: ambuild and ambuildempty.
 *
 * The table is read into memory and the graph built there by threads of the core
 * (include/vecext/hnsw/build.h), which know nothing of PostgreSQL; this process
 * meanwhile reports progress and looks for interrupts. Then the records are
 * copied to pages in the order of the graph, ids translated, and these are logged
 * and written (bulk_pages.h). Rows that no longer fit maintenance_work_mem are
 * inserted into the pages one batch of the heap scan after the other; then
 * nothing is logged until the end, when all pages are.
 */
#include "hnsw/access_method.h"

extern "C" {
#include "access/tableam.h"
#include "access/xloginsert.h"
#include "catalog/index.h"
#include "commands/progress.h"
#include "optimizer/plancat.h"
#include "pgstat.h"
#include "utils/memutils.h"
}

#include <atomic>
#include <memory>
#include <unistd.h>

#include "hnsw/bulk_pages.h"
#include "hnsw/graph_writer.h"
#include "hnsw/node_codes.h"
#include "hnsw/options.h"
#include "hnsw/value_pages.h"
#include "pg/error.h"
#include "pg/injection.h"

#include "vecext/hnsw/build.h"
#include "vecext/threads.h"

namespace vecext::pg {

namespace {

struct Build {
	Relation heap, index;
	IndexFormat format;
	NodeCodeState codes;
	const Quantizer *model; /* compact indexes, once it is trained */
	NodeLayout layouts[2];
	MemoryContext context;
	MemoryContext row_context;
	hnsw::GraphBuilder *builder;
	std::atomic<uint64_t> linked; /* rows */
	bool in_memory;               /* rows go to the builder, else to the writer */
	GraphWriter *writer;
	double rows;          /* indexed */
	uint64 written_nodes; /* by the writer */
	uint32 unindexed;     /* kUnindexed bits of rows left out */
	/* Where levels begin on pages. */
	BlockNumber first_node_block, first_upper_block;
	uint32 *new_ids;                          /* of level 0, by id in memory */
	uint32 level_starts[hnsw::kMaxLevel + 2]; /* upper records before a level's */
};

/* ---- progress ---- */

/* Begins a phase that counts up to `total` of what `total_param` says. */
void begin_phase(int64 phase, int total_param, double total)
{
	const int done_param =
		total_param == PROGRESS_CREATEIDX_TUPLES_TOTAL ? PROGRESS_CREATEIDX_TUPLES_DONE : PROGRESS_SCAN_BLOCKS_DONE;
	const int params[] = {PROGRESS_CREATEIDX_SUBPHASE, total_param, done_param};
	const int64 values[] = {phase, static_cast<int64>(total), 0};
	pgstat_progress_update_multi_param(3, params, values);
}

void report_tuples(double done)
{
	pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, static_cast<int64>(done));
}

void report_blocks(BlockNumber done)
{
	pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_DONE, done);
}

/* How many rows the table has, by its size. */
double estimated_rows(Relation heap)
{
	BlockNumber pages;
	double tuples, all_visible;
	estimate_rel_size(heap, nullptr, &pages, &tuples, &all_visible);
	return tuples;
}

/* ---- the metapage ---- */

void fill_meta(Page page, const IndexFormat &format, const NodeCodeState &codes)
{
	init_page(page, PageKind::kMeta);
	MetaPage *meta = meta_page(page);
	memset(static_cast<void *>(meta), 0, sizeof *meta);
	meta->format = format;
	meta->codes = codes;
	meta->state.entry_point = kNoNode;
	meta->state.free_nodes[0] = meta->state.free_nodes[1] = InvalidBlockNumber;
	meta->state.pending_head = meta->state.pending_tail = InvalidBlockNumber;
	meta->state.centre.block = InvalidBlockNumber;
	reinterpret_cast<PageHeader>(page)->pd_lower =
		reinterpret_cast<char *>(meta) + sizeof *meta - reinterpret_cast<char *>(page);
}

IndexFormat format_for(Relation index, NodeCodeState *codes)
{
	const OpclassTraits &traits = opclass_traits(index);
	*codes = {};
	codes->model.block = InvalidBlockNumber;
	return choose_format(options_of(index), traits.metric, traits.element, index_dims(index), codes);
}

void create_meta(Relation index, const IndexFormat &format, const NodeCodeState &codes, ForkNumber fork)
{
	Buffer buffer = extend_index(index, fork);
	Assert(BufferGetBlockNumber(buffer) == kMetaBlock);
	fill_meta(BufferGetPage(buffer), format, codes);
	MarkBufferDirty(buffer);
	UnlockReleaseBuffer(buffer);
}

/* Changes the metapage of an index under construction. */
template <class F> void update_meta(Relation index, F f)
{
	Buffer buffer = ReadBuffer(index, kMetaBlock);
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	f(*meta_page(BufferGetPage(buffer)));
	MarkBufferDirty(buffer);
	UnlockReleaseBuffer(buffer);
}

/* ---- building in memory ---- */

void delete_builder(void *builder)
{
	delete static_cast<hnsw::GraphBuilder *>(builder);
}

int build_threads()
{
	const int cpus = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
	return Max(1, Min(1 + max_parallel_maintenance_workers, cpus));
}

void start_builder(Build *build)
{
	hnsw::BuildOptions options = {};
	options.metric = static_cast<Metric>(build->format.metric);
	options.element = static_cast<ElementType>(build->format.element);
	options.dims = build->format.dims;
	options.m = build->format.m;
	options.ef_construction = build->format.ef_construction;
	/* In memory compact records are as others with codes of neighbours, which make
	 * a build several times as fast. */
	const bool compact = build->format.compact != 0;
	options.code_bits = compact ? build->format.pending_bits : build->format.code_bits;
	options.value_bytes =
		compact ? hnsw::value_size(options.element, options.dims, nullptr) : build->format.value_bytes;
	options.seed = build->format.rotation_seed;
	options.threads = build_threads();
	options.memory_limit = static_cast<size_t>(maintenance_work_mem) * 1024;
	build->builder = new (std::nothrow) hnsw::GraphBuilder();
	if (build->builder == nullptr)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	/* Its memory is malloc's: an error that leaves the build must free it too. */
	auto *callback =
		static_cast<MemoryContextCallback *>(MemoryContextAllocZero(build->context, sizeof(MemoryContextCallback)));
	callback->func = delete_builder;
	callback->arg = build->builder;
	MemoryContextRegisterResetCallback(build->context, callback);
	raise_if_error(build->builder->init(options));
}

/* Called about every 50 ms while threads build. Must not raise errors. */
bool poll_build(void *context)
{
	auto *build = static_cast<Build *>(context);
	report_tuples(static_cast<double>(build->linked.load(std::memory_order_relaxed)));
	return InterruptPending;
}

/* Inserts what was loaded into the graph. An interrupt that does not end the
 * query only interrupts the work. */
void link_loaded(Build *build)
{
	begin_phase(kPhaseGraph, PROGRESS_CREATEIDX_TUPLES_TOTAL, build->rows);
	for (;;) {
		const Status status = build->builder->link_pending(poll_build, build, &build->linked);
		if (status.is_ok())
			break;
		if (status.kind() != ErrorKind::kCancelled)
			raise(status);
		CHECK_FOR_INTERRUPTS();
	}
	poll_build(build);
}

/* ---- writing pages ---- */

uint32 paged_id(const IndexFormat &format, BlockNumber first_block, int level_class, uint32 position)
{
	const uint32 per_page = format.slots_per_page[level_class];
	return node_id(format, first_block + position / per_page, position % per_page);
}

uint32 upper_id(const Build *build, int level, uint32 id)
{
	return paged_id(build->format, build->first_upper_block, 1, build->level_starts[level] + id);
}

/* The id on pages of a record in memory. */
uint32 translated(const Build *build, int level, uint32 id)
{
	if (id == kNoNode)
		return kNoNode;
	return level == 0 ? build->new_ids[id] : upper_id(build, level, id);
}

/* Copies header and edges, and makes the code. */
void copy_to_compact(const NodeRecord &from, const NodeRecord &to, NodeCoder &coder)
{
	to.header() = from.header();
	memcpy(to.ids(), from.ids(), sizeof(uint32) * to.layout->slots);
	coder.encode(from.value(), to.value());
}

void copy_record(const Build *build, int level, uint32 id, uint8 *to, NodeCoder &coder)
{
	const NodeRecord from = build->builder->record(level, id);
	const NodeLayout &layout = build->layouts[level > 0];
	const NodeRecord record = {to, &layout};
	if (layout.node_codes)
		copy_to_compact(from, record, coder);
	else
		memcpy(to, from.bytes, layout.record_bytes);
	NodeHeader &header = record.header();
	header.up = translated(build, level + 1, header.up);
	header.down = level > 0 ? translated(build, level - 1, header.down) : kNoNode;
	for (uint32 slot = 0; slot < header.slots_used; slot++)
		record.ids()[slot] = translated(build, level, record.ids()[slot]);
}

/* Values that are stored apart, in page order; refs go into the records in
 * memory, of all levels. */
void write_values(Build *build, const uint32 *order, uint32 count)
{
	begin_phase(kPhaseValues, PROGRESS_CREATEIDX_TUPLES_TOTAL, build->rows);
	double done = 0;
	for (uint32 k = 0; k < count; k++) {
		NodeRecord record = build->builder->record(0, order[k]);
		done += record.header().row_count;
		const hnsw::Value value = build->builder->value(order[k]);
		const uint32 bytes =
			hnsw::value_size(static_cast<ElementType>(build->format.element), build->format.dims, value.data);
		const ValueRef ref = write_value(build->index, true, record.header().rows[0], value.data, bytes);
		for (int level = 0;; level++) {
			record.header().value_block = ref.block;
			record.header().value_item = ref.item;
			if (record.header().up == kNoNode)
				break;
			record = build->builder->record(level + 1, record.header().up);
		}
		report_tuples(done);
		CHECK_FOR_INTERRUPTS();
	}
}

void number_upper_levels(Build *build)
{
	uint32 total = 0;
	for (int level = 1; level <= hnsw::kMaxLevel; level++) {
		build->level_starts[level] = total;
		if (level <= build->builder->top_level())
			total += build->builder->upper_count(level);
	}
	build->level_starts[hnsw::kMaxLevel + 1] = total;
}

/* ---- codes ---- */

/* Trains the model of nodes' codes on a regular sample. */
void train_model(Build *build, const uint32 *order, uint32 count)
{
	const IndexFormat &format = build->format;
	const uint32 dims = format.dims;
	const uint32 sample = Min(count, quantizer_training_rows(quantizer_options(format, build->codes)));
	auto *rows = static_cast<float *>(MemoryContextAllocHuge(build->context, sizeof(float) * dims * (sample + 1)));
	for (uint32 i = 0; i < sample; i++) {
		float *row = rows + Size{i} * dims;
		const float *value = widened(format, build->builder->value(order[uint64{i} * count / sample]).data, row);
		if (value != row)
			memcpy(row, value, sizeof(float) * dims);
	}
	build->codes.model =
		write_model(build->index, true, format, build->codes, rows, sample, build_threads(), &build->codes.model_bytes);
	pfree(rows);
}

/* Fixes what codes are relative to, and makes it known to readers of the index. */
void fix_codes(Build *build, const uint32 *order, uint32 count)
{
	const IndexFormat &format = build->format;
	const float *mean = build->builder->centre();
	ValueRef centre = {InvalidBlockNumber, 0};
	if (mean != nullptr)
		centre = write_value(build->index, true, RowId{0, 0, 0}, mean, sizeof(float) * format.dims);
	if (format.compact)
		train_model(build, order, count);
	update_meta(build->index, [&](MetaPage &meta) {
		meta.state.centre = centre;
		meta.state.centre_version = mean != nullptr || format.compact ? 1 : 0;
		meta.codes = build->codes;
	});
	if (format.compact)
		build->model = hold_quantizer(build->index, read_meta(build->index), build->context);
}

uint32 pages_for(const IndexFormat &format, int level_class, uint32 records)
{
	const uint32 per_page = format.slots_per_page[level_class];
	return (records + per_page - 1) / per_page;
}

/* Nodes in page order, without those that became rows of others. */
uint32 ordered_nodes(Build *build, uint32 *order)
{
	raise_if_error(build->builder->page_order(order));
	uint32 count = 0;
	for (uint32 k = 0; k < build->builder->node_count(); k++)
		if (build->builder->record(0, order[k]).header().state != NodeState::kFree)
			order[count++] = order[k];
	return count;
}

/* ---- node and upper pages ---- */

/* Records that fill pages one after the other: all of level 0, in page order, or
 * all of the levels above. */
struct RecordRun {
	const Build *build;
	int level_class;
	uint32 records;
	BlockNumber first_block;
	const uint32 *order; /* of level 0 */

	uint32 pages() const { return pages_for(build->format, level_class, records); }
	/* The last page, if it has free slots: the free list begins with it. */
	BlockNumber free_page() const
	{
		const bool full = records % build->format.slots_per_page[level_class] == 0;
		return full ? InvalidBlockNumber : first_block + pages() - 1;
	}
};

/* The record at a position of a run. */
void copy_nth(const RecordRun &run, uint32 position, uint8 *to, NodeCoder &coder)
{
	const Build *build = run.build;
	if (run.level_class == 0) {
		copy_record(build, 0, run.order[position], to, coder);
		return;
	}
	int level = 1;
	while (position >= build->level_starts[level + 1])
		level++;
	copy_record(build, level, position - build->level_starts[level], to, coder);
}

void fill_page(const RecordRun &run, uint32 number, Page page, NodeCoder &coder)
{
	const IndexFormat &format = run.build->format;
	const uint32 per_page = format.slots_per_page[run.level_class], first = number * per_page;
	const uint32 used = Min(per_page, run.records - first);
	init_page(page, run.level_class ? PageKind::kUpper : PageKind::kNode);
	for (uint32 slot = 0; slot < used; slot++)
		copy_nth(run, first + slot, reinterpret_cast<uint8 *>(page) + record_offset(format, run.level_class, slot),
				 coder);
	cover_slots(page, format, run.level_class, used);
	page_opaque(page)->slots_used = used;
	page_opaque(page)->in_free_list = used < per_page;
}

/* What the threads that fill pages share. */
struct FillTeam {
	const RecordRun *run;
	const BulkPages *pages;
	uint32 first, count; /* pages of the run */
	int threads;
	NodeCoder *coders; /* one each */
};

void fill_pages(void *context, int member) noexcept
{
	const auto *team = static_cast<const FillTeam *>(context);
	for (uint32 i = member; i < team->count; i += team->threads)
		fill_page(*team->run, team->first + i, team->pages->page(i), team->coders[member]);
}

void write_run(const RecordRun &run, BulkPages *pages)
{
	const Build *build = run.build;
	FillTeam team = {&run, pages, 0, 0, build_threads(), nullptr};
	team.coders = static_cast<NodeCoder *>(palloc0(sizeof(NodeCoder) * team.threads));
	for (int i = 0; i < team.threads; i++)
		(new (&team.coders[i]) NodeCoder)->init(build->format, build->model, build->context);
	for (const uint32 end = run.pages(); team.first < end; team.first += team.count) {
		team.count = Min(end - team.first, BulkPages::kPagesAtOnce);
		run_on_threads(team.threads, fill_pages, &team);
		pages->append(team.count);
		report_blocks(run.first_block - build->first_node_block + team.first + team.count);
		CHECK_FOR_INTERRUPTS();
	}
}

void write_graph(Build *build)
{
	const IndexFormat &format = build->format;
	hnsw::GraphBuilder &builder = *build->builder;
	if (builder.top_level() < 0)
		return;
	const uint32 in_memory = builder.node_count();
	auto *order = static_cast<uint32 *>(MemoryContextAllocHuge(build->context, sizeof(uint32) * in_memory));
	const uint32 count = ordered_nodes(build, order);
	fix_codes(build, order, count);
	if (format.values_apart())
		write_values(build, order, count);

	build->new_ids = static_cast<uint32 *>(MemoryContextAllocHuge(build->context, sizeof(uint32) * in_memory));
	build->first_node_block = RelationGetNumberOfBlocks(build->index);
	build->first_upper_block = build->first_node_block + pages_for(format, 0, count);
	for (uint32 k = 0; k < count; k++)
		build->new_ids[order[k]] = paged_id(format, build->first_node_block, 0, k);
	number_upper_levels(build);
	const uint32 upper_pages = pages_for(format, 1, build->level_starts[hnsw::kMaxLevel + 1]);
	begin_phase(kPhaseWrite, PROGRESS_SCAN_BLOCKS_TOTAL, pages_for(format, 0, count) + upper_pages);

	BulkPages pages;
	pages.init(build->index, build->in_memory && RelationNeedsWAL(build->index));
	const RecordRun nodes = {build, 0, count, build->first_node_block, order};
	const RecordRun uppers = {build, 1, build->level_starts[hnsw::kMaxLevel + 1], build->first_upper_block, nullptr};
	write_run(nodes, &pages);
	write_run(uppers, &pages);
	pages.finish();

	update_meta(build->index, [&](MetaPage &meta) {
		IndexState &state = meta.state;
		state.entry_level = builder.top_level();
		state.entry_point = translated(build, builder.top_level(), builder.entry_point());
		state.free_nodes[0] = nodes.free_page();
		state.free_nodes[1] = uppers.free_page();
		state.node_count = count;
	});
	pfree(order);
	pfree(build->new_ids);
}

/* From here on rows are inserted into the pages. */
void spill(Build *build)
{
	const double rows = build->rows;
	build->in_memory = false;
	ereport(NOTICE, (errmsg("hnsw graph no longer fits into maintenance_work_mem after %.0f tuples", rows),
					 errdetail("The remaining tuples are merged into the index on disk, which takes more time."),
					 errhint("Increase maintenance_work_mem to speed up builds.")));
	link_loaded(build);
	write_graph(build);
	if (build->format.compact && build->model == nullptr)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY),
						errmsg("maintenance_work_mem is too small for hnsw index \"%s\"",
							   RelationGetRelationName(build->index)),
						errdetail("Not one row fits, and codes are to be learned from some."),
						errhint("Increase maintenance_work_mem.")));
	build->builder->~GraphBuilder();
	new (build->builder) hnsw::GraphBuilder();
	pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_TOTAL, RelationGetNumberOfBlocks(build->heap));
	begin_phase(kPhaseMerge, PROGRESS_CREATEIDX_TUPLES_TOTAL, Max(estimated_rows(build->heap), rows));
	MemoryContext old = MemoryContextSwitchTo(build->context);
	build->writer = static_cast<GraphWriter *>(palloc0(sizeof(GraphWriter)));
	const IndexHandle *handle = copy_handle(cached_handle(build->index, read_meta(build->index)), build->context);
	build->writer->init(build->index, handle, build->context, true);
	MemoryContextSwitchTo(old);
}

void add_row(Build *build, const RowId &row, const IndexedValue &value)
{
	if (build->in_memory) {
		bool fits = false;
		raise_if_error(build->builder->add(row, value.value, &fits));
		if (fits)
			return;
		spill(build);
	}
	build->written_nodes += build->writer->insert(row, value, {InvalidBlockNumber, 0}, kNoSource);
}

void build_callback(Relation, ItemPointer tid, Datum *values, bool *isnull, bool, void *state)
{
	auto *build = static_cast<Build *>(state);
	if (isnull[0]) {
		build->unindexed |= kUnindexedNull;
		return;
	}
	MemoryContext old = MemoryContextSwitchTo(build->row_context);
	const IndexedValue value = value_from_datum(build->format, values[0]);
	const uint32 unindexed = unindexed_kind(build->format, value);
	if (unindexed == 0) {
		add_row(build, row_of(*tid), value);
		build->rows++;
		if (!build->in_memory)
			report_tuples(build->rows);
	} else {
		build->unindexed |= unindexed;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(build->row_context);
}

/* Reads the table; PostgreSQL counts its blocks. */
double load_table(Build *build, Relation heap, IndexInfo *index_info)
{
	pgstat_progress_update_param(PROGRESS_CREATEIDX_SUBPHASE, kPhaseLoad);
	return table_index_build_scan(heap, build->index, index_info, true, true, build_callback, build, nullptr);
}

/* Logs what was not when it was written: all, or what lies before the graph. */
void log_pages(const Build *build)
{
	constexpr BlockNumber kBlocksAtOnce = 1024;
	Relation index = build->index;
	const bool graph_logged = build->in_memory && build->first_node_block != 0;
	const BlockNumber blocks = graph_logged ? build->first_node_block : RelationGetNumberOfBlocks(index);
	begin_phase(kPhaseLog, PROGRESS_SCAN_BLOCKS_TOTAL, blocks);
	for (BlockNumber begin = 0; begin < blocks; begin += kBlocksAtOnce) {
		const BlockNumber end = Min(begin + kBlocksAtOnce, blocks);
		log_newpage_range(index, MAIN_FORKNUM, begin, end, true);
		report_blocks(end);
	}
}

} /* namespace */

IndexBuildResult *hnsw_build(Relation heap, Relation index, IndexInfo *index_info)
{
	if (RelationGetNumberOfBlocks(index) != 0)
		elog(ERROR, "index \"%s\" already contains data", RelationGetRelationName(index));
	if (is_ivfflat(index))
		ereport(NOTICE, (errmsg("index \"%s\" is built as hnsw", RelationGetRelationName(index)),
						 errdetail("vecext serves \"ivfflat\" by its hnsw access method; \"lists\" has no effect.")));
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw build", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	auto *build = new (palloc0(sizeof(Build))) Build{};
	build->heap = heap;
	build->index = index;
	build->format = format_for(index, &build->codes);
	layouts_of(build->format, build->layouts);
	build->context = context;
	build->row_context = AllocSetContextCreate(context, "hnsw build row", ALLOCSET_DEFAULT_SIZES);
	build->in_memory = true;
	start_builder(build);
	create_meta(index, build->format, build->codes, MAIN_FORKNUM);

	const double heap_rows = load_table(build, heap, index_info);
	PAUSE_POINT("table read");
	if (build->in_memory) {
		link_loaded(build);
		write_graph(build);
	} else {
		pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_TOTAL, static_cast<int64>(build->rows));
	}
	update_meta(index, [&](MetaPage &meta) {
		meta.state.node_count += build->written_nodes;
		meta.state.unindexed = build->unindexed;
	});
	if (RelationNeedsWAL(index))
		log_pages(build);
	const double index_rows = build->rows;
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	auto *result = static_cast<IndexBuildResult *>(palloc(sizeof(IndexBuildResult)));
	result->heap_tuples = heap_rows;
	result->index_tuples = index_rows;
	return result;
}

/* The init fork of an unlogged index: what it is after a crash, an empty index. */
void hnsw_build_empty(Relation index)
{
	NodeCodeState codes;
	const IndexFormat format = format_for(index, &codes);
	Buffer buffer = extend_index(index, INIT_FORKNUM);
	START_CRIT_SECTION();
	fill_meta(BufferGetPage(buffer), format, codes);
	MarkBufferDirty(buffer);
	log_newpage_buffer(buffer, true);
	END_CRIT_SECTION();
	UnlockReleaseBuffer(buffer);
}

} /* namespace vecext::pg */
