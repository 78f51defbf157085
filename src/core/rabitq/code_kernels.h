/*
 * code_kernels.h: the loops of rotation and RaBitQ codes, one table per
 * instruction set, like the distances in vecext/kernels.h.
 *
 * The loops are templates on a set's "lanes" (16 floats; lanes_*.h), instantiated
 * once per set by code_kernels_<set>.cpp. All sets add in the same order and none
 * fuses multiply and add, so every set gives the same bits: an index built on one
 * machine is read by another, and a test can compare sets exactly.
 *
 * Files compiled with flags of an instruction set must not emit functions that
 * other files could be linked to: no standard library templates, everything
 * static or parametrised by the set's own types.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/rabitq.h"

namespace vecext {

struct CodeKernels {
	/* All rounds of vecext/rotation.h on x[padded], in place. */
	void (*rotate)(const uint32_t *signs, uint32_t padded, float *x) noexcept;

	/* Fills planes, step and offset, and what else the set's scans need. */
	void (*prepare)(CodeQuery &query, const float *rotated) noexcept;

	/* scan_code_block() for the first `count` slots (1..32); may write all 32. */
	void (*scan_block)(const CodeQuery &query, const uint64_t *codes, const float *add, const float *scale,
					   uint32_t count, float *out) noexcept;

	/* The sum of u_i times the query's integers for one code, plane after plane. */
	int64_t (*scan_row)(const CodeQuery &query, const uint8_t *code) noexcept;

	CodeFactors (*encode)(Metric metric, int bits, uint32_t padded, const float *residual, const float *reference,
						  float residual_dot_reference, uint64_t *code) noexcept;

	/* Bytes of CodeQuery::tables. */
	size_t (*table_bytes)(uint32_t padded, int query_bits) noexcept;
};

/* The table that belongs to kernels().set. */
const CodeKernels &code_kernels() noexcept;

} /* namespace vecext */
