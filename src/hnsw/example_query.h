/*
 * example_query.h: a vecquery made ready for a search of an index: its examples as
 * the index's values are, each with what estimates its distance to codes.
 */
#pragma once

#include "hnsw/index_handle.h"
#include "hnsw/node_codes.h"

#include "vecext/hnsw/search.h"

namespace vecext::pg {

/* Lies in the context that it was made in. */
struct ExampleSearch {
	hnsw::ExampleQuery query;
	hnsw::Examples heap; /* as values of the table are measured */
	NodeCoder *coders;   /* compact indexes: one for each example */
	float *errors;       /* scratch, likewise */
};

/* Takes a vecquery apart; `exact_table`: values of the table are measured as they
 * are, although the index has them rounded. Raises an error on wrong dimensions. */
ExampleSearch *make_example_search(const IndexHandle *handle, Datum vecquery, bool exact_table);

/* Makes estimators of a compact index's codes. */
void prepare_example_codes(ExampleSearch *search, const IndexHandle *handle, const Quantizer *quantizer);

/* Example `i` as a query of its own. */
hnsw::SearchQuery single_query(const ExampleSearch &search, uint32 i);

/* The graph distance below which that of a node hardly is whose code was scored
 * last; each estimate is trusted to so many standard deviations. */
float example_bound(ExampleSearch *search, const void *code, float deviations);

} /* namespace vecext::pg */
