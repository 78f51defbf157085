/*
 * code_avx2.cpp: code loops for AVX2.
 *
 * Counting bits is slow without VPOPCNTDQ. A scan instead looks up, for each
 * four bits of a code, the sum of the query's integers at them (FastScan: Andre,
 * Kermarrec & Le Scouarnec, VLDB 2015). The sums are the same exact integers.
 * The words of 32 codes are transposed to bytes on the way.
 *
 * Tables: per word of the code 16 tables (one for each four dimensions, in the
 * order of the bits) of 16 bytes, each a sum plus kBias. Integers of up to six
 * bits have one such array. Wider ones are split into low * 1 + high * 2^shift
 * with six high bits, and have two arrays, the high part's first.
 */
#include <immintrin.h>

#include "core/rabitq/code_loops.h"
#include "core/rabitq/code_tables.h"

namespace vecext {
namespace {

/* Sixteen floats; members as in code_portable.cpp. */
struct Lanes {
	__m256 low, high;

	static Lanes load(const float *p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
	static Lanes set1(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
	void store(float *p) const
	{
		_mm256_storeu_ps(p, low);
		_mm256_storeu_ps(p + 8, high);
	}

	friend Lanes operator+(Lanes a, Lanes b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
	friend Lanes operator-(Lanes a, Lanes b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
	friend Lanes operator*(Lanes a, Lanes b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
	static Lanes min(Lanes a, Lanes b) { return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)}; }
	static Lanes max(Lanes a, Lanes b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }

	Lanes flip(const uint32_t *words) const
	{
		return {_mm256_xor_ps(low, load_words(words)), _mm256_xor_ps(high, load_words(words + 8))};
	}
	Lanes abs() const
	{
		const __m256 sign = _mm256_set1_ps(-0.0f);
		return {_mm256_andnot_ps(sign, low), _mm256_andnot_ps(sign, high)};
	}
	Lanes times_sign_of(Lanes other) const
	{
		const __m256 sign = _mm256_set1_ps(-0.0f);
		return {_mm256_xor_ps(low, _mm256_and_ps(other.low, sign)),
				_mm256_xor_ps(high, _mm256_and_ps(other.high, sign))};
	}
	uint16_t not_negative() const
	{
		return static_cast<uint16_t>(~(_mm256_movemask_ps(low) | _mm256_movemask_ps(high) << 8));
	}
	uint16_t bit_of_each(int bit) const
	{
		return static_cast<uint16_t>(sign_after_shift(low, 31 - bit) | sign_after_shift(high, 31 - bit) << 8);
	}
	template <int h> Lanes butterfly() const
	{
		if constexpr (h == 8)
			return {_mm256_add_ps(high, low), _mm256_sub_ps(low, high)};
		else
			return {butterfly_half<h>(low), butterfly_half<h>(high)};
	}

private:
	static __m256 load_words(const uint32_t *words)
	{
		return _mm256_castsi256_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(words)));
	}
	static int sign_after_shift(__m256 v, int shift)
	{
		return _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), shift)));
	}
	/* A product with 1 or -1 is exact, so fusing changes no bit. */
	template <int h> static __m256 butterfly_half(__m256 v)
	{
		__m256 partner;
		if constexpr (h == 1)
			partner = _mm256_permute_ps(v, 0xb1);
		else if constexpr (h == 2)
			partner = _mm256_permute_ps(v, 0x4e);
		else
			partner = _mm256_permute2f128_ps(v, v, 1);
		const __m256 one = _mm256_set1_ps(1), minus_one = _mm256_set1_ps(-1);
		return _mm256_fmadd_ps(v, _mm256_blend_ps(one, minus_one, h == 1 ? 0xaa : h == 2 ? 0xcc : 0xf0), partner);
	}
};

constexpr int kTableBits = 6; /* four integers of so many bits add up to a byte */
constexpr int kBias = 128;    /* makes it unsigned */
constexpr uint32_t kWordTableBytes = 256;
constexpr uint32_t kWordLookups = 16;   /* per code */
constexpr uint32_t kWordsPerFlush = 16; /* 16 * 16 * 255 < 2^16 */

size_t table_bytes(uint32_t padded, int query_bits) noexcept
{
	return size_t{padded} / 64 * kWordTableBytes * (query_bits > kTableBits ? 2 : 1);
}

/* Writes the tables for 16 integers: four tables of 16 bytes, kBias plus the sum
 * of those of four integers that an index's bits name. */
