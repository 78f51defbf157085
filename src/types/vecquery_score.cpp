/*
 * vecquery_score.cpp: scores of vectors by a vecquery, behind the operators between
 * the two: minus the score, so that ORDER BY ... ASC gives the best first.
 *
 * Scores are made as an index makes them (vecext/hnsw/examples.h): from the same
 * distances, rounded to float, so that both give the same order. A vector of zero
 * norm has no cosine: NaN, as between vectors.
 *
 * What is made of a query (norms, halves, weights) is kept from row to row while
 * the query stays the same.
 */
#include <type_traits>

#include "types/metric_name.h"
#include "types/vecquery.h"

extern "C" {
#include "utils/float.h"
#include "utils/memutils.h"
}

namespace vecext::types {

namespace {

/* In fn_extra. */
struct KeptExamples {
	MemoryContext context;
	VecQuery *query; /* a copy */
	hnsw::Examples examples;
};

bool serves(const KeptExamples *kept, const VecQuery *query, Metric metric)
{
	return kept->query != nullptr && kept->examples.distance.metric() == metric &&
		   VARSIZE(kept->query) == VARSIZE(query) &&
		   memcmp(kept->query + 1, query + 1, VARSIZE(query) - sizeof(VecQuery)) == 0 &&
		   memcmp(&kept->query->kind, &query->kind, sizeof(VecQuery) - offsetof(VecQuery, kind)) == 0;
}

void keep(KeptExamples *kept, const VecQuery *query, Metric metric, ElementType element)
{
	kept->query = nullptr;
	MemoryContextReset(kept->context);
	MemoryContext caller = MemoryContextSwitchTo(kept->context);
	auto *copy = static_cast<VecQuery *>(palloc(VARSIZE(query)));
	memcpy(copy, query, VARSIZE(query));
	kept->examples = make_examples(copy, metric, element);
	MemoryContextSwitchTo(caller);
	kept->query = copy;
}

const hnsw::Examples &examples_for(FunctionCallInfo fcinfo, const VecQuery *query, Metric metric, ElementType element)
{
	FmgrInfo *function = fcinfo->flinfo;
	if (function->fn_extra == nullptr) {
		auto *fresh = static_cast<KeptExamples *>(MemoryContextAllocZero(function->fn_mcxt, sizeof(KeptExamples)));
		fresh->context = AllocSetContextCreate(function->fn_mcxt, "vecquery", ALLOCSET_SMALL_SIZES);
		function->fn_extra = fresh;
	}
	auto *kept = static_cast<KeptExamples *>(function->fn_extra);
	if (!serves(kept, query, metric))
		keep(kept, query, metric, element);
	return kept->examples;
}

/* Minus the score of the first argument by the second. */
template <class Element> double negative_score(FunctionCallInfo fcinfo, Metric metric)
{
	constexpr ElementType kElement = std::is_same_v<Element, float> ? ElementType::kFloat32 : ElementType::kFloat16;
	const auto *vector = dense_argument<Element>(fcinfo, 0);
	const VecQuery *query = vecquery_from(PG_GETARG_DATUM(1));
	check_query_dimensions(ElementTraits<Element>::kTypeName, vector->dim, query);
	hnsw::Value value = {vector->x, 0};
	if (metric == Metric::kCosine) {
		value.norm = hnsw::value_norm(kernels(), kElement, static_cast<uint32>(vector->dim), vector->x);
		if (!(value.norm > 0))
			return get_float8_nan();
	}
	return static_cast<double>(examples_for(fcinfo, query, metric, kElement)(value));
}

} /* namespace */

} /* namespace vecext::types */

using namespace vecext;
using namespace vecext::types;

#define VECQUERY_OPERATOR(name, Element, metric)                   \
	VECEXT_FUNCTION(name)                                          \
	{                                                              \
		PG_RETURN_FLOAT8(negative_score<Element>(fcinfo, metric)); \
	}

VECQUERY_OPERATOR(vecext_vector_vecquery_l2, float, Metric::kL2)
VECQUERY_OPERATOR(vecext_vector_vecquery_ip, float, Metric::kInnerProduct)
VECQUERY_OPERATOR(vecext_vector_vecquery_cosine, float, Metric::kCosine)
VECQUERY_OPERATOR(vecext_vector_vecquery_l1, float, Metric::kL1)
VECQUERY_OPERATOR(vecext_halfvec_vecquery_l2, uint16_t, Metric::kL2)
VECQUERY_OPERATOR(vecext_halfvec_vecquery_ip, uint16_t, Metric::kInnerProduct)
VECQUERY_OPERATOR(vecext_halfvec_vecquery_cosine, uint16_t, Metric::kCosine)
VECQUERY_OPERATOR(vecext_halfvec_vecquery_l1, uint16_t, Metric::kL1)

VECEXT_FUNCTION(vecext_vecquery_score)
{
	PG_RETURN_FLOAT8(0 - negative_score<float>(fcinfo, metric_argument(PG_GETARG_DATUM(2))));
}

VECEXT_FUNCTION(vecext_vecquery_score_halfvec)
{
	PG_RETURN_FLOAT8(0 - negative_score<uint16_t>(fcinfo, metric_argument(PG_GETARG_DATUM(2))));
}
