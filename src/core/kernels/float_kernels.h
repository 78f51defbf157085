/*
 * float_kernels.h: distances, norms and conversions of float32 and float16.
 *
 * Written once over xsimd batches. The set that includes this header provides
 * before it, all in its unnamed namespace:
 *     Floats                          an xsimd batch of float, or a type like it
 *     Floats multiply_add(x, y, sum)  x * y + sum, fused where the set can
 *     float sum_of_lanes(Floats)      in a fixed order
 *     Floats load(const T *)          T = float or uint16_t (widened to float)
 *     Floats load_first(const T *, size_t n)      n < lanes, the rest zero
 *     void store(T *, Floats), store_first(T *, Floats, size_t n)
 */
#pragma once

#include "core/kernels/fold.h"
#include "vecext/kernels.h"

#include <cstdint>

namespace vecext {
namespace {

struct FloatSum {
	static constexpr size_t kWidth = Floats::size;
	Floats sum = Floats(0.0f); /* with braces xsimd would read a list of lanes */

	void merge(const FloatSum &other) noexcept { sum = sum + other.sum; }
	float total() const noexcept { return sum_of_lanes(sum); }
};

struct SquaredDifferences : FloatSum {
	void add(Floats a, Floats b) noexcept
	{
		const Floats difference = a - b;
		sum = multiply_add(difference, difference, sum);
	}
};

struct Products : FloatSum {
	void add(Floats a, Floats b) noexcept { sum = multiply_add(a, b, sum); }
};

struct AbsoluteDifferences : FloatSum {
	void add(Floats a, Floats b) noexcept { sum = sum + abs(a - b); }
};

/* Three Products side by side: equal bits to three separate folds, because
 * fold() gives every Step the same elements in the same order. */
struct ProductAndNorms {
	static constexpr size_t kWidth = Floats::size;
	Products dot, norm_a, norm_b;

	void add(Floats a, Floats b) noexcept
	{
		dot.add(a, b);
		norm_a.add(a, a);
		norm_b.add(b, b);
	}

	void merge(const ProductAndNorms &other) noexcept
	{
		dot.merge(other.dot);
		norm_a.merge(other.norm_a);
		norm_b.merge(other.norm_b);
	}

	CosineTerms total() const noexcept { return {dot.total(), norm_a.total(), norm_b.total()}; }
};

template <class T> float l2_squared(const T *a, const T *b, size_t n) noexcept
{
	return fold<SquaredDifferences>(a, b, n);
}

template <class T> float inner_product(const T *a, const T *b, size_t n) noexcept
{
	return fold<Products>(a, b, n);
}

template <class T> CosineTerms cosine(const T *a, const T *b, size_t n) noexcept
{
	return fold<ProductAndNorms>(a, b, n);
}

template <class T> float l1(const T *a, const T *b, size_t n) noexcept
{
	return fold<AbsoluteDifferences>(a, b, n);
}

template <class T> float norm_squared(const T *a, size_t n) noexcept
{
	return fold<Products>(a, a, n);
}

/* to[i] = function(from[i]), a batch at a time. `from` may equal `to`. */
template <class From, class To, class Function> void map(const From *from, To *to, size_t n, Function function) noexcept
{
	for (; n >= Floats::size; n -= Floats::size) {
		store(to, function(load(from)));
		from += Floats::size;
		to += Floats::size;
	}
	if (n > 0)
		store_first(to, function(load_first(from, n)), n);
}

template <class From, class To> void convert(const From *from, To *to, size_t n) noexcept
{
	map(from, to, n, [](Floats x) noexcept { return x; });
}

void scale(const float *from, float factor, float *to, size_t n) noexcept
{
	map(from, to, n, [factor](Floats x) noexcept { return x * Floats(factor); });
}

/* A table whose float entries are filled; the set adds those over bytes. */
constexpr Kernels float_kernels(InstructionSet set, const char *name, const char *description) noexcept
{
	Kernels table{};
	table.set = set;
	table.name = name;
	table.description = description;
	table.l2_squared_f32 = l2_squared<float>;
	table.inner_product_f32 = inner_product<float>;
	table.cosine_f32 = cosine<float>;
	table.l1_f32 = l1<float>;
	table.norm_squared_f32 = norm_squared<float>;
	table.l2_squared_f16 = l2_squared<uint16_t>;
	table.inner_product_f16 = inner_product<uint16_t>;
	table.cosine_f16 = cosine<uint16_t>;
	table.l1_f16 = l1<uint16_t>;
	table.norm_squared_f16 = norm_squared<uint16_t>;
	table.f16_to_f32 = convert<uint16_t, float>;
	table.f32_to_f16 = convert<float, uint16_t>;
	table.scale_f32 = scale;
	return table;
}

} /* namespace */
} /* namespace vecext */
