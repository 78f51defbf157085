/* code_kernels_portable.cpp: codes without assuming any instruction set. */
#include "core/rabitq/code_loops.h"
#include "core/rabitq/code_tables.h"
#include "core/rabitq/lanes_portable.h"

namespace vecext {
namespace {

int32_t count_common(const uint64_t *planes, int query_bits, uint64_t word)
{
	int32_t sum = 0;
	for (int b = 0; b < query_bits - 1; b++)
		sum += __builtin_popcountll(word & planes[b]) << b;
	return sum - (__builtin_popcountll(word & planes[query_bits - 1]) << (query_bits - 1));
}

void scan_block(const CodeQuery &query, const uint64_t *codes, const float *add, const float *scale, uint32_t count,
				float *out) noexcept
{
	const uint32_t words = query.padded / 64;
	int32_t sums[kBlockSlots] = {};
	for (int b = 0; b < query.bits; b++)
		for (uint32_t w = 0; w < words; w++, codes += kBlockSlots)
			for (uint32_t j = 0; j < count; j++)
				sums[j] += count_common(query.planes + query.query_bits * w, query.query_bits, codes[j]) << b;
	finish_estimates(query, sums, add, scale, out);
}

int64_t scan_row(const CodeQuery &query, const uint8_t *code) noexcept
{
	const uint32_t words = query.padded / 64;
	int64_t sum = 0;
	for (int b = 0; b < query.bits; b++)
		for (uint32_t w = 0; w < words; w++, code += sizeof(uint64_t)) {
			uint64_t word;
			memcpy(&word, code, sizeof word);
			sum += int64_t{count_common(query.planes + query.query_bits * w, query.query_bits, word)} << b;
		}
	return sum;
}

size_t no_tables(uint32_t, int) noexcept
{
	return 0;
}

} /* namespace */

const CodeKernels code_kernels_portable = {
	rotate<PortableLanes>, prepare_planes<PortableLanes>, scan_block, scan_row, encode<PortableLanes>, no_tables,
};

} /* namespace vecext */
