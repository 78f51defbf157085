/* select.cpp: which edge of a full record gives way to a new one. */
#include "vecext/hnsw/select.h"

namespace vecext::hnsw {

namespace {

/* A neighbour at least as close to the node as the new one, and closer to the
 * new one than the node is: a search reaches the new one through it. */
bool is_shielded(const float *to_node, const float *to_new, uint32_t count, float new_distance)
{
	for (uint32_t j = 0; j < count; j++)
		if (to_node[j] <= new_distance && to_new[j] < new_distance)
			return true;
	return false;
}

} /* namespace */

int choose_replacement(const float *to_node, const float *to_new, uint32_t count, float new_distance) noexcept
{
	if (is_shielded(to_node, to_new, count, new_distance))
		return -1;
	int farthest = -1, farthest_shielded = -1;
	for (uint32_t j = 0; j < count; j++) {
		if (!(to_node[j] > new_distance))
			continue;
		const int slot = static_cast<int>(j);
		if (farthest < 0 || to_node[j] > to_node[farthest])
			farthest = slot;
		if (to_new[j] < to_node[j] && (farthest_shielded < 0 || to_node[j] > to_node[farthest_shielded]))
			farthest_shielded = slot;
	}
	return farthest_shielded >= 0 ? farthest_shielded : farthest;
}

} /* namespace vecext::hnsw */
