/* connect.cpp: breadth-first walks over one level. */
#include "core/hnsw/connect.h"

#include <vector>

namespace vecext::hnsw {

namespace {

/* A walk that goes on from whatever is added. The queue is the order of visits. */
class Walk {
public:
	Walk(const Level &level, uint32_t *queue) : level_(level), seen_(level.count), queue_(queue) {}

	bool seen(uint32_t id) const { return seen_[id]; }
	void add(uint32_t id)
	{
		if (seen_[id])
			return;
		seen_[id] = true;
		queue_[size_++] = id;
	}
	/* Visits what is queued; false when poll said to stop. */
	bool run(const Poll &poll)
	{
		while (done_ < size_) {
			const NodeRecord record = level_.record(queue_[done_++]);
			const uint32_t used = record.header().slots_used;
			for (uint32_t j = 0; j < used; j++)
				if (record.ids()[j] != kNoNode)
					add(record.ids()[j]);
			if (done_ % kPollInterval == 0 && poll())
				return false;
		}
		return true;
	}
	uint32_t size() const { return size_; }

private:
	static constexpr uint32_t kPollInterval = 4096;
	const Level &level_;
	std::vector<bool> seen_;
	uint32_t *queue_;
	uint32_t size_ = 0, done_ = 0;
};

/* One pass: attaches what the walk from `start` does not reach. An edge that
 * gave way may have been another node's last, so passes repeat. */
enum class Pass { kComplete, kChanged, kStopped };

Pass connect_level(GraphState &state, Linker &linker, int level, uint32_t start, uint32_t *queue, const Poll &poll)
{
	const uint32_t count = state.levels[level].count;
	Walk walk(state.levels[level], queue);
	walk.add(start);
	if (!walk.run(poll))
		return Pass::kStopped;
	if (walk.size() == count)
		return Pass::kComplete;
	for (uint32_t id = 0; id < count; id++) {
		if (walk.seen(id))
			continue;
		linker.make_reachable(level, id, start);
		walk.add(id);
		if (poll() || !walk.run(poll))
			return Pass::kStopped;
	}
	return Pass::kChanged;
}

} /* namespace */

void breadth_first_order(const GraphState &state, uint32_t *order)
{
	const EntryPoint entry = state.entry();
	if (entry.level < 0)
		return;
	const Poll never = {nullptr, nullptr};
	Walk walk(state.levels[0], order);
	walk.add(state.descend_to(0, entry.level, entry.id));
	walk.run(never);
	for (uint32_t id = 0; id < state.levels[0].count; id++) {
		walk.add(id);
		walk.run(never);
	}
}

bool connect_all(GraphState &state, Linker &linker, const Poll &poll)
{
	constexpr int kPasses = 4;
	const EntryPoint entry = state.entry();
	std::vector<uint32_t> queue(state.levels[0].count);
	for (int level = entry.level; level >= 0; level--) {
		const uint32_t start = state.descend_to(level, entry.level, entry.id);
		Pass pass = Pass::kChanged;
		for (int i = 0; i < kPasses && pass == Pass::kChanged; i++)
			pass = connect_level(state, linker, level, start, queue.data(), poll);
		if (pass == Pass::kStopped)
			return false;
	}
	return true;
}

} /* namespace vecext::hnsw */
