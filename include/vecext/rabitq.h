/*
 * rabitq.h: codes of 1, 2 or 4 bits per dimension that estimate the distance
 * from a query to a point, relative to a reference point (SIGMOD 2024 and, for
 * several bits, SIGMOD 2025: Gao et al.).
 *
 * Let c be the centre, p the reference, o the point, r = R(o - p) the rotated
 * residual and x in R^d its code: x_i = u_i - (2^bits - 1) / 2 with u_i unsigned.
 * Then <r, y> is estimated by F <x, y> with F = |r|^2 / <x, r>, unbiased over
 * rotations. With q' = R(q - c) and p' = R(p - c):
 *
 *   estimate(q, o) = base(q, p) + add + scale * <x, q'>
 *
 *   kL2, kCosine     base = |q - p|^2    scale = -2F   add = |r|^2 + 2F <x, p'>
 *   kInnerProduct    base = -<q, p>      scale = -F    add = -<o - p, p> + F <x, p'>
 *
 * base is the exact graph distance to the reference. A zero residual has add =
 * scale = 0 and an all-zero code (the estimate is then exact). An edge that is
 * to vanish from estimates has add = +infinity and scale = 0.
 *
 * Code layout. A block serves 32 slots. The bit planes of a slot are 64-bit
 * words; word w of plane b of slot j stands at uint64_t index (b * words + w) *
 * 32 + j of the block. So a scan of 32 slots reads sequentially and vertically,
 * while replacing one slot changes only bits * words separate 8-byte words,
 * which generic WAL logs as that many small fragments. (FastScan's 4-bit
 * interleaving scans a little faster but scatters one slot over one byte in 16:
 * about seven times the WAL per edge; see docs/architecture.md.)
 *
 * Bit i of word w is dimension 64 w + i.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/arena.h"
#include "vecext/metric.h"

namespace vecext {

constexpr uint32_t kBlockSlots = 32;
constexpr int kMaxCodeBits = 4;

/* Bytes of the code of one point, and of a block of 32. */
constexpr size_t code_bytes(uint32_t padded, int bits)
{
	return size_t{padded} / 8 * bits;
}
constexpr size_t code_block_bytes(uint32_t padded, int bits)
{
	return code_bytes(padded, bits) * kBlockSlots;
}

/* Factors that belong to one code. */
struct CodeFactors {
	float add;
	float scale;
};

struct CodeKernels;

/* A query prepared for scanning codes: q' quantized to signed integers and cut
 * into bit planes. Lives in an arena; reuse by calling prepare() again. */
struct CodeQuery {
	static constexpr int kMaxPlanes = 7;

	uint32_t padded;
	int bits;                   /* bits per dimension of the codes to be scanned */
	int query_bits;             /* planes of the query, sign plane included */
	float step;                 /* q'_i is about step * integer */
	float offset;               /* step * -(2^bits - 1) / 2 * sum of the integers */
	uint64_t *planes;           /* plane b of word w at query_bits * w + b; highest is the sign */
	float *rotated;             /* q' itself, padded values: what encoding needs of a reference */
	uint8_t *tables;            /* what else the scans of the instruction set need, or null */
	const CodeKernels *kernels; /* those in use when init() ran */

	void init(Arena arena, uint32_t padded, int bits);

	/* Takes q' (padded values; may be `rotated` itself). */
	void prepare(const float *rotated_query) noexcept;
};

/* out[j] = factors of slot j applied to the code of slot j, for 32 slots: add[j]
 * + scale[j] * <x_j, q'>. The caller adds base. `codes` is one block and needs
 * 8-byte alignment; add, scale and out need that of float. */
void scan_code_block(const CodeQuery &query, const uint64_t *codes, const float *add, const float *scale,
					 float *out) noexcept;

/* The same for `count` codes stored one after another, each code_bytes() long at
 * `stride` bytes, plane after plane, with its CodeFactors `factors_offset` bytes
 * into each entry and the code at `code_offset`. */
void scan_code_rows(const CodeQuery &query, const uint8_t *entries, size_t stride, size_t factors_offset,
					size_t code_offset, uint32_t count, float *out) noexcept;

/* Encodes residual = R(o - p) (padded values). reference = p' = R(p - c), null
 * when p is the centre. residual_dot_reference = <o - p, p>, used by
 * kInnerProduct only. Writes bits * padded / 64 words to `code`, plane after
 * plane. */
CodeFactors encode_residual(Metric metric, int bits, uint32_t padded, const float *residual, const float *reference,
							float residual_dot_reference, uint64_t *code) noexcept;

/* Puts a code (as encode_residual wrote it) into slot `slot` (0..31) of a block,
 * and reads it back. */
void store_code(uint64_t *block, uint32_t slot, const uint64_t *code, uint32_t padded, int bits) noexcept;
void load_code(const uint64_t *block, uint32_t slot, uint64_t *code, uint32_t padded, int bits) noexcept;

} /* namespace vecext */
