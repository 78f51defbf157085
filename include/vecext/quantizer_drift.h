/*
 * quantizer_drift.h: whether a quantizer still fits the data it codes.
 *
 * A quantizer learns centre, ranges or centroids once; rows that come later may
 * lie elsewhere. Measured on a sample of an index's rows (hnsw_stats), the figures
 * below tell whether a REINDEX would give better codes.
 */
#pragma once

#include "vecext/quantizer.h"

namespace vecext {

struct QuantizerDrift {
	uint64_t pairs; /* estimates held against exact distances */

	/* Root mean square of (estimate - exact) over the standard deviation of the
	 * exact distances: 0 = exact, 1 = estimates tell nothing. */
	double estimate_error;

	/* Root mean square of (estimate - exact) / QuantizedQuery::error(): about 1
	 * while the data are like those learned from. */
	double error_ratio;

	/* Share of the elements outside of what codes can express: kScalar beyond the
	 * range; else 0. */
	double saturated;

	/* |mean - centre|^2 / mean of |x - centre|^2: near 0 where the centre still is
	 * the mean, near 1 where the data have left it. kProduct, which has no centre,
	 * and kBinary with binary queries under kInnerProduct: 0. */
	double displacement;
};

/* Compares rows[count][dims] with their codes, code i at codes + i * stride. Rows
 * should be a random sample; up to 32 of them, evenly taken, serve as queries
 * against all others, so the time grows with 32 * count, and 200 to 1,000 rows
 * are enough. With fewer than 2 rows everything is 0. kOutOfMemory. */
Status measure_drift(const Quantizer &quantizer, const float *rows, const uint8_t *codes, size_t stride, size_t count,
					 QuantizerDrift *drift) noexcept;

} /* namespace vecext */
