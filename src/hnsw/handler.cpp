/*
 * handler.cpp: the two names under which PostgreSQL finds the access method.
 *
 * ivfflat is hnsw with another set of reloptions, so that dumps and migrations
 * from pgvector run; is_ivfflat() tells the two apart.
 */
#include "hnsw/access_method.h"

extern "C" {
#include "commands/progress.h"
#include "commands/vacuum.h"
}

#include "hnsw/options.h"

namespace vecext::pg {

char *hnsw_build_phase_name(int64 phase)
{
	const char *name = nullptr;
	switch (phase) {
	case PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE:
		name = "initializing";
		break;
	case kPhaseLoad:
		name = "loading tuples";
		break;
	case kPhaseGraph:
		name = "building graph";
		break;
	case kPhaseValues:
		name = "writing values";
		break;
	case kPhaseWrite:
		name = "writing pages";
		break;
	case kPhaseMerge:
		name = "merging tuples beyond memory";
		break;
	case kPhaseLog:
		name = "writing WAL";
		break;
	}
	return const_cast<char *>(name); /* PostgreSQL only reads it */
}

namespace {

/* The one property that PostgreSQL does not derive from the flags below. */
bool answer_property(Oid, int column, IndexAMProperty property, const char *, bool *result, bool *)
{
	if (property != AMPROP_DISTANCE_ORDERABLE || column == 0)
		return false;
	*result = true;
	return true;
}

IndexAmRoutine *make_routine(amoptions_function parse_options)
{
	IndexAmRoutine *routine = makeNode(IndexAmRoutine); /* all that is not set is off */

	routine->amstrategies = 0; /* operator classes choose: kDistanceStrategy */
	routine->amsupport = kTraitsProc;
	routine->amcanorderbyop = true;
	routine->amoptionalkey = true;
	routine->amusemaintenanceworkmem = true; /* VACUUM merges pending rows */
	routine->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL | VACUUM_OPTION_PARALLEL_CLEANUP;

	routine->ambuild = hnsw_build;
	routine->ambuildempty = hnsw_build_empty;
	routine->aminsert = hnsw_insert;
	routine->ambulkdelete = hnsw_bulk_delete;
	routine->amvacuumcleanup = hnsw_vacuum_cleanup;
	routine->amcostestimate = hnsw_cost_estimate;
	routine->amoptions = parse_options;
	routine->amproperty = answer_property;
	routine->ambuildphasename = hnsw_build_phase_name;
	routine->amvalidate = hnsw_validate;
	routine->ambeginscan = hnsw_begin_scan;
	routine->amrescan = hnsw_rescan;
	routine->amgettuple = hnsw_get_tuple;
	routine->amendscan = hnsw_end_scan;
	return routine;
}

} /* namespace */

} /* namespace vecext::pg */

VECEXT_FUNCTION(hnswhandler)
{
	PG_RETURN_POINTER(vecext::pg::make_routine(vecext::pg::hnsw_parse_options));
}

VECEXT_FUNCTION(ivfflathandler)
{
	PG_RETURN_POINTER(vecext::pg::make_routine(vecext::pg::ivfflat_parse_options));
}
