/*
 * bit.cpp: hamming_distance and jaccard_distance on bit strings, the functions
 * behind <~> and <%>.
 */
#include "types/bit.h"

namespace vecext::types {

void check_same_length(const VarBit *a, const VarBit *b)
{
	if (VARBITLEN(a) != VARBITLEN(b))
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different bit lengths %u and %u", VARBITLEN(a), VARBITLEN(b))));
}

double hamming_distance(const Kernels &kernels, const VarBit *a, const VarBit *b)
{
	return static_cast<double>(kernels.hamming_bits(VARBITS(a), VARBITS(b), VARBITBYTES(a)));
}

double jaccard_distance(const Kernels &kernels, const VarBit *a, const VarBit *b)
{
	const BitCounts counts = kernels.jaccard_bits(VARBITS(a), VARBITS(b), VARBITBYTES(a));
	if (counts.both == 0)
		return 1;
	const uint64_t in_either = counts.in_a + counts.in_b - counts.both;
	return 1 - static_cast<double>(counts.both) / static_cast<double>(in_either);
}

} /* namespace vecext::types */

using namespace vecext;

VECEXT_FUNCTION(vecext_hamming_distance)
{
	const VarBit *a = PG_GETARG_VARBIT_P(0);
	const VarBit *b = PG_GETARG_VARBIT_P(1);

	types::check_same_length(a, b);
	PG_RETURN_FLOAT8(types::hamming_distance(kernels(), a, b));
}

VECEXT_FUNCTION(vecext_jaccard_distance)
{
	const VarBit *a = PG_GETARG_VARBIT_P(0);
	const VarBit *b = PG_GETARG_VARBIT_P(1);

	types::check_same_length(a, b);
	PG_RETURN_FLOAT8(types::jaccard_distance(kernels(), a, b));
}
