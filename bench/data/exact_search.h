/*
 * exact_search.h: the nearest rows of every query, by looking at all rows.
 *
 * The ground truth that recall is measured against. It shares no code with the
 * library under test: plain loops in float, a tile of rows at a time, then the
 * candidates' distances again in double, which decide the order. Work is
 * rows * queries * dims multiply-adds: 1,000,000 x 128 x 1,000 takes about ten
 * seconds on two cores with AVX-512.
 */
#pragma once

#include "data/matrix.h"
#include "data/metric.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace vecext::bench {

/* For each query its nearest rows, nearest first, ties by smaller id. */
struct GroundTruth {
	size_t queries = 0;
	size_t neighbours = 0;        /* per query */
	std::vector<int32_t> ids;     /* queries * neighbours */
	std::vector<float> distances; /* queries * neighbours; empty when unknown */

	const int32_t *ids_of(size_t query) const { return ids.data() + query * neighbours; }
};

/* Uses all OpenMP threads. `neighbours` is cut to base.rows. Throws
 * std::runtime_error when the dimensions differ. */
GroundTruth exact_search(const Vectors &base, const Vectors &queries, Metric metric, size_t neighbours);

/* The same among the rows that pass a filter of each query, of which there must be
 * `neighbours`. Called by several threads at once. */
using RowFilter = std::function<bool(size_t query, size_t row)>;
GroundTruth exact_search_where(const Vectors &base, const Vectors &queries, Metric metric, size_t neighbours,
							   const RowFilter &passes);

/* The maximum likelihood estimate of the local intrinsic dimension (Levina and
 * Bickel 2004, inverses averaged as MacKay and Ghahramani say) over all queries,
 * from the distances of their first `neighbours` neighbours (fewer where the truth
 * holds fewer). 0 when there are no distances or for
 * the inner product, which is no distance. */
double intrinsic_dimension(const GroundTruth &truth, Metric metric, size_t neighbours);

} /* namespace vecext::bench */
