/*
 * plain_floats.h: stands in for an xsimd batch where xsimd has none.
 *
 * Offers just what portable.cpp and float_kernels.h use. Loops over the lanes
 * are left to the compiler, which vectorizes them if the target can.
 */
#pragma once

#include <cstddef>

namespace vecext {
namespace {

struct PlainFloats {
	static constexpr size_t size = 4;
	float lane[size];

	PlainFloats() = default;

	explicit PlainFloats(float x) noexcept
	{
		for (float &each : lane)
			each = x;
	}

	static PlainFloats load_unaligned(const float *from) noexcept
	{
		PlainFloats x;
		__builtin_memcpy(x.lane, from, sizeof x.lane);
		return x;
	}

	void store_unaligned(float *to) const noexcept { __builtin_memcpy(to, lane, sizeof lane); }

	template <class Function> friend PlainFloats zip(PlainFloats x, PlainFloats y, Function function) noexcept
	{
		for (size_t i = 0; i < size; i++)
			x.lane[i] = function(x.lane[i], y.lane[i]);
		return x;
	}

	friend PlainFloats operator+(PlainFloats x, PlainFloats y) noexcept
	{
		return zip(x, y, [](float a, float b) noexcept { return a + b; });
	}

	friend PlainFloats operator-(PlainFloats x, PlainFloats y) noexcept
	{
		return zip(x, y, [](float a, float b) noexcept { return a - b; });
	}

	friend PlainFloats operator*(PlainFloats x, PlainFloats y) noexcept
	{
		return zip(x, y, [](float a, float b) noexcept { return a * b; });
	}

	friend PlainFloats abs(PlainFloats x) noexcept
	{
		return zip(x, x, [](float a, float) noexcept { return __builtin_fabsf(a); });
	}

	friend float reduce_add(PlainFloats x) noexcept { return (x.lane[0] + x.lane[2]) + (x.lane[1] + x.lane[3]); }
};

} /* namespace */
} /* namespace vecext */
