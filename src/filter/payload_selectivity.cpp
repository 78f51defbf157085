/*
 * payload_selectivity.cpp: see payload_selectivity.h.
 *
 * A constant query is evaluated on values that ANALYZE kept: of the expression
 * (payload -> 'key') that its path begins with, where an index or CREATE
 * STATISTICS names that, else of the payload itself. Either is a sample of a few
 * hundred values; what it hardly contains is taken for rare. How rare, a GIN index
 * of the field knows: its number of entries gives the rows of an average value,
 * which is also the estimate while a value is open.
 */
#include <algorithm>

#include "filter/payload_selectivity.h"

extern "C" {
#include "access/gin.h"
#include "catalog/namespace.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_collation_d.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
}

#include "filter/jsonb_view.h"
#include "pg/error.h"
#include "vecext/filter/evaluate.h"

namespace vecext::pg {

namespace {

using filter::Condition;
using filter::ConditionKind;
using filter::TestKind;

/* Of a query that nothing is known of: what matchingsel assumes. */
constexpr Selectivity kUnknownQuery = 0.01;

/* ---- an open value ---- */

/* By what each test is usually asked for. */
struct UsualShare {
	const char *test;
	Selectivity share;
};

constexpr UsualShare kUsualShares[] = {
	{"match_bool", 0.5},      {"any_keyword", 0.05},   {"any_integer", 0.05}, {"any_uuid", 0.05},
	{"except_keyword", 0.9},  {"except_integer", 0.9}, {"text_any", 0.03},    {"range", 0.05},
	{"datetime_range", 0.05}, {"values_count", 0.3},   {"is_empty", 0.1},     {"field_is_empty", 0.5},
	{"field_is_null", 0.5},   {"nested", 0.05},
};

constexpr Selectivity kUsualMatch = 0.005;

/* Values that an open list is taken to have. */
constexpr double kUsualList = 10;

Selectivity usual_share(std::string_view test)
{
	for (const UsualShare &usual : kUsualShares)
		if (test == usual.test)
			return usual.share;
	return test.starts_with("match_") ? kUsualMatch : kUnknownQuery;
}

/* ---- entries of an index ---- */

/* Distinct keys of the index of the query's field; 0 when there is none, or VACUUM
 * has not counted them. */
double index_entries(const RelOptInfo *rel, const KnownQuery &query)
{
	ListCell *cell;
	foreach (cell, rel->indexlist) {
		const auto *index = static_cast<const IndexOptInfo *>(lfirst(cell));
		if (index->hypothetical || index->relam != GIN_AM_OID || index->nkeycolumns != 1 ||
			!serves_query(index, 0, query))
			continue;
		Relation relation = index_open(index->indexoid, NoLock);
		GinStatsData stats;
		ginGetStats(relation, &stats);
		index_close(relation, NoLock);
		return static_cast<double>(stats.nEntries);
	}
	return 0;
}

/* How many keys a query asks for; 0 for one that no average tells about. */
double keys_asked_for(const KnownQuery &query)
{
	if (!query.condition) {
		const std::string_view test(VARDATA_ANY(query.test.test), VARSIZE_ANY_EXHDR(query.test.test));
		if (test.starts_with("match_"))
			return 1;
		return test.starts_with("any_") ? kUsualList : 0;
	}
	if (query.condition->kind != ConditionKind::kField || query.condition->n_tests != 1)
		return 0;
	const filter::Test &test = query.condition->tests[0];
	if (test.kind == TestKind::kAnyText || test.kind == TestKind::kAnyInteger)
		return test.count;
	const bool equal = test.kind == TestKind::kEqualsText || test.kind == TestKind::kEqualsInteger;
	return equal || test.kind == TestKind::kEqualsBool ? 1 : 0;
}

/* The share of rows with that many average keys; negative when unknown. */
Selectivity average_share(const RelOptInfo *rel, const KnownQuery &query)
{
	const double keys = keys_asked_for(query);
	const double entries = keys > 0 && rel ? index_entries(rel, query) : 0;
	return entries > 0 ? std::min(keys / entries, 1.0) : -1;
}

/* ---- a constant value ---- */

bool passes(const Condition &condition, Datum value)
{
	const Jsonb *jsonb = DatumGetJsonbP(value);
	bool result = false;
	raise_if_error(guarded([&] {
		result = filter::evaluate(condition, JsonbView(jsonb));
		return Status::ok();
	}));
	return result;
}

/* What a sample says. */
struct SampledShare {
	Selectivity share;
	double certainty; /* one value of the histogram's share */
};

/* Of the values in the statistics of a variable; false without any. */
bool sample(const VariableStatData &vardata, const Condition &condition, SampledShare *sampled)
{
	AttStatsSlot slot;
	double common = 0, passing_common = 0;
	int n_values = 0, n_passing = 0;
	if (get_attstatsslot(&slot, vardata.statsTuple, STATISTIC_KIND_MCV, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS)) {
		for (int i = 0; i < slot.nvalues; i++) {
			common += slot.numbers[i];
			passing_common += passes(condition, slot.values[i]) ? slot.numbers[i] : 0;
		}
		free_attstatsslot(&slot);
	}
	if (get_attstatsslot(&slot, vardata.statsTuple, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES)) {
		n_values = slot.nvalues;
		for (int i = 0; i < slot.nvalues; i++)
			n_passing += passes(condition, slot.values[i]);
		free_attstatsslot(&slot);
	}
	if (n_values == 0 && common == 0)
		return false;
	const double nulls = reinterpret_cast<Form_pg_statistic>(GETSTRUCT(vardata.statsTuple))->stanullfrac;
	const double others = std::max(1 - nulls - common, 0.0);
	sampled->certainty = n_values ? others / n_values : others;
	sampled->share = passing_common + n_passing * (n_values ? sampled->certainty : 0);
	return true;
}

/* (payload -> 'key'), as a statement writes it. */
Node *first_step(Node *payload, std::string_view key)
{
	List *name = list_make2(makeString(pstrdup("pg_catalog")), makeString(pstrdup("->")));
	const Oid op = OpernameGetOprid(name, JSONBOID, TEXTOID);
	const Datum text = PointerGetDatum(cstring_to_text_with_len(key.data(), static_cast<int>(key.size())));
	auto *constant = makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1, text, false, false);
	return reinterpret_cast<Node *>(make_opclause(op, JSONBOID, false, reinterpret_cast<Expr *>(payload),
												  reinterpret_cast<Expr *>(constant), InvalidOid,
												  DEFAULT_COLLATION_OID));
}

bool begins_with_key(const Condition &condition)
{
	const bool of_value = condition.kind == ConditionKind::kField || condition.kind == ConditionKind::kNested;
	return of_value && condition.path.size > 0 && condition.path.steps[0].kind == filter::PathStep::kKey;
}

bool may_use(VariableStatData *vardata, Oid function)
{
	return HeapTupleIsValid(vardata->statsTuple) && statistic_proc_security_check(vardata, function);
}

bool sample_variable(PlannerInfo *root, Node *node, const Condition &condition, Oid function, int varRelid,
					 SampledShare *sampled)
{
	VariableStatData vardata;
	examine_variable(root, node, varRelid, &vardata);
	const bool found =
		may_use(&vardata, function) && vardata.atttype == JSONBOID && sample(vardata, condition, sampled);
	ReleaseVariableStats(vardata);
	return found;
}

bool sample_condition(PlannerInfo *root, Node *payload, const Condition &condition, Oid function, int varRelid,
					  SampledShare *sampled)
{
	if (begins_with_key(condition)) {
		Condition below = condition;
		below.path = {condition.path.steps + 1, condition.path.size - 1};
		if (sample_variable(root, first_step(payload, condition.path.steps[0].key), below, function, varRelid, sampled))
			return true;
	}
	return sample_variable(root, payload, condition, function, varRelid, sampled);
}

RelOptInfo *relation_of(PlannerInfo *root, const Node *payload)
{
	if (!IsA(payload, Var))
		return nullptr;
	const auto *var = reinterpret_cast<const Var *>(payload);
	if (var->varlevelsup != 0 || IS_SPECIAL_VARNO(var->varno) ||
		static_cast<int>(var->varno) >= root->simple_rel_array_size)
		return nullptr;
	return root->simple_rel_array[var->varno];
}

/* A sample in which fewer values than this pass does not tell their share. */
constexpr double kTellingHits = 3;

Selectivity estimate_constant(const RelOptInfo *rel, const KnownQuery &query, const SampledShare &sampled)
{
	const double telling = kTellingHits * sampled.certainty;
	if (sampled.share >= telling)
		return sampled.share;
	const Selectivity average = average_share(rel, query);
	if (average >= 0)
		return std::clamp(average, sampled.share / kTellingHits, telling);
	return std::max(sampled.share, sampled.certainty / 2);
}

} /* namespace */

