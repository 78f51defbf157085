/* connect.cpp: breadth-first walks over one level. */
#include "core/hnsw/connect.h"

#include <vector>

namespace vecext::hnsw {

namespace {

/* A walk that goes on from whatever is added. The queue is the order of visits. */
class Walk {
public:
	Walk(const Level &level, uint32_t *queue) : level_(level), parents_(level.count, kNoNode), queue_(queue) {}

	bool seen(uint32_t id) const { return parents_[id] != kNoNode; }
	void add(uint32_t id, uint32_t parent)
	{
		if (seen(id))
			return;
		parents_[id] = parent;
		queue_[size_++] = id;
	}
	/* Visits what is queued; false when poll said to stop. */
	bool run(const Poll &poll)
	{
		while (done_ < size_) {
			const uint32_t id = queue_[done_++];
			const NodeRecord record = level_.record(id);
			const uint32_t used = record.header().slots_used;
			for (uint32_t j = 0; j < used; j++)
				if (record.ids()[j] != kNoNode)
					add(record.ids()[j], id);
			if (done_ % kPollInterval == 0 && poll())
				return false;
		}
		return true;
	}
	uint32_t size() const { return size_; }
	uint32_t operator[](uint32_t i) const { return queue_[i]; }
	/* By node: from where it was added. */
	const uint32_t *parents() const { return parents_.data(); }

private:
	static constexpr uint32_t kPollInterval = 4096;
	const Level &level_;
	std::vector<uint32_t> parents_;
	uint32_t *queue_;
	uint32_t size_ = 0, done_ = 0;
};

/* Leads an edge to a node from the nearest seen one that has a slot for it. The
 * edges that a walk took form a tree, so most nodes have one. Returns that node. */
uint32_t attach(Linker &linker, int level, uint32_t id, uint32_t start, const Walk &walk)
{
	for (const Candidate &candidate : linker.search_near(level, id, start))
		if (linker.lead_edge(level, candidate.id, id, walk.parents()))
			return candidate.id;
	for (uint32_t i = walk.size(); i-- > 0;)
		if (linker.lead_edge(level, walk[i], id, walk.parents()))
			return walk[i];
	return start;
}

/* False when poll said to stop. */
bool connect_level(GraphState &state, Linker &linker, int level, uint32_t start, uint32_t *queue, const Poll &poll)
{
	const uint32_t count = state.levels[level].count;
	Walk walk(state.levels[level], queue);
	walk.add(start, start);
	if (!walk.run(poll))
		return false;
	for (uint32_t id = 0; id < count && walk.size() < count; id++) {
		if (walk.seen(id))
			continue;
		walk.add(id, attach(linker, level, id, start, walk));
		if (poll() || !walk.run(poll))
			return false;
	}
	return true;
}

} /* namespace */

void breadth_first_order(const GraphState &state, uint32_t *order)
{
	const EntryPoint entry = state.entry();
	if (entry.level < 0)
		return;
	const Poll never = {nullptr, nullptr};
	Walk walk(state.levels[0], order);
	const uint32_t start = state.descend_to(0, entry.level, entry.id);
	walk.add(start, start);
	walk.run(never);
	for (uint32_t id = 0; id < state.levels[0].count; id++) {
		walk.add(id, id);
		walk.run(never);
	}
}

bool connect_all(GraphState &state, Linker &linker, const Poll &poll)
{
	const EntryPoint entry = state.entry();
	std::vector<uint32_t> queue(state.levels[0].count);
	for (int level = entry.level; level >= 0; level--) {
		const uint32_t start = state.descend_to(level, entry.level, entry.id);
		if (!connect_level(state, linker, level, start, queue.data(), poll))
			return false;
	}
	return true;
}

} /* namespace vecext::hnsw */
