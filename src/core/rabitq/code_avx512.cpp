/*
 * code_avx512.cpp: code loops for AVX-512 with VPOPCNTDQ. A scan counts the bits
 * that a word of eight codes and one plane of the query have in common, with one
 * accumulator per plane and group of eight codes.
 */
#include <immintrin.h>

#include "core/rabitq/code_loops.h"
#include "core/rabitq/code_tables.h"

namespace vecext {
namespace {

/* Sixteen floats; members as in code_portable.cpp. */
struct Lanes {
	__m512 v;

	static Lanes load(const float *p) { return {_mm512_loadu_ps(p)}; }
	static Lanes set1(float x) { return {_mm512_set1_ps(x)}; }
	void store(float *p) const { _mm512_storeu_ps(p, v); }

	friend Lanes operator+(Lanes a, Lanes b) { return {_mm512_add_ps(a.v, b.v)}; }
	friend Lanes operator-(Lanes a, Lanes b) { return {_mm512_sub_ps(a.v, b.v)}; }
	friend Lanes operator*(Lanes a, Lanes b) { return {_mm512_mul_ps(a.v, b.v)}; }
	static Lanes min(Lanes a, Lanes b) { return {_mm512_min_ps(a.v, b.v)}; }
	static Lanes max(Lanes a, Lanes b) { return {_mm512_max_ps(a.v, b.v)}; }

	Lanes flip(const uint32_t *words) const
	{
		return {_mm512_xor_ps(v, _mm512_castsi512_ps(_mm512_loadu_si512(words)))};
	}
	Lanes abs() const { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), v)}; }
	Lanes times_sign_of(Lanes other) const { return {_mm512_xor_ps(v, _mm512_and_ps(other.v, _mm512_set1_ps(-0.0f)))}; }
	uint16_t not_negative() const { return static_cast<uint16_t>(~_mm512_movepi32_mask(_mm512_castps_si512(v))); }
	uint16_t bit_of_each(int bit) const
	{
		return _mm512_test_epi32_mask(_mm512_castps_si512(v), _mm512_set1_epi32(1 << bit));
	}
	/* A product with 1 or -1 is exact, so fusing changes no bit. */
	template <int h> Lanes butterfly() const
	{
		constexpr uint16_t upper = h == 1 ? 0xaaaa : h == 2 ? 0xcccc : h == 4 ? 0xf0f0 : 0xff00;
		const __m512 sign = _mm512_mask_blend_ps(upper, _mm512_set1_ps(1), _mm512_set1_ps(-1));
		return {_mm512_fmadd_ps(v, sign, partner_lanes<h>())};
	}

private:
	template <int h> __m512 partner_lanes() const
	{
		if constexpr (h == 1)
			return _mm512_permute_ps(v, 0xb1);
		else if constexpr (h == 2)
			return _mm512_permute_ps(v, 0x4e);
		else if constexpr (h == 4)
			return _mm512_shuffle_f32x4(v, v, 0xb1);
		else
			return _mm512_shuffle_f32x4(v, v, 0x4e);
	}
};

constexpr uint32_t kGroupSlots = 8;

/* Sums over one plane of the codes, for `groups` groups of eight slots. */
template <int planes, int groups>
void scan_plane(const uint64_t *query_planes, const uint64_t *codes, uint32_t words, __m512i *sums)
{
	__m512i counts[groups][planes];
	for (auto &group : counts)
		for (auto &count : group)
			count = _mm512_setzero_si512();
	for (uint32_t w = 0; w < words; w++, codes += kBlockSlots, query_planes += planes)
		for (int g = 0; g < groups; g++) {
			const __m512i code = _mm512_loadu_si512(codes + g * kGroupSlots);
			for (int b = 0; b < planes; b++) {
				const __m512i plane = _mm512_set1_epi64(static_cast<int64_t>(query_planes[b]));
				counts[g][b] = _mm512_add_epi64(counts[g][b], _mm512_popcnt_epi64(_mm512_and_si512(code, plane)));
			}
		}
	for (int g = 0; g < groups; g++) {
		sums[g] = _mm512_sub_epi64(_mm512_setzero_si512(), counts[g][planes - 1]);
		for (int b = planes - 2; b >= 0; b--)
			sums[g] = _mm512_add_epi64(_mm512_slli_epi64(sums[g], 1), counts[g][b]);
	}
}

