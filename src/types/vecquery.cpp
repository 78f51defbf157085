/*
 * vecquery.cpp: values of the type vecquery, and the functions that make them of
 * arrays.
 */
#include "types/vecquery.h"

#include "types/array_cast.h"
#include "types/vector.h"

namespace vecext::types {

namespace {

uint32 example_count(const VecQueryParts &parts)
{
	return parts.target.count + parts.positives.count + parts.negatives.count;
}

/* The dimensions that all vectors have. */
int common_dim(const VecQueryParts &parts)
{
	int dim = 0;
	for (const ExampleList *list : {&parts.target, &parts.positives, &parts.negatives}) {
		if (list->count == 0)
			continue;
		if (dim != 0 && list->dim != dim)
			raise_different_dimensions(kVectorTypeName, dim, list->dim);
		dim = list->dim;
	}
	return dim;
}

void check_feedback(const VecQueryParts &parts)
{
	if (parts.score_count != parts.positives.count)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("feedback needs as many scores as examples, not %u and %u", parts.score_count,
							   parts.positives.count)));
	auto *weights = static_cast<double *>(palloc(sizeof(double) * (parts.score_count + 1)));
	pg::raise_if_error(feedback_weights(parts.coefficients, parts.scores, parts.score_count, weights));
	pfree(weights);
}

void check_parts(const VecQueryParts &parts, int dim)
{
	const Scorer scorer = {parts.kind, parts.positives.count, parts.negatives.count, nullptr};
	pg::raise_if_error(scorer.check());
	if (parts.kind == ScorerKind::kFeedback)
		check_feedback(parts);
	check_dimensions<float>(dim);
	for (const ExampleList *list : {&parts.target, &parts.positives, &parts.negatives})
		pg::raise_if_error(check_finite(kVectorTypeName, list->elements, Size{list->count} * dim));
}

float *append(float *to, const ExampleList &list)
{
	const Size elements = Size{list.count} * list.dim;
	if (elements > 0)
		memcpy(to, list.elements, elements * sizeof(float));
	return to + elements;
}

} /* namespace */

VecQuery *make_vecquery(const VecQueryParts &parts)
{
	const int dim = common_dim(parts);
	check_parts(parts, dim);
	const Size numbers = parts.kind == ScorerKind::kFeedback ? 3 + parts.score_count : 0;
	const Size size = sizeof(VecQuery) + numbers * sizeof(double) + Size{example_count(parts)} * dim * sizeof(float);
	auto *query = static_cast<VecQuery *>(palloc0(size));
	SET_VARSIZE(query, size);
	query->kind = static_cast<uint8>(parts.kind);
	query->dim = static_cast<int16>(dim);
	query->positives = static_cast<int32>(parts.positives.count);
	query->negatives = static_cast<int32>(parts.negatives.count);
	if (numbers > 0) {
		auto *feedback = const_cast<double *>(feedback_numbers(query));
		feedback[0] = parts.coefficients.a;
		feedback[1] = parts.coefficients.b;
		feedback[2] = parts.coefficients.c;
		memcpy(feedback + 3, parts.scores, parts.score_count * sizeof(double));
	}
	auto *elements = const_cast<float *>(example_elements(query));
	append(append(append(elements, parts.target), parts.positives), parts.negatives);
	return query;
}

void check_query_dimensions(const char *type_name, int dim, const VecQuery *query)
{
	if (unlikely(dim != query->dim))
		raise_different_dimensions(type_name, dim, query->dim);
}

namespace {

/* An example in the element type of what it is compared with. */
const void *converted(const float *elements, int dim, ElementType element)
{
	if (element == ElementType::kFloat32)
		return elements;
	auto *halves = static_cast<uint16_t *>(palloc(sizeof(uint16_t) * dim));
	narrow_checked(elements, halves, static_cast<size_t>(dim));
	return halves;
}

/* A vector without direction has a cosine of 0 with every other: so it has if its
 * norm is not taken to be 0. */
float usable_norm(float norm)
{
	return norm > 0 ? norm : 1;
}

const double *weights_of(const VecQuery *query)
{
	const double *numbers = feedback_numbers(query);
	auto *weights = static_cast<double *>(palloc(sizeof(double) * (1 + query->positives)));
	pg::raise_if_error(feedback_weights({numbers[0], numbers[1], numbers[2]}, numbers + 3,
										static_cast<uint32>(query->positives), weights));
	return weights;
}

} /* namespace */

