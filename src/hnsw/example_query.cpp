/*
 * example_query.cpp: see example_query.h.
 */
#include <cmath>

#include "hnsw/example_query.h"

#include "hnsw/indexed_value.h"
#include "types/vecquery.h"
#include "types/vector.h"

namespace vecext::pg {

namespace {

/* Examples rounded as the index rounds values of its column. */
hnsw::Examples narrowed(const IndexHandle *handle, const types::VecQuery *query, const hnsw::Examples &wide)
{
	hnsw::Examples examples = wide;
	auto *values = static_cast<hnsw::Value *>(palloc(sizeof(hnsw::Value) * wide.count()));
	types::Vector *vector = types::new_vector(query->dim);
	for (uint32 i = 0; i < wide.count(); i++) {
		memcpy(vector->x, wide.values[i].data, sizeof(float) * query->dim);
		values[i] = value_from_datum(handle->format, types::dense_datum(vector)).value;
		if (!(values[i].norm > 0))
			values[i].norm = 1; /* as types::make_examples() has it */
	}
	examples.values = values;
	examples.distance = handle->distance();
	return examples;
}

/* What codes of edges and of pending rows are scanned with. */
const CodeQuery *code_queries(const IndexHandle *handle, const hnsw::Examples &examples)
{
	const Arena arena = context_arena(CurrentMemoryContext);
	auto *queries = arena.allocate<CodeQuery>(examples.count());
	for (uint32 i = 0; i < examples.count(); i++) {
		queries[i].init(arena, handle->space.padded, handle->format.pending_bits);
		handle->space.project(examples.values[i], queries[i].rotated);
		queries[i].prepare(queries[i].rotated);
	}
	return queries;
}

/* How far the two vectors of each pair lie apart in the space of codes, in the unit
 * of similarities. */
float *pair_spreads(const IndexHandle *handle, const hnsw::ExampleQuery &query)
{
	const Scorer &scorer = query.exact.scorer;
	if (scorer.kind != ScorerKind::kDiscover)
		return nullptr;
	const float unit = handle->metric() == Metric::kCosine ? 0.5f : 1;
	auto *spreads = static_cast<float *>(palloc(sizeof(float) * scorer.positives));
	for (uint32 i = 0; i < scorer.positives; i++) {
		const float *positive = query.codes[1 + i].rotated, *negative = query.codes[1 + scorer.positives + i].rotated;
		spreads[i] = unit * std::sqrt(kernels().l2_squared_f32(positive, negative, handle->space.padded));
	}
	return spreads;
}

} /* namespace */

ExampleSearch *make_example_search(const IndexHandle *handle, Datum vecquery, bool exact_table)
{
	const bool rounded = handle->format.narrowed();
	const types::VecQuery *query = types::vecquery_from(vecquery);
	const bool halves = handle->element() == ElementType::kFloat16 && !rounded;
	types::check_query_dimensions(halves ? kHalfvecTypeName : kVectorTypeName, static_cast<int>(handle->format.dims),
								  query);
	const hnsw::Examples given =
		types::make_examples(query, handle->metric(), halves ? ElementType::kFloat16 : ElementType::kFloat32);
	auto *search = static_cast<ExampleSearch *>(palloc0(sizeof(ExampleSearch)));
	search->query.exact = rounded ? narrowed(handle, query, given) : given;
	search->heap = exact_table ? given : search->query.exact;
	const Size count = given.count();
	search->query.bases = static_cast<float *>(palloc(sizeof(float) * count));
	search->errors = static_cast<float *>(palloc(sizeof(float) * count));
	if (handle->has_space())
		search->query.codes = code_queries(handle, search->query.exact);
	if (handle->coded()) {
		search->query.stride = hnsw::LayerSearch::kMaxSlots;
		search->query.partial = static_cast<float *>(palloc(sizeof(float) * search->query.stride * count));
		search->query.errors = static_cast<float *>(palloc(sizeof(float) * search->query.stride));
		search->query.spreads = pair_spreads(handle, search->query);
	}
	return search;
}

void prepare_example_codes(ExampleSearch *search, const IndexHandle *handle, const Quantizer *quantizer)
{
	const hnsw::Examples &examples = search->query.exact;
	const Arena arena = context_arena(CurrentMemoryContext);
	search->coders = arena.allocate<NodeCoder>(examples.count());
	auto *estimators = arena.allocate<hnsw::NodeEstimator>(examples.count());
	for (uint32 i = 0; i < examples.count(); i++) {
		NodeCoder *coder = new (&search->coders[i]) NodeCoder();
		coder->init(handle->format, quantizer, CurrentMemoryContext);
		coder->prepare(examples.values[i].data);
		estimators[i] = coder->estimator();
	}
	search->query.estimators = estimators;
}

hnsw::SearchQuery single_query(const ExampleSearch &search, uint32 i)
{
	hnsw::SearchQuery single = {};
	single.value = search.query.exact.values[i];
	single.distance = search.query.exact.distance;
	if (search.query.codes != nullptr)
		single.code = search.query.codes[i];
	if (search.query.estimators != nullptr)
		single.estimator = search.query.estimators[i];
	return single;
}

float example_bound(ExampleSearch *search, const void *code, float deviations)
{
	for (uint32 i = 0; i < search->query.exact.count(); i++)
		search->errors[i] = deviations * search->coders[i].error(code, search->query.bases[i]);
	return search->query.lower_bound(search->errors);
}

} /* namespace vecext::pg */