Selectivity estimate_query(PlannerInfo *root, Node *payload, Node *operand, Oid function, int varRelid)
{
	KnownQuery query;
	SampledShare sampled;
	Selectivity estimate = kUnknownQuery;
	const RelOptInfo *rel = relation_of(root, payload);
	if (!read_query(operand, &query))
		return estimate;
	if (query.condition && sample_condition(root, payload, *query.condition, function, varRelid, &sampled)) {
		estimate = estimate_constant(rel, query, sampled);
	} else {
		const Selectivity average = average_share(rel, query);
		if (average >= 0)
			estimate = average;
		else if (!query.condition)
			estimate = usual_share({VARDATA_ANY(query.test.test), VARSIZE_ANY_EXHDR(query.test.test)});
	}
	CLAMP_PROBABILITY(estimate);
	return estimate;
}

} /* namespace vecext::pg */

/* (root, operator, arguments, varRelid) */
VECEXT_FUNCTION(vecext_payload_selectivity)
{
	auto *root = reinterpret_cast<PlannerInfo *>(PG_GETARG_POINTER(0));
	const Oid op = PG_GETARG_OID(1);
	auto *args = reinterpret_cast<List *>(PG_GETARG_POINTER(2));
	PG_RETURN_FLOAT8(vecext::pg::estimate_query(root, static_cast<Node *>(linitial(args)),
												static_cast<Node *>(lsecond(args)), get_opcode(op),
												PG_GETARG_INT32(3)));
}
