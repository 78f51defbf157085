/* build_state.cpp: record arrays, their locks and their size. */
#include "core/hnsw/build_state.h"

#include <sched.h>

#include <algorithm>

namespace vecext::hnsw {

namespace {

/* What one prefetch of a record asks for: enough that the hardware follows. */
constexpr size_t kPrefetchBytes = 1024;

void pause_cpu()
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

} /* namespace */

/* Holders work for a microsecond at most; one that lost its CPU gets it sooner
 * when we give ours up. */
void RecordLock::wait() noexcept
{
	do {
		for (int spins = 0; word_.load(std::memory_order_relaxed) != 0; spins++) {
			if (spins < 1000)
				pause_cpu();
			else
				sched_yield();
		}
	} while (word_.exchange(1, std::memory_order_acquire) != 0);
}

bool Level::append() noexcept
{
	if (!records.grow_to((size_t{count} + 1) * stride))
		return false;
	count++;
	return true;
}

size_t GraphState::memory_used() const noexcept
{
	size_t bytes = values_used + size_t{levels[0].count} * kBytesPerNode;
	for (const Level &level : levels)
		bytes += size_t{level.count} * level.stride;
	return bytes;
}

LevelGraph::LevelGraph(const GraphState &state, int level)
	: state_(state), level_(&state.levels[level]), prefetch_bytes_(std::min(level_->stride, kPrefetchBytes))
{
}

} /* namespace vecext::hnsw */
