/*
 * payload_catalog.cpp: see payload_catalog.h.
 */
#include "filter/payload_catalog.h"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_opfamily.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace vecext::pg {

Oid operator_named(const char *name, Oid function)
{
	return GetSysCacheOid4(OPERNAMENSP, Anum_pg_operator_oid, CStringGetDatum(name), ObjectIdGetDatum(JSONBOID),
						   ObjectIdGetDatum(JSONBOID), ObjectIdGetDatum(get_func_namespace(function)));
}

Oid function_named(const char *name, const Oid *arguments, int n_arguments, Oid function)
{
	oidvector *types = buildoidvector(arguments, n_arguments);
	return GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name), PointerGetDatum(types),
						   ObjectIdGetDatum(get_func_namespace(function)));
}

const char *opfamily_name(Oid opfamily)
{
	HeapTuple tuple = SearchSysCache1(OPFAMILYOID, ObjectIdGetDatum(opfamily));
	if (!HeapTupleIsValid(tuple))
		return "";
	char *name = pstrdup(NameStr(reinterpret_cast<Form_pg_opfamily>(GETSTRUCT(tuple))->opfname));
	ReleaseSysCache(tuple);
	return name;
}

} /* namespace vecext::pg */
