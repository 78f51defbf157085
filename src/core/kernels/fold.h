/*
 * fold.h: the one loop behind every distance.
 *
 * A Step is a set of accumulators, kWidth lanes wide, with
 *     void add(lanes of a, lanes of b)   take kWidth elements of each side
 *     void merge(const Step &)           add another Step's accumulators
 *     R total()                          sum over the lanes
 * fold() keeps four of them, so that the latency of one addition hides behind
 * the others, and combines them in an order that depends on n alone. Elements
 * beyond the last whole vector come from load_first(), which reads nothing
 * behind the array and fills up with zeros; a Step must not count two zeros.
 *
 * Included by one source file per instruction set, after that set's load() and
 * load_first(). Everything is in an unnamed namespace: see README.md, "The trap".
 */
#pragma once

#include <cstddef>

namespace vecext {
namespace {

template <class Step, class Element> auto fold(const Element *a, const Element *b, size_t n) noexcept
{
	constexpr size_t kWidth = Step::kWidth;
	Step s0, s1, s2, s3;
	size_t left = n;

	for (; left >= 4 * kWidth; left -= 4 * kWidth) {
		s0.add(load(a), load(b));
		s1.add(load(a + kWidth), load(b + kWidth));
		s2.add(load(a + 2 * kWidth), load(b + 2 * kWidth));
		s3.add(load(a + 3 * kWidth), load(b + 3 * kWidth));
		a += 4 * kWidth;
		b += 4 * kWidth;
	}
	if (left >= 2 * kWidth) {
		s0.add(load(a), load(b));
		s1.add(load(a + kWidth), load(b + kWidth));
		a += 2 * kWidth;
		b += 2 * kWidth;
		left -= 2 * kWidth;
	}
	if (left >= kWidth) {
		s2.add(load(a), load(b));
		a += kWidth;
		b += kWidth;
		left -= kWidth;
	}
	if (left > 0)
		s3.add(load_first(a, left), load_first(b, left));

	s0.merge(s1);
	s2.merge(s3);
	s0.merge(s2);
	return s0.total();
}

} /* namespace */
} /* namespace vecext */