void put_tables(__m128i integers, uint8_t *tables)
{
	const __m256i both = _mm256_broadcastsi128_si256(integers), bias = _mm256_set1_epi8(static_cast<char>(kBias));
	const __m256i index =
		_mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
	/* The first two tables are of integers 0..3 and 4..7. */
	const __m256i first = _mm256_setr_m128i(_mm_setzero_si128(), _mm_set1_epi8(4));
	for (int half = 0; half < 2; half++) {
		__m256i sums = bias;
		for (int i = 0; i < 4; i++) {
			const __m256i bit = _mm256_set1_epi8(static_cast<char>(1 << i));
			const __m256i named = _mm256_cmpeq_epi8(_mm256_and_si256(index, bit), bit);
			const __m256i integer = _mm256_add_epi8(first, _mm256_set1_epi8(static_cast<char>(8 * half + i)));
			sums = _mm256_add_epi8(sums, _mm256_and_si256(named, _mm256_shuffle_epi8(both, integer)));
		}
		_mm256_storeu_si256(reinterpret_cast<__m256i *>(tables + 32 * half), sums);
	}
}

/* The low bytes of 16 lanes. */
__m128i low_bytes(Lanes lanes)
{
	const __m256i byte = _mm256_set1_epi32(255);
	const __m256i low = _mm256_and_si256(_mm256_castps_si256(lanes.low), byte);
	const __m256i high = _mm256_and_si256(_mm256_castps_si256(lanes.high), byte);
	const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xd8);
	return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

void prepare(CodeQuery &query, const float *rotated) noexcept
{
	const Lanes inverse = Lanes::set1(prepare_planes<Lanes>(query, rotated)), shift = Lanes::set1(kRoundingShift);
	const int low_bits = query.query_bits > kTableBits ? query.query_bits - kTableBits : 0;
	const __m128i low_mask = _mm_set1_epi8(static_cast<char>((1 << low_bits) - 1));
	const __m128i high_mask = _mm_set1_epi8(static_cast<char>(0xff >> low_bits));
	const __m128i high_sign = _mm_set1_epi8(static_cast<char>(0x80 >> low_bits));
	uint8_t *tables = query.tables, *low_tables = tables + query.padded / 64 * kWordTableBytes;
	for (uint32_t i = 0; i < query.padded; i += 16, tables += 64, low_tables += 64) {
		const __m128i integers = low_bytes(Lanes::load(rotated + i) * inverse + shift);
		/* An arithmetic shift of bytes: shift, then extend the sign. */
		const __m128i shifted = _mm_and_si128(_mm_srli_epi16(integers, low_bits), high_mask);
		put_tables(_mm_sub_epi8(_mm_xor_si128(shifted, high_sign), high_sign), tables);
		if (low_bits)
			put_tables(_mm_and_si128(integers, low_mask), low_tables);
	}
}

/* Turns eight vectors of four 8-byte words, 32 codes in all, into eight vectors
 * of 32 bytes, the k-th holding byte k of every word. Within a vector the codes
 * stand in the order of kSlotOfByte. */
void transpose(const uint64_t *words, __m256i *bytes)
{
	__m256i a[8], b[8];
	for (int i = 0; i < 8; i++)
		a[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(words + 4 * i));
	for (int i = 0; i < 4; i++) { /* eight bytes of two codes a half */
		b[2 * i] = _mm256_unpacklo_epi8(a[2 * i], a[2 * i + 1]);
		b[2 * i + 1] = _mm256_unpackhi_epi8(a[2 * i], a[2 * i + 1]);
	}
	for (int i = 0; i < 4; i++) { /* bytes 0..3, bytes 4..7 of four codes a half */
		a[2 * i] = _mm256_unpacklo_epi8(b[2 * i], b[2 * i + 1]);
		a[2 * i + 1] = _mm256_unpackhi_epi8(b[2 * i], b[2 * i + 1]);
	}
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++) { /* two bytes of eight codes a half */
			b[4 * i + 2 * j] = _mm256_unpacklo_epi32(a[4 * i + j], a[4 * i + 2 + j]);
			b[4 * i + 2 * j + 1] = _mm256_unpackhi_epi32(a[4 * i + j], a[4 * i + 2 + j]);
		}
	for (int j = 0; j < 4; j++) { /* one byte of 16 codes a half */
		bytes[2 * j] = _mm256_unpacklo_epi64(b[j], b[4 + j]);
		bytes[2 * j + 1] = _mm256_unpackhi_epi64(b[j], b[4 + j]);
	}
}

/* The slot whose byte ends at a place of a transposed vector. */
constexpr uint8_t kSlotOfByte[32] = {0, 1, 4, 5, 8,  9,  12, 13, 16, 17, 20, 21, 24, 25, 28, 29,
									 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31};

