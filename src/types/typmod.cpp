/* typmod.cpp: reading a type modifier. */
#include "types/typmod.h"

extern "C" {
#include "utils/array.h"
}

namespace vecext::types {

int32 dimensions_modifier(Datum modifiers, const char *type_name, int32 max_dimensions)
{
	int count;
	const int32 *values = ArrayGetIntegerTypmods(DatumGetArrayTypeP(modifiers), &count);

	if (count != 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid type modifier")));
	if (values[0] < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("dimensions for type %s must be at least 1", type_name)));
	if (values[0] > max_dimensions)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("dimensions for type %s cannot exceed %d", type_name, max_dimensions)));
	return values[0];
}

} /* namespace vecext::types */
