/*
 * drift.h: how well the codes of a compact index fit its rows, for hnsw_stats().
 *
 * A uniform sample of the nodes is held against their exact vectors, which come
 * from the index or, in versions that a snapshot sees, from the table.
 */
#pragma once

#include "hnsw/node_codes.h"
#include "hnsw/page_graph.h"

extern "C" {
#include "utils/snapshot.h"
}

#include "vecext/quantizer_drift.h"

namespace vecext::pg {

/* Nodes as a walk over the pages meets them. */
class DriftSample {
public:
	/* Does nothing for indexes that are not compact. */
	void init(const IndexHandle *handle, MemoryContext context);
	/* A live node of level 0. */
	void add(const hnsw::ConstNodeRecord &record);

	/* False when the index has no codes. */
	bool measure(Relation heap, Relation index, Snapshot snapshot, QuantizerDrift *drift, uint32 *trained_rows);

private:
	static constexpr uint32 kNodes = 256;

	const IndexHandle *handle_ = nullptr;
	MemoryContext context_ = nullptr;
	ReservoirSample choice_{0, 0};
	NodeHeader *headers_ = nullptr;
	uint8 *codes_ = nullptr;
};

} /* namespace vecext::pg */