/* Estimates of `groups` groups; the planes of the codes from the highest down. */
template <int planes, int groups>
void scan_groups(const CodeQuery &query, const uint64_t *codes, const float *add, const float *scale, float *out)
{
	const uint32_t words = query.padded / 64;
	__m512i sums[groups], plane_sums[groups];
	for (auto &sum : sums)
		sum = _mm512_setzero_si512();
	for (int c = query.bits - 1; c >= 0; c--) {
		scan_plane<planes, groups>(query.planes, codes + size_t{words} * kBlockSlots * c, words, plane_sums);
		for (int g = 0; g < groups; g++)
			sums[g] = _mm512_add_epi64(_mm512_slli_epi64(sums[g], 1), plane_sums[g]);
	}
	const __m256 step = _mm256_set1_ps(query.step), offset = _mm256_set1_ps(query.offset);
	for (int g = 0; g < groups; g++) {
		const __m256 product = _mm256_add_ps(_mm256_mul_ps(step, _mm512_cvtepi64_ps(sums[g])), offset);
		const __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(scale + g * kGroupSlots), product);
		_mm256_storeu_ps(out + g * kGroupSlots, _mm256_add_ps(_mm256_loadu_ps(add + g * kGroupSlots), scaled));
	}
}

/* As many groups at once as there are registers for. */
template <int planes>
void scan_counted(const CodeQuery &query, const uint64_t *codes, const float *add, const float *scale, uint32_t count,
				  float *out)
{
	if (planes * 4 <= 24 && count > 3 * kGroupSlots)
		return scan_groups<planes, 4>(query, codes, add, scale, out);
	if (planes * 3 <= 24 && count > 2 * kGroupSlots && count <= 3 * kGroupSlots)
		return scan_groups<planes, 3>(query, codes, add, scale, out);
	for (uint32_t j = 0; j < count; j += 2 * kGroupSlots)
		if (count - j > kGroupSlots)
			scan_groups<planes, 2>(query, codes + j, add + j, scale + j, out + j);
		else
			scan_groups<planes, 1>(query, codes + j, add + j, scale + j, out + j);
}

void scan_block(const CodeQuery &query, const uint64_t *codes, const float *add, const float *scale, uint32_t count,
				float *out) noexcept
{
	switch (query.query_bits) {
	case 5:
		return scan_counted<5>(query, codes, add, scale, count, out);
	case 6:
		return scan_counted<6>(query, codes, add, scale, count, out);
	default:
		return scan_counted<7>(query, codes, add, scale, count, out);
	}
}

/* All planes of the query's word at once, one per lane. */
int64_t scan_row(const CodeQuery &query, const uint8_t *code) noexcept
{
	const int planes = query.query_bits;
	const auto used = static_cast<__mmask8>((1u << planes) - 1);
	const uint32_t words = query.padded / 64;
	__m512i sum = _mm512_setzero_si512();
	for (int c = query.bits - 1; c >= 0; c--) {
		const uint8_t *plane = code + size_t{words} * sizeof(uint64_t) * c;
		__m512i counts[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
		for (uint32_t w = 0; w < words; w++) {
			int64_t word;
			__builtin_memcpy(&word, plane + sizeof word * w, sizeof word);
			const __m512i common =
				_mm512_and_si512(_mm512_set1_epi64(word), _mm512_maskz_loadu_epi64(used, query.planes + planes * w));
			counts[w % 2] = _mm512_add_epi64(counts[w % 2], _mm512_popcnt_epi64(common));
		}
		sum = _mm512_add_epi64(_mm512_slli_epi64(sum, 1), _mm512_add_epi64(counts[0], counts[1]));
	}
	sum = _mm512_sllv_epi64(sum, _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7));
	const auto sign = static_cast<__mmask8>(1u << (planes - 1));
	return _mm512_reduce_add_epi64(_mm512_mask_sub_epi64(sum, sign, _mm512_setzero_si512(), sum));
}

size_t no_tables(uint32_t, int) noexcept
{
	return 0;
}

} /* namespace */

const CodeKernels kAvx512CodeKernels = {
	rotate<Lanes>, prepare_query<Lanes>, scan_block, scan_row, encode<Lanes>, no_tables,
};

} /* namespace vecext */
