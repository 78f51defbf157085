/*
 * vector_rules.cpp: see vector_rules.h.
 */
#include "api/common/vector_rules.h"

#include <algorithm>
#include <numeric>

namespace vecext::api {

bool sort_by_index(model::SparseVector &vector)
{
	std::vector<size_t> order(vector.indices.size());
	std::iota(order.begin(), order.end(), 0);
	std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return vector.indices[a] < vector.indices[b]; });
	model::SparseVector sorted;
	for (const size_t place : order) {
		sorted.indices.push_back(vector.indices[place]);
		sorted.values.push_back(vector.values[place]);
	}
	vector = std::move(sorted);
	return std::adjacent_find(vector.indices.begin(), vector.indices.end()) == vector.indices.end();
}

} /* namespace vecext::api */