/* Sums over bytes at even and odd places of a vector, 16 bits each. `all` has
 * the odd ones times 256 mixed in. */
struct ByteSums {
	__m256i all = _mm256_setzero_si256(), odd = _mm256_setzero_si256();

	void add(__m256i bytes)
	{
		all = _mm256_add_epi16(all, bytes);
		odd = _mm256_add_epi16(odd, _mm256_srli_epi16(bytes, 8));
	}
	/* Adds all to sums[slot]. */
	void flush(int32_t *sums) const
	{
		uint16_t even_places[16], odd_places[16];
		_mm256_storeu_si256(reinterpret_cast<__m256i *>(even_places), _mm256_sub_epi16(all, _mm256_slli_epi16(odd, 8)));
		_mm256_storeu_si256(reinterpret_cast<__m256i *>(odd_places), odd);
		for (int i = 0; i < 16; i++) {
			sums[kSlotOfByte[2 * i]] += even_places[i];
			sums[kSlotOfByte[2 * i + 1]] += odd_places[i];
		}
	}
};

__m256i table_at(const uint8_t *table)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i *>(table)));
}

/* Adds the lookups of up to kWordsPerFlush words of one plane to sums. */
void scan_words(const uint8_t *tables, const uint64_t *codes, uint32_t words, int32_t *sums)
{
	const __m256i nibble = _mm256_set1_epi8(15);
	ByteSums byte_sums;
	for (uint32_t w = 0; w < words; w++, codes += kBlockSlots) {
		__m256i bytes[8];
		transpose(codes, bytes);
		for (int k = 0; k < 8; k++, tables += 32) {
			const __m256i low = _mm256_and_si256(bytes[k], nibble);
			const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes[k], 4), nibble);
			byte_sums.add(_mm256_shuffle_epi8(table_at(tables), low));
			byte_sums.add(_mm256_shuffle_epi8(table_at(tables + 16), high));
		}
	}
	byte_sums.flush(sums);
}

/* sums[j] += the table's sums for slot j. */
void scan_plane(const uint8_t *tables, const uint64_t *codes, uint32_t words, int32_t *sums)
{
	for (uint32_t w = 0; w < words; w += kWordsPerFlush) {
		const uint32_t count = words - w < kWordsPerFlush ? words - w : kWordsPerFlush;
		scan_words(tables + size_t{w} * kWordTableBytes, codes + size_t{w} * kBlockSlots, count, sums);
	}
	const int32_t bias = static_cast<int32_t>(words * kWordLookups * kBias);
	for (uint32_t j = 0; j < kBlockSlots; j++)
		sums[j] -= bias;
}

void scan_block(const CodeQuery &query, const uint64_t *codes, const float *add, const float *scale, uint32_t,
				float *out) noexcept
{
	const uint32_t words = query.padded / 64;
	int32_t sums[kBlockSlots] = {};
	for (int c = query.bits - 1; c >= 0; c--) {
		const uint64_t *plane = codes + size_t{words} * kBlockSlots * c;
		int32_t high[kBlockSlots] = {}, low[kBlockSlots] = {};
		scan_plane(query.tables, plane, words, high);
		if (query.query_bits > kTableBits)
			scan_plane(query.tables + size_t{words} * kWordTableBytes, plane, words, low);
		const int shift = query.query_bits > kTableBits ? query.query_bits - kTableBits : 0;
		for (uint32_t j = 0; j < kBlockSlots; j++)
			sums[j] = 2 * sums[j] + (high[j] * (1 << shift)) + low[j];
	}
	for (uint32_t j = 0; j < kBlockSlots; j++)
		out[j] = add[j] + scale[j] * (query.step * static_cast<float>(sums[j]) + query.offset);
}

int64_t scan_row(const CodeQuery &query, const uint8_t *code) noexcept
{
	const int planes = query.query_bits;
	const uint32_t words = query.padded / 64;
	int64_t sum = 0;
	for (int c = 0; c < query.bits; c++)
		for (uint32_t w = 0; w < words; w++, code += sizeof(uint64_t)) {
			uint64_t word;
			__builtin_memcpy(&word, code, sizeof word);
			const uint64_t *plane = query.planes + planes * w;
			int64_t counted = -(_mm_popcnt_u64(word & plane[planes - 1]) << (planes - 1));
			for (int b = 0; b < planes - 1; b++)
				counted += _mm_popcnt_u64(word & plane[b]) << b;
			sum += counted * (1 << c);
		}
	return sum;
}

} /* namespace */

const CodeKernels kAvx2CodeKernels = {
	rotate<Lanes>, prepare, scan_block, scan_row, encode<Lanes>, table_bytes,
};

} /* namespace vecext */
