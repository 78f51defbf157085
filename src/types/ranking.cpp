/*
 * ranking.cpp: functions for queries that rank by more than one distance: the worth
 * of a place (RRF), decays, and a choice of results that are unlike each other.
 * The arithmetic is that of vecext/ranking/.
 */
#include <cmath>

#include "pg/compat.h"

extern "C" {
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
}

#include "types/array_cast.h"
#include "types/metric_name.h"
#include "types/vector.h"
#include "vecext/hnsw/distance.h"
#include "vecext/ranking/decay.h"
#include "vecext/ranking/fusion.h"
#include "vecext/ranking/mmr.h"
#include "vecext/ranking/scorer.h"

namespace vecext::types {

namespace {

[[noreturn]] void raise_argument(const char *message)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s", message)));
	pg_unreachable();
}

Datum decay_function(FunctionCallInfo fcinfo, Decay decay)
{
	const double x = PG_GETARG_FLOAT8(0);
	const DecayShape shape = {PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3)};
	pg::raise_if_error(check_decay(decay, shape));
	PG_RETURN_FLOAT8(std::isnan(x) ? x : decay_at(decay, shape, x));
}

/* ---- mmr ---- */

constexpr int kMaxMmrCandidates = 16384; /* Qdrant's limit */

/* What mmr() chooses from: `count` of each. */
struct MmrInput {
	Datum *ids;
	bool *id_nulls;
	hnsw::Value *vectors;
	MmrCandidate *candidates;
	int count;
	hnsw::GraphDistance distance;
};

void read_ids(ArrayType *array, MmrInput *input)
{
	int16 length;
	bool by_value;
	char alignment;
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION), errmsg("array must be 1-D")));
	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &alignment);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, alignment, &input->ids, &input->id_nulls,
					  &input->count);
	if (input->count > kMaxMmrCandidates)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("mmr cannot have more than %d candidates", kMaxMmrCandidates)));
}

/* An array parallel to the ids. */
Datum *parallel_elements(const MmrInput &input, ArrayType *array)
{
	int count;
	Datum *elements = checked_array_elements(array, &count);
	if (count != input.count)
		raise_argument("mmr needs as many vectors and relevances as ids");
	return elements;
}

void read_vectors(ArrayType *array, Metric metric, MmrInput *input)
{
	const Datum *elements = parallel_elements(*input, array);
	input->vectors = static_cast<hnsw::Value *>(palloc(sizeof(hnsw::Value) * input->count));
	int dim = 0;
	for (int i = 0; i < input->count; i++) {
		const Vector *vector = vector_from(elements[i]);
		if (i > 0 && vector->dim != dim)
			raise_different_dimensions(kVectorTypeName, dim, vector->dim);
		dim = vector->dim;
		float norm = 0;
		if (metric == Metric::kCosine)
			norm = hnsw::value_norm(kernels(), ElementType::kFloat32, static_cast<uint32>(dim), vector->x);
		/* Without direction it has a cosine of 0 with every other. */
		input->vectors[i] = {vector->x, norm > 0 ? norm : 1};
	}
	input->distance.init(metric, ElementType::kFloat32, static_cast<uint32>(dim), kernels());
}

void read_relevances(ArrayType *array, MmrInput *input)
{
	const Datum *elements = parallel_elements(*input, array);
	input->candidates = static_cast<MmrCandidate *>(palloc(sizeof(MmrCandidate) * input->count));
	for (int i = 0; i < input->count; i++) {
		const double relevance = DatumGetFloat8(elements[i]);
		if (std::isnan(relevance))
			raise_argument("relevance of mmr must not be NaN");
		input->candidates[i] = {static_cast<uint32>(i), static_cast<float>(relevance), 0};
	}
}

/* Similarities may be asked for by the million. */
float similarity(const MmrInput &input, uint32 i, uint32 j)
{
	CHECK_FOR_INTERRUPTS();
	return similarity_of(input.distance.metric(), input.distance(input.vectors[i], input.vectors[j]));
}

size_t choose(MmrInput &input, int limit, double diversity, uint32 *chosen)
{
	const auto count = static_cast<size_t>(input.count);
	return select_mmr(
		std::span(input.candidates, count), 1 - diversity, static_cast<size_t>(limit),
		[&input](uint32 i, uint32 j) { return similarity(input, i, j); }, std::span(chosen, count));
}

} /* namespace */

} /* namespace vecext::types */

using namespace vecext;
using namespace vecext::types;

/* A missing rank is that of a row which a list does not have. */
VECEXT_FUNCTION(vecext_rrf_score)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	const double k = PG_GETARG_FLOAT8(1), weight = PG_GETARG_FLOAT8(2);
	if (!(k >= 1) || std::isinf(k))
		raise_argument("k of rrf_score must be at least 1 and finite");
	if (!std::isfinite(weight))
		raise_argument("weight of rrf_score must be finite");
	if (PG_ARGISNULL(0))
		PG_RETURN_FLOAT8(0);
	const int64 rank = PG_GETARG_INT64(0);
	if (rank < 1)
		raise_argument("rank of rrf_score must be at least 1");
	PG_RETURN_FLOAT8(rrf_score(static_cast<uint64_t>(rank) - 1, k, weight));
}

VECEXT_FUNCTION(vecext_lin_decay)
{
	return decay_function(fcinfo, Decay::kLinear);
}

VECEXT_FUNCTION(vecext_exp_decay)
{
	return decay_function(fcinfo, Decay::kExponential);
}

VECEXT_FUNCTION(vecext_gauss_decay)
{
	return decay_function(fcinfo, Decay::kGaussian);
}

VECEXT_FUNCTION(vecext_mmr)
{
	const int limit = PG_GETARG_INT32(3);
	const double diversity = PG_GETARG_FLOAT8(4);
	if (limit < 0)
		raise_argument("k of mmr must not be negative");
	if (!(diversity >= 0 && diversity <= 1))
		raise_argument("diversity of mmr must be from 0 to 1");
	MmrInput input = {};
	read_ids(PG_GETARG_ARRAYTYPE_P(0), &input);
	read_vectors(PG_GETARG_ARRAYTYPE_P(1), metric_argument(PG_GETARG_DATUM(5)), &input);
	read_relevances(PG_GETARG_ARRAYTYPE_P(2), &input);

	InitMaterializedSRF(fcinfo, 0);
	const auto *result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
	const Datum *relevances = parallel_elements(input, PG_GETARG_ARRAYTYPE_P(2));
	auto *chosen = static_cast<uint32 *>(palloc(sizeof(uint32) * input.count));
	const size_t count = choose(input, limit, diversity, chosen);
	for (size_t i = 0; i < count; i++) {
		Datum values[2] = {input.ids[chosen[i]], relevances[chosen[i]]};
		bool nulls[2] = {input.id_nulls[chosen[i]], false};
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	PG_RETURN_NULL();
}
