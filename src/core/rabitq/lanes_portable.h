/*
 * lanes_portable.h: sixteen floats in plain C++, the reference for the other
 * lanes_*.h, which have the same members and give the same bits. Compilers turn
 * most of these loops into vector code of whatever width the target has.
 */
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace vecext {
namespace {

struct PortableLanes {
	float v[16];

	static PortableLanes load(const float *p)
	{
		PortableLanes r;
		memcpy(r.v, p, sizeof r.v);
		return r;
	}
	static PortableLanes set1(float x)
	{
		PortableLanes r;
		for (float &e : r.v)
			e = x;
		return r;
	}
	void store(float *p) const { memcpy(p, v, sizeof v); }

	friend PortableLanes operator+(PortableLanes a, const PortableLanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] += b.v[i];
		return a;
	}
	friend PortableLanes operator-(PortableLanes a, const PortableLanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] -= b.v[i];
		return a;
	}
	friend PortableLanes operator*(PortableLanes a, const PortableLanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] *= b.v[i];
		return a;
	}
	static PortableLanes min(PortableLanes a, const PortableLanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] = a.v[i] < b.v[i] ? a.v[i] : b.v[i];
		return a;
	}
	static PortableLanes max(PortableLanes a, const PortableLanes &b)
	{
		for (int i = 0; i < 16; i++)
			a.v[i] = a.v[i] > b.v[i] ? a.v[i] : b.v[i];
		return a;
	}
	/* Flips the sign of lane i when words[i] is 0x80000000 (and not when it is 0). */
	PortableLanes flip(const uint32_t *words) const
	{
		PortableLanes r;
		for (int i = 0; i < 16; i++)
			r.v[i] = std::bit_cast<float>(std::bit_cast<uint32_t>(v[i]) ^ words[i]);
		return r;
	}
	PortableLanes abs() const
	{
		PortableLanes r;
		for (int i = 0; i < 16; i++)
			r.v[i] = std::bit_cast<float>(std::bit_cast<uint32_t>(v[i]) & 0x7fffffffu);
		return r;
	}
	/* Lane i becomes v[i] + v[i ^ h], or v[i ^ h] - v[i] where i has bit h. */
	template <int h> PortableLanes butterfly() const
	{
		PortableLanes r;
		for (int i = 0; i < 16; i++)
			r.v[i] = i & h ? v[i ^ h] - v[i] : v[i ^ h] + v[i];
		return r;
	}
	/* Bit i tells whether lane i is above zero. */
	uint16_t positive() const
	{
		uint32_t mask = 0;
		for (int i = 0; i < 16; i++)
			mask |= uint32_t{v[i] > 0} << i;
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
	/* Lane i negated unless bit i of mask is set. */
	PortableLanes negate_unless(uint16_t mask) const
	{
		PortableLanes r;
		for (int i = 0; i < 16; i++)
			r.v[i] = mask >> i & 1 ? v[i] : -v[i];
		return r;
	}
};

} /* namespace */
} /* namespace vecext */
