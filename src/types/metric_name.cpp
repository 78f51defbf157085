/* metric_name.cpp: see metric_name.h. */
#include "types/metric_name.h"

extern "C" {
#include "utils/builtins.h"
}

namespace vecext::types {

namespace {

struct NamedMetric {
	const char *name;
	Metric metric;
};
constexpr NamedMetric kMetrics[] = {
	{"l2", Metric::kL2}, {"inner_product", Metric::kInnerProduct}, {"cosine", Metric::kCosine}, {"l1", Metric::kL1}};

} /* namespace */

Metric metric_argument(Datum name)
{
	const text *wanted = DatumGetTextPP(name);
	for (const NamedMetric &known : kMetrics)
		if (VARSIZE_ANY_EXHDR(wanted) == strlen(known.name) &&
			memcmp(VARDATA_ANY(wanted), known.name, strlen(known.name)) == 0)
			return known.metric;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown distance \"%s\"", text_to_cstring(wanted)),
			 errhint("Use l2, inner_product, cosine or l1.")));
	pg_unreachable();
}

} /* namespace vecext::types */
