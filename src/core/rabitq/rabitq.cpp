/*
 * rabitq.cpp: codes as vecext/rabitq.h promises them, on the loops of the
 * instruction set in use.
 */
#include "vecext/rabitq.h"

#include <cassert>

#include "core/rabitq/code_kernels.h"

namespace vecext {

namespace {

/* Planes of the query by bits of the codes: the fewest whose rounding stays below
 * the codes' own error for queries several times as far from the centre as from
 * the reference. src/core/hnsw/README.md has the measurement. */
int planes_for(int bits)
{
	return bits == 1 ? 5 : bits == 2 ? 6 : 7;
}

} /* namespace */

void CodeQuery::init(Arena arena, uint32_t padded_dims, int code_bits)
{
	assert(padded_dims % 64 == 0 && code_bits >= 1 && code_bits <= kMaxCodeBits);
	kernels = &code_kernels();
	padded = padded_dims;
	bits = code_bits;
	query_bits = planes_for(code_bits);
	step = offset = 0;
	planes = arena.allocate<uint64_t>(size_t{padded} / 64 * query_bits);
	rotated = arena.allocate<float>(padded);
	const size_t bytes = kernels->table_bytes(padded, query_bits);
	tables = bytes ? arena.allocate<uint8_t>(bytes) : nullptr;
}

void CodeQuery::prepare(const float *rotated_query) noexcept
{
	if (rotated_query != rotated)
		memcpy(rotated, rotated_query, sizeof(float) * padded);
	kernels->prepare(*this, rotated);
}

void scan_code_block(const CodeQuery &query, const uint64_t *codes, const float *add, const float *scale,
					 float *out) noexcept
{
	query.kernels->scan_block(query, codes, add, scale, kBlockSlots, out);
}

void scan_code_rows(const CodeQuery &query, const uint8_t *entries, size_t stride, size_t factors_offset,
					size_t code_offset, uint32_t count, float *out) noexcept
{
	for (uint32_t i = 0; i < count; i++, entries += stride) {
		CodeFactors factors;
		memcpy(&factors, entries + factors_offset, sizeof factors);
		const int64_t sum = query.kernels->scan_row(query, entries + code_offset);
		out[i] = factors.add + factors.scale * (query.step * static_cast<float>(sum) + query.offset);
	}
}

CodeFactors encode_residual(Metric metric, int bits, uint32_t padded, const float *residual, const float *reference,
							float residual_dot_reference, uint64_t *code) noexcept
{
	return code_kernels().encode(metric, bits, padded, residual, reference, residual_dot_reference, code);
}

void store_code(uint64_t *block, uint32_t slot, const uint64_t *code, uint32_t padded, int bits) noexcept
{
	const uint32_t words = padded / 64 * bits;
	for (uint32_t w = 0; w < words; w++)
		block[w * kBlockSlots + slot] = code[w];
}

void load_code(const uint64_t *block, uint32_t slot, uint64_t *code, uint32_t padded, int bits) noexcept
{
	const uint32_t words = padded / 64 * bits;
	for (uint32_t w = 0; w < words; w++)
		code[w] = block[w * kBlockSlots + slot];
}

} /* namespace vecext */