hnsw::Examples make_examples(const VecQuery *query, Metric metric, ElementType element)
{
	hnsw::Examples examples;
	examples.scorer = scorer_of(query);
	if (examples.scorer.kind == ScorerKind::kFeedback)
		examples.scorer.weights = weights_of(query);
	const auto dim = static_cast<uint32>(query->dim);
	examples.distance.init(metric, element, dim, kernels());
	const uint32 count = examples.count();
	auto *values = static_cast<hnsw::Value *>(palloc(sizeof(hnsw::Value) * count));
	for (uint32 i = 0; i < count; i++) {
		values[i] = {converted(example_elements(query) + Size{i} * dim, query->dim, element), 0};
		if (metric == Metric::kCosine)
			values[i].norm = usable_norm(hnsw::value_norm(kernels(), element, dim, values[i].data));
	}
	examples.values = values;
	examples.similarities = static_cast<float *>(palloc(sizeof(float) * count));
	return examples;
}

namespace {

/* ---- constructors ---- */

/* Checked before memory is asked for by it. */
void check_count(int count)
{
	if (count > static_cast<int>(kMaxExamples))
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("vecquery cannot have more than %u examples", kMaxExamples)));
}

ExampleList vectors_of(FunctionCallInfo fcinfo, int argument)
{
	int count;
	const Datum *elements = checked_array_elements(PG_GETARG_ARRAYTYPE_P(argument), &count);
	check_count(count);
	ExampleList list;
	float *to = nullptr;
	for (int i = 0; i < count; i++) {
		const Vector *vector = vector_from(elements[i]);
		if (i == 0) {
			list.dim = vector->dim;
			list.elements = to = static_cast<float *>(palloc(sizeof(float) * Size(count) * list.dim));
		}
		if (vector->dim != list.dim)
			raise_different_dimensions(kVectorTypeName, list.dim, vector->dim);
		memcpy(to + Size(i) * list.dim, vector->x, sizeof(float) * list.dim);
	}
	list.count = static_cast<uint32>(count);
	return list;
}

ExampleList vector_of(FunctionCallInfo fcinfo, int argument)
{
	const Vector *vector = dense_argument<float>(fcinfo, argument);
	return {vector->x, 1, vector->dim};
}

/* A float8[]; float8 may or may not be passed by value. */
const double *numbers_of(FunctionCallInfo fcinfo, int argument, uint32 *count)
{
	int length;
	const Datum *elements = checked_array_elements(PG_GETARG_ARRAYTYPE_P(argument), &length);
	check_count(length);
	auto *numbers = static_cast<double *>(palloc(sizeof(double) * length));
	for (int i = 0; i < length; i++)
		numbers[i] = DatumGetFloat8(elements[i]);
	*count = static_cast<uint32>(length);
	return numbers;
}

Datum vecquery_of(const VecQueryParts &parts)
{
	return PointerGetDatum(make_vecquery(parts));
}

Datum recommend(FunctionCallInfo fcinfo, ScorerKind kind)
{
	VecQueryParts parts = {};
	parts.kind = kind;
	parts.positives = vectors_of(fcinfo, 0);
	parts.negatives = vectors_of(fcinfo, 1);
	return vecquery_of(parts);
}

} /* namespace */

} /* namespace vecext::types */

using namespace vecext;
using namespace vecext::types;

VECEXT_FUNCTION(vecext_vecquery_best_score)
{
	return recommend(fcinfo, ScorerKind::kBestScore);
}

VECEXT_FUNCTION(vecext_vecquery_sum_scores)
{
	return recommend(fcinfo, ScorerKind::kSumScores);
}

VECEXT_FUNCTION(vecext_vecquery_discover)
{
	VecQueryParts parts = {};
	parts.kind = ScorerKind::kDiscover;
	parts.target = vector_of(fcinfo, 0);
	parts.positives = vectors_of(fcinfo, 1);
	parts.negatives = vectors_of(fcinfo, 2);
	return vecquery_of(parts);
}

VECEXT_FUNCTION(vecext_vecquery_context)
{
	return recommend(fcinfo, ScorerKind::kContext);
}

VECEXT_FUNCTION(vecext_vecquery_feedback)
{
	VecQueryParts parts = {};
	parts.kind = ScorerKind::kFeedback;
	parts.target = vector_of(fcinfo, 0);
	parts.positives = vectors_of(fcinfo, 1);
	parts.scores = numbers_of(fcinfo, 2, &parts.score_count);
	parts.coefficients = {PG_GETARG_FLOAT8(3), PG_GETARG_FLOAT8(4), PG_GETARG_FLOAT8(5)};
	return vecquery_of(parts);
}
