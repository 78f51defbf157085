/*
 * code_portable.cpp: code loops without assuming any instruction set. Its Lanes
 * are the reference for those of the other sets, which have the same members and
 * give the same bits. Compilers turn most of these loops into vector code of
 * whatever width the target has.
 */
#include <bit>

#include "core/rabitq/code_loops.h"
#include "core/rabitq/code_tables.h"

namespace vecext {
namespace {

/* Sixteen floats. */
struct Lanes {
	float v[16];

	static Lanes load(const float *p)
	{
		Lanes r;
		memcpy(r.v, p, sizeof r.v);
		return r;
	}
	static Lanes set1(float x)
	{
		Lanes r;
		for (float &e : r.v)
			e = x;
		return r;
	}
	void store(float *p) const { memcpy(p, v, sizeof v); }

	friend Lanes operator+(Lanes a, const Lanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] += b.v[i];
		return a;
	}
	friend Lanes operator-(Lanes a, const Lanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] -= b.v[i];
		return a;
	}
	friend Lanes operator*(Lanes a, const Lanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] *= b.v[i];
		return a;
	}
	static Lanes min(Lanes a, const Lanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] = a.v[i] < b.v[i] ? a.v[i] : b.v[i];
		return a;
	}
	static Lanes max(Lanes a, const Lanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] = a.v[i] > b.v[i] ? a.v[i] : b.v[i];
		return a;
	}
	/* Flips the sign of lane i when words[i] is 0x80000000 (and not when it is 0). */
	Lanes flip(const uint32_t *words) const
	{
		Lanes r;
		for (int i = 0; i < 16; i++)
			r.v[i] = std::bit_cast<float>(std::bit_cast<uint32_t>(v[i]) ^ words[i]);
		return r;
	}
	Lanes abs() const
	{
		Lanes r;
		for (int i = 0; i < 16; i++)
			r.v[i] = std::bit_cast<float>(std::bit_cast<uint32_t>(v[i]) & 0x7fffffffu);
		return r;
	}
	/* Lane i becomes v[i] + v[i ^ h], or v[i ^ h] - v[i] where i has bit h. */
	template <int h> Lanes butterfly() const
	{
		Lanes r;
		for (int i = 0; i < 16; i++)
			r.v[i] = i & h ? v[i ^ h] - v[i] : v[i ^ h] + v[i];
		return r;
	}
	/* Bit i tells whether lane i has no sign bit. */
	uint16_t not_negative() const
	{
		uint32_t mask = 0;
		for (int i = 0; i < 16; i++)
			mask |= (~std::bit_cast<uint32_t>(v[i]) >> 31) << i;
		return static_cast<uint16_t>(mask);
	}
	/* Bit i is bit `bit` of the representation of lane i. */
	uint16_t bit_of_each(int bit) const
	{
		uint32_t mask = 0;
		for (int i = 0; i < 16; i++)
			mask |= (std::bit_cast<uint32_t>(v[i]) >> bit & 1u) << i;
		return static_cast<uint16_t>(mask);
	}
	/* Lane i negated where lane i of `other` has a sign bit. */
	Lanes times_sign_of(const Lanes &other) const
	{
		Lanes r;
		for (int i = 0; i < 16; i++)
			r.v[i] = std::bit_cast<float>(std::bit_cast<uint32_t>(v[i]) ^
										  (std::bit_cast<uint32_t>(other.v[i]) & 0x80000000u));
		return r;
	}
};

/* out = add + scale * (step * sum + offset), in this order of operations. */
void finish_estimates(const CodeQuery &query, const int32_t *sums, const float *add, const float *scale, float *out)
{
	for (uint32_t j = 0; j < kBlockSlots; j++)
		out[j] = add[j] + scale[j] * (query.step * static_cast<float>(sums[j]) + query.offset);
}

/* The sum of the query's integers at the bits of a word. */
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

const CodeKernels kPortableCodeKernels = {
	rotate<Lanes>, prepare_query<Lanes>, scan_block, scan_row, encode<Lanes>, no_tables,
};

} /* namespace vecext */
