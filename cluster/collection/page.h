/*
 * page.h: limits and offsets that callers choose, which may be as large as they like.
 */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vecext::collection {

inline uint64_t saturating_sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

template <class T> void drop_first(std::vector<T> *list, uint64_t n)
{
	list->erase(list->begin(), list->begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(n, list->size())));
}

} /* namespace vecext::collection */
