/*
 * validate.cpp: checks the catalog entries of an operator class, for amvalidate().
 *
 * A sound operator family has, for the class's type, one ordering operator with
 * strategy 1 that returns a sortable type (distance, float8), and the support
 * function described in opclass.cpp. It may have another with strategy 2, which
 * takes a vecquery. Faults are reported as INFO, as PostgreSQL's own access methods
 * do.
 */
#include "hnsw/access_method.h"

extern "C" {
#include "access/amvalidate.h"
#include "access/htup_details.h"
#include "catalog/pg_amop.h"
#include "catalog/pg_amproc.h"
#include "catalog/pg_opclass.h"
#include "catalog/pg_type_d.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
}

namespace vecext::pg {

namespace {

bool report(const char *opclass, const char *what, const char *object)
{
	ereport(INFO,
			(errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
			 errmsg("operator family of class \"%s\" of access method hnsw contains %s %s", opclass, object, what)));
	return false;
}

bool check_operator(const Form_pg_amop entry, const char *opclass)
{
	const char *name = format_operator(entry->amopopr);
	const Oid result = get_op_rettype(entry->amopopr);
	if (entry->amopstrategy != kDistanceStrategy && entry->amopstrategy != kExamplesStrategy)
		return report(opclass, "with invalid strategy number", name);
	if (entry->amoppurpose != AMOP_ORDER)
		return report(opclass, "that is not an ordering operator", name);
	if (!opfamily_can_sort_type(entry->amopsortfamily, result))
		return report(opclass, "with incorrect ORDER BY opfamily specification", name);
	if (!check_amop_signature(entry->amopopr, FLOAT8OID, entry->amoplefttype, entry->amoprighttype))
		return report(opclass, "with wrong signature", name);
	return true;
}

bool check_support(const Form_pg_amproc entry, const char *opclass)
{
	const char *name = format_procedure(entry->amproc);
	if (entry->amprocnum != kTraitsProc)
		return report(opclass, "with invalid support number", name);
	if (!check_amproc_signature(entry->amproc, INTERNALOID, true, 1, 1, INTERNALOID))
		return report(opclass, "with wrong signature for its support number", name);
	return true;
}

bool check_completeness(CatCList *operators, CatCList *functions, Oid type, const char *opclass)
{
	ListCell *cell;
	foreach (cell, identify_opfamily_groups(operators, functions)) {
		const auto *group = static_cast<const OpFamilyOpFuncGroup *>(lfirst(cell));
		if (group->lefttype == type && group->righttype == type &&
			(group->operatorset & uint64{1} << kDistanceStrategy) != 0 &&
			(group->functionset & uint64{1} << kTraitsProc) != 0)
			return true;
	}
	ereport(INFO, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
				   errmsg("operator class \"%s\" of access method hnsw is missing its operator or its support function",
						  opclass)));
	return false;
}

bool check_family(Oid family, Oid type, const char *opclass)
{
	CatCList *operators = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(family));
	CatCList *functions = SearchSysCacheList1(AMPROCNUM, ObjectIdGetDatum(family));
	bool valid = true;

	for (int i = 0; i < operators->n_members; i++)
		valid &= check_operator(reinterpret_cast<Form_pg_amop>(GETSTRUCT(&operators->members[i]->tuple)), opclass);
	for (int i = 0; i < functions->n_members; i++)
		valid &= check_support(reinterpret_cast<Form_pg_amproc>(GETSTRUCT(&functions->members[i]->tuple)), opclass);
	valid &= check_completeness(operators, functions, type, opclass);

	ReleaseCatCacheList(functions);
	ReleaseCatCacheList(operators);
	return valid;
}

} /* namespace */

bool hnsw_validate(Oid opclass)
{
	HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator class %u", opclass);
	const auto *form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple));
	const bool valid = check_family(form->opcfamily, form->opcintype, NameStr(form->opcname));
	ReleaseSysCache(tuple);
	return valid;
}

} /* namespace vecext::pg */
