/*
 * recall.cpp: hnsw_recall(index, sample, k, ef_search): which share of the true
 * nearest neighbours a scan of the index finds.
 *
 * A random sample of the table's rows serves as queries. One scan of the table
 * computes, by the operator itself, the k smallest distances to each query; then
 * the index is scanned for each, and a row that it returns counts as found when
 * its distance is no larger than the k-th smallest. Rows at equal distance are
 * thus as good as each other.
 */
#include <algorithm>
#include <cmath>

#include "hnsw/inspect.h"

extern "C" {
#include "access/genam.h"
#include "access/relscan.h"
#include "access/stratnum.h"
#include "access/tableam.h"
#include "catalog/index.h"
#include "common/pg_prng.h"
#include "executor/executor.h"
#include "nodes/execnodes.h"
#include "utils/datum.h"
#include "utils/float.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

#include "hnsw/access_method.h"
#include "hnsw/indexed_value.h"
#include "hnsw/options.h"

namespace vecext::pg {

namespace {

constexpr int kMaxSample = 10000;
constexpr int kMaxK = 10000;
/* The sample is the same in every call, so that settings can be compared. */
constexpr uint64 kSampleSeed = 1;

struct Query {
	Datum value;
	double *nearest; /* max-heap of the smallest distances, at most k */
	int count;
};

struct RecallRun {
	Relation heap, index;
	const IndexHandle *handle;
	IndexInfo *index_info;
	Snapshot snapshot;
	Query *queries;
	int sample, k;
	int query_count;
	uint64 rows_seen;
	pg_prng_state random;
	FmgrInfo distance;
	Oid distance_function;
	int16 type_length;
	bool type_by_value;
	MemoryContext query_context; /* queries, for the whole run */
	MemoryContext row_context;   /* reset for each row */
};

void open_distance(RecallRun *run)
{
	const Oid family = run->index->rd_opfamily[0], type = run->index->rd_opcintype[0];
	const Oid op = get_opfamily_member(family, type, type, kDistanceStrategy);
	if (!OidIsValid(op))
		elog(ERROR, "operator family %u has no distance operator", family);
	run->distance_function = get_opcode(op);
	fmgr_info(run->distance_function, &run->distance);
	const Form_pg_attribute column = TupleDescAttr(RelationGetDescr(run->index), 0);
	run->type_length = column->attlen;
	run->type_by_value = column->attbyval;
}

double distance_between(RecallRun *run, Datum a, Datum b)
{
	return DatumGetFloat8(FunctionCall2Coll(&run->distance, run->index->rd_indcollation[0], a, b));
}

/* ---- scans of the table ---- */

using RowFunction = void (*)(RecallRun *run, Datum value);

struct RowVisit {
	RecallRun *run;
	RowFunction function;
};

void row_callback(Relation, ItemPointer, Datum *values, bool *isnull, bool, void *state)
{
	auto *visit = static_cast<RowVisit *>(state);
	if (isnull[0])
		return;
	RecallRun *run = visit->run;
	MemoryContext old = MemoryContextSwitchTo(run->row_context);
	const Datum value = PointerGetDatum(PG_DETOAST_DATUM(values[0]));
	if (unindexed_kind(run->handle->format, value_from_datum(run->handle->format, value)) == 0)
		visit->function(run, value);
	MemoryContextSwitchTo(old);
	MemoryContextReset(run->row_context);
}

/* Calls `function` for each row that belongs into the index. */
void visit_rows(RecallRun *run, RowFunction function)
{
	RowVisit visit = {run, function};
	IndexInfo *index_info = BuildIndexInfo(run->index);
	index_info->ii_Concurrent = true; /* the scan is by an MVCC snapshot */
	TableScanDesc scan = table_beginscan_strat(run->heap, run->snapshot, 0, nullptr, true, true);
	table_index_build_scan(run->heap, run->index, index_info, true, false, row_callback, &visit, scan);
}

/* Vitter's algorithm R. */
void sample_row(RecallRun *run, Datum value)
{
	const uint64 seen = run->rows_seen++;
	uint64 place = seen;
	if (seen >= static_cast<uint64>(run->sample))
		place = pg_prng_uint64_range(&run->random, 0, seen);
	if (place >= static_cast<uint64>(run->sample))
		return;
	Query *query = &run->queries[place];
	if (place < static_cast<uint64>(run->query_count))
		pfree(DatumGetPointer(query->value));
	else
		run->query_count++;
	MemoryContext old = MemoryContextSwitchTo(run->query_context);
	query->value = datumCopy(value, run->type_by_value, run->type_length);
	MemoryContextSwitchTo(old);
}

void offer_distance(Query *query, int k, double distance)
{
	double *end = query->nearest + query->count;
	if (std::isnan(distance))
		return;
	if (query->count < k) {
		*end = distance;
		query->count++;
		std::push_heap(query->nearest, end + 1);
	} else if (distance < query->nearest[0]) {
		std::pop_heap(query->nearest, end);
		end[-1] = distance;
		std::push_heap(query->nearest, end);
	}
}

void compare_row(RecallRun *run, Datum value)
{
	for (int i = 0; i < run->query_count; i++)
		offer_distance(&run->queries[i], run->k, distance_between(run, value, run->queries[i].value));
}

/* ---- scans of the index ---- */

struct FetchedValue {
	RecallRun *run;
	EState *estate;
	TupleTableSlot *slot;
};

double fetched_distance(FetchedValue &fetched, const Query &query)
{
	RecallRun *run = fetched.run;
	Datum values[INDEX_MAX_KEYS];
	bool isnull[INDEX_MAX_KEYS];
	GetPerTupleExprContext(fetched.estate)->ecxt_scantuple = fetched.slot;
	MemoryContext old = MemoryContextSwitchTo(GetPerTupleMemoryContext(fetched.estate));
	FormIndexDatum(run->index_info, fetched.slot, fetched.estate, values, isnull);
	const double distance = isnull[0] ? get_float8_nan() : distance_between(run, values[0], query.value);
	MemoryContextSwitchTo(old);
	ResetPerTupleExprContext(fetched.estate);
	return distance;
}

/* How many of the first k rows of an index scan are among the nearest. */
int found_by_index(FetchedValue &fetched, const Query &query)
{
	RecallRun *run = fetched.run;
	ScanKeyData key;
	ScanKeyEntryInitialize(&key, SK_ORDER_BY, 1, kDistanceStrategy, run->index->rd_opcintype[0],
						   run->index->rd_indcollation[0], run->distance_function, query.value);
	IndexScanDesc scan = begin_index_scan(run->heap, run->index, run->snapshot, 0, 1);
	index_rescan(scan, nullptr, 0, &key, 1);
	int found = 0;
	for (int i = 0; i < run->k && index_getnext_slot(scan, ForwardScanDirection, fetched.slot); i++) {
		CHECK_FOR_INTERRUPTS();
		found += fetched_distance(fetched, query) <= query.nearest[0];
	}
	index_endscan(scan);
	return std::min(found, query.count);
}

double average_recall(RecallRun *run)
{
	FetchedValue fetched = {run, CreateExecutorState(), table_slot_create(run->heap, nullptr)};
	int64 found = 0, wanted = 0;
	for (int i = 0; i < run->query_count; i++) {
		found += found_by_index(fetched, run->queries[i]);
		wanted += run->queries[i].count;
	}
	ExecDropSingleTupleTableSlot(fetched.slot);
	FreeExecutorState(fetched.estate);
	return wanted > 0 ? static_cast<double>(found) / static_cast<double>(wanted) : get_float8_nan();
}

double measure_recall(const InspectedIndex &inspected, int sample, int k)
{
	auto *run = new (palloc(sizeof(RecallRun))) RecallRun{};
	run->heap = inspected.heap;
	run->index = inspected.index;
	run->handle = copy_handle(cached_handle(run->index, read_meta(run->index)), CurrentMemoryContext);
	run->index_info = BuildIndexInfo(run->index);
	run->snapshot = RegisterSnapshot(GetLatestSnapshot());
	run->sample = sample;
	run->k = k;
	run->query_context = CurrentMemoryContext;
	run->row_context = AllocSetContextCreate(CurrentMemoryContext, "hnsw recall row", ALLOCSET_DEFAULT_SIZES);
	pg_prng_seed(&run->random, kSampleSeed);
	run->queries = static_cast<Query *>(palloc0(sizeof(Query) * sample));
	open_distance(run);

	visit_rows(run, sample_row);
	for (int i = 0; i < run->query_count; i++)
		run->queries[i].nearest = static_cast<double *>(palloc(sizeof(double) * k));
	visit_rows(run, compare_row);
	const double recall = average_recall(run);
	UnregisterSnapshot(run->snapshot);
	return recall;
}

void check_range(const char *name, int value, int largest)
{
	if (value < 1 || value > largest)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be between 1 and %d", name, largest)));
}

} /* namespace */

} /* namespace vecext::pg */

VECEXT_FUNCTION(hnsw_recall)
{
	using namespace vecext::pg;
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	const int sample = PG_GETARG_INT32(1), k = PG_GETARG_INT32(2);
	check_range("sample", sample, kMaxSample);
	check_range("k", k, kMaxK);
	const InspectedIndex inspected = open_inspected(PG_GETARG_OID(0), AccessShareLock);
	if (!PG_ARGISNULL(3)) /* until close_inspected() */
		set_config_option("hnsw.ef_search", psprintf("%d", PG_GETARG_INT32(3)), PGC_USERSET, PGC_S_SESSION,
						  GUC_ACTION_SAVE, true, 0, false);
	const double recall = measure_recall(inspected, sample, k);
	close_inspected(inspected);
	if (std::isnan(recall))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(recall);
}
