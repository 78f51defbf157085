/*
 * fold.h: the one loop behind every distance.
 *
 * A Step is a set of accumulators, kWidth lanes wide, with
 *     void add(lanes of a, lanes of b)   take kWidth elements of each side
 *     void merge(const Step &)           add another Step's accumulators
 *     R total()                          sum over the lanes
 * fold() keeps kAccumulators of them, so that the latency of one addition hides
 * behind the others, and combines them in an order that depends on n alone.
 * Elements beyond the last whole vector come from load_first(), which reads
 * nothing behind the array and fills up with zeros; a Step must not count two
 * zeros.
 *
 * Included by one source file per instruction set, after that set's
 * kAccumulators (2 to 4), load() and load_first(). Everything is in an unnamed
 * namespace: see README.md, "The trap".
 */
#pragma once

#include <cstddef>

namespace vecext {
namespace {

template <class Step, class Element> auto fold(const Element *a, const Element *b, size_t n) noexcept
{
	constexpr size_t kWidth = Step::kWidth;
	Step steps[kAccumulators];

	for (; n >= kAccumulators * kWidth; n -= kAccumulators * kWidth) {
#pragma GCC unroll 4
		for (size_t i = 0; i < kAccumulators; i++)
			steps[i].add(load(a + i * kWidth), load(b + i * kWidth));
		a += kAccumulators * kWidth;
		b += kAccumulators * kWidth;
	}
#pragma GCC unroll 4
	for (size_t i = 0; i + 1 < kAccumulators; i++)
		if (n >= kWidth) {
			steps[i].add(load(a), load(b));
			a += kWidth;
			b += kWidth;
			n -= kWidth;
		}
	if (n > 0)
		steps[kAccumulators - 1].add(load_first(a, n), load_first(b, n));
#pragma GCC unroll 4
	for (size_t i = 1; i < kAccumulators; i++)
		steps[0].merge(steps[i]);
	return steps[0].total();
}

} /* namespace */
} /* namespace vecext */
