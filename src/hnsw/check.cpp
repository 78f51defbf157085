/*
 * check.cpp: hnsw_check(index, exclusive, heap), which verifies an index and
 * gives what it finds as rows: none for a clean index.
 *
 * Memory: a byte per node, a bit per node twice, and with `heap` 24 bytes per row.
 */
#include "hnsw/check.h"

extern "C" {
#include "access/xlog.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

#include "hnsw/access_method.h"
#include "hnsw/inspect.h"

namespace vecext::pg {

namespace {

/* An index that is broken everywhere need not be listed in full. */
constexpr uint32 kMaxFindings = 10000;
/* A standby replays changes of the graph without taking locks: there, a second
 * look after so long sees them completed. */
constexpr long kStandbyPatienceUs = 500000;

} /* namespace */

BitSet BitSet::make(uint64 size)
{
	const Size bytes = (size + 63) / 64 * sizeof(uint64) + sizeof(uint64);
	return {static_cast<uint64 *>(
				MemoryContextAllocExtended(CurrentMemoryContext, bytes, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO)),
			size};
}

uint64 hash_value(const void *data, uint32 bytes)
{
	return hash_bytes_extended(static_cast<const unsigned char *>(data), static_cast<int>(bytes), 0) | 1;
}

void report(CheckRun &run, Severity severity, BlockNumber block, int slot, const char *format, ...)
{
	if (run.findings.size() >= kMaxFindings)
		return;
	char message[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	run.findings.push_back({severity, block, slot, MemoryContextStrdup(run.context, message)});
}

namespace {

/* The index as its metapage says now. */
void load_handle(CheckRun *run)
{
	const MetaPage meta = read_meta(run->index);
	run->handle = copy_handle(cached_handle(run->index, meta), run->context);
	run->graph.init(run->index, run->handle, run->context);
	if (run->handle->compact())
		run->coder.init(run->handle->format, hold_quantizer(run->index, meta, run->context), run->context);
}

} /* namespace */

void follow_centre(CheckRun &run)
{
	if (run.handle->centre_version == 0 && read_meta(run.index).state.centre_version != 0)
		load_handle(&run);
}

namespace {

/* Runs a part of the check. False when it found something that has to be looked
 * at again; that is forgotten. */
template <class Part> bool looks_sound(CheckRun &run, Part part)
{
	const uint32 before = run.findings.size();
	part();
	if (run.exclusive() || run.look == Look::kConfirm || run.findings.size() == before)
		return true;
	run.findings.resize(before);
	return false;
}

void init_run(CheckRun *run, const InspectedIndex &inspected, CheckMode mode, bool with_heap)
{
	const Arena arena = context_arena(CurrentMemoryContext);
	run->context = CurrentMemoryContext;
	run->heap = inspected.heap;
	run->index = inspected.index;
	run->mode = mode;
	run->look = Look::kFirst;
	run->with_heap = with_heap;
	load_handle(run);
	run->strategy = GetAccessStrategy(BAS_BULKREAD);
	run->blocks = RelationGetNumberOfBlocks(inspected.index);
	run->findings.init(arena, 16);
	run->rows.init(arena, 1024);
	run->value_refs.init(arena, 1024);
	if (run->handle->compact())
		run->node_code = arena.allocate<uint8>(run->handle->format.value_bytes);
	if (!run->handle->coded())
		return;
	const hnsw::CodeSpace &space = run->handle->space;
	run->projections[0] = arena.allocate<float>(space.padded);
	run->projections[1] = arena.allocate<float>(space.padded);
	run->scratch = arena.allocate<float>(space.padded);
	run->code = arena.allocate<uint64>(space.padded / 64 * space.bits);
	run->stored_code = arena.allocate<uint64>(space.padded / 64 * space.bits);
}

/* The format must fit the column and the operator class that the catalog names. */
void check_format(CheckRun &run)
{
	const IndexFormat &format = run.handle->format;
	const OpclassTraits &traits = opclass_traits(run.index);
	if (format.dims != index_dims(run.index))
		report(run, Severity::kError, kMetaBlock, -1, "the index has %u dimensions, its column %u", format.dims,
			   index_dims(run.index));
	const ElementType column = format.narrowed() ? ElementType::kFloat32 : run.handle->element();
	if (run.handle->metric() != traits.metric || column != traits.element)
		report(run, Severity::kError, kMetaBlock, -1, "the index was made for another operator class");
	const uint32 unindexed = read_meta(run.index).state.unindexed;
	if ((unindexed & ~kUnindexedKinds) != 0)
		report(run, Severity::kError, kMetaBlock, -1, "the index has the unknown kinds %u of rows left out", unindexed);
}

void check_lists(CheckRun &run)
{
	run.free_list_pages = BitSet::make(RelationGetNumberOfBlocks(run.index));
	check_free_list(run, 0);
	check_free_list(run, 1);
}

void check_chain(CheckRun &run)
{
	run.chain_blocks = BitSet::make(RelationGetNumberOfBlocks(run.index));
	check_pending_chain(run);
}

/* Looks again at what looked wrong, while nobody changes the graph. */
void confirm(CheckRun &run, const ArenaVector<BlockNumber> &suspects)
{
	const bool standby = RecoveryInProgress();
	if (standby)
		pg_usleep(kStandbyPatienceUs);
	else
		LockPage(run.index, kGraphLock, ShareLock);
	run.look = Look::kConfirm;
	follow_centre(run);
	check_chain(run);
	check_lists(run);
	check_entry_point(run);
	for (uint32 i = 0; i < suspects.size(); i++)
		check_block(run, suspects[i]);
	if (!standby)
		UnlockPage(run.index, kGraphLock, ShareLock);
}

void check_pages(CheckRun &run)
{
	ArenaVector<BlockNumber> suspects;
	suspects.init(context_arena(CurrentMemoryContext), 16);
	bool sound = looks_sound(run, [&] { check_chain(run); });
	collect_facts(run);
	follow_centre(run);
	check_value_refs(run);
	sound &= looks_sound(run, [&] { check_lists(run); });
	sound &= looks_sound(run, [&] { check_entry_point(run); });
	for (BlockNumber block = 0; block < run.blocks; block++) {
		CHECK_FOR_INTERRUPTS();
		if (!looks_sound(run, [&] { check_block(run, block); }))
			suspects.push_back(block);
	}
	if (!sound || !suspects.empty())
		confirm(run, suspects);
	report_unused_chunks(run);
}

void run_check(CheckRun &run)
{
	/* Before the index is read: rows committed later need not be there. */
	Snapshot snapshot = run.with_heap ? RegisterSnapshot(GetLatestSnapshot()) : nullptr;
	check_format(run);
	check_pages(run);
	check_reachability(run);
	if (run.with_heap)
		check_rows(run, snapshot);
	if (snapshot != nullptr)
		UnregisterSnapshot(snapshot);
}

void put_findings(const CheckRun &run, ReturnSetInfo *result)
{
	for (const Finding &finding : run.findings) {
		Datum values[4];
		bool nulls[4] = {};
		values[0] = CStringGetTextDatum(finding.severity == Severity::kError ? "error" : "warning");
		values[1] = Int64GetDatum(finding.block);
		nulls[1] = finding.block == InvalidBlockNumber;
		values[2] = Int32GetDatum(finding.slot);
		nulls[2] = finding.slot < 0;
		values[3] = CStringGetTextDatum(finding.message);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

} /* namespace */

} /* namespace vecext::pg */

VECEXT_FUNCTION(hnsw_check)
{
	using namespace vecext::pg;
	const Oid index = PG_GETARG_OID(0);
	const bool exclusive = PG_GETARG_BOOL(1), with_heap = PG_GETARG_BOOL(2);
	InitMaterializedSRF(fcinfo, 0);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw check", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(context);
	const InspectedIndex inspected = open_inspected(index, exclusive ? ShareLock : AccessShareLock);
	auto *run = new (palloc(sizeof(CheckRun))) CheckRun{};
	init_run(run, inspected, exclusive ? CheckMode::kExclusive : CheckMode::kBesideWriters, with_heap);
	run_check(*run);
	close_inspected(inspected);
	MemoryContextSwitchTo(old);
	put_findings(*run, reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo));
	MemoryContextDelete(context);
	PG_RETURN_NULL();
}
