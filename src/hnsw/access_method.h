/*
 * access_method.h: the functions that make up the index access method, as
 * PostgreSQL calls them (amapi.h). Each is defined in the file of its duty:
 * build.cpp, insert.cpp, scan.cpp, vacuum.cpp, cost.cpp, options.cpp,
 * validate.cpp; handler.cpp gathers them.
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "access/amapi.h"
#include "access/genam.h"
#include "nodes/execnodes.h"
#include "nodes/pathnodes.h"
}

#include "vecext/metric.h"

namespace vecext::pg {

/* build.cpp */
IndexBuildResult *hnsw_build(Relation heap, Relation index, IndexInfo *index_info);
void hnsw_build_empty(Relation index);

/* insert.cpp */
bool hnsw_insert(Relation index, Datum *values, bool *isnull, ItemPointer heap_tid, Relation heap,
				 IndexUniqueCheck check_unique, bool index_unchanged, IndexInfo *index_info);

/* scan.cpp */
IndexScanDesc hnsw_begin_scan(Relation index, int nkeys, int norderbys);
void hnsw_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys);
bool hnsw_get_tuple(IndexScanDesc scan, ScanDirection direction);
void hnsw_end_scan(IndexScanDesc scan);

/* vacuum.cpp */
IndexBulkDeleteResult *hnsw_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
										IndexBulkDeleteCallback callback, void *callback_state);
IndexBulkDeleteResult *hnsw_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);

/* cost.cpp */
void hnsw_cost_estimate(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
						Selectivity *selectivity, double *correlation, double *pages);

/* validate.cpp */
bool hnsw_validate(Oid opclass);

/* What an operator class says about an index: the answer of its support function
 * number 1, a pointer to a constant (opclass.cpp). */
struct OpclassTraits {
	Metric metric;
	ElementType element;
	uint32 max_dims;       /* of an indexed column */
	const char *type_name; /* for messages */
};
constexpr uint16 kTraitsProc = 1;
constexpr uint16 kDistanceStrategy = 1; /* column <op> vector */
constexpr uint16 kExamplesStrategy = 2; /* column <op> vecquery */
/* Whether an operator that a family orders by is that of kExamplesStrategy. */
bool orders_by_examples(Oid ordering_operator, Oid family);
constexpr uint32 kMaxNonZero = 16000; /* of a sparsevec in an index */
const OpclassTraits &opclass_traits(Relation index);

/* Dimensions of the indexed column, from its type modifier. Raises an error when
 * the column has none, or more than the operator class allows. */
uint32 index_dims(Relation index);

/* Whether the index was made under the name ivfflat. */
bool is_ivfflat(Relation index);

/* Phases of pg_stat_progress_create_index (beside PostgreSQL's "initializing"). */
constexpr int64 kPhaseLoad = 2;   /* reading the table: blocks of it */
constexpr int64 kPhaseGraph = 3;  /* building the graph: tuples loaded */
constexpr int64 kPhaseValues = 4; /* writing values stored apart: tuples */
constexpr int64 kPhaseWrite = 5;  /* writing the graph: blocks of the index */
constexpr int64 kPhaseMerge = 6;  /* rows beyond memory: tuples, their total an estimate */
constexpr int64 kPhaseLog = 7;    /* writing WAL: blocks of the index */
char *hnsw_build_phase_name(int64 phase);

} /* namespace vecext::pg */
