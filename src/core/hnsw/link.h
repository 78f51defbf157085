/*
 * link.h: inserts points into the graph, one at a time. Each thread of a build
 * has one Linker; any number may link at once (build_state.h has the rules).
 *
 * Malkov & Yashunin 2018, algorithm 1, in an order that lets others search
 * meanwhile: search all levels, then write the point's own edges on all levels
 * (nobody can reach it yet), then the edges towards it from the bottom up.
 */
#pragma once

#include "core/hnsw/build_state.h"
#include "vecext/hnsw/select.h"

namespace vecext::hnsw {

class Linker {
public:
	/* Throws std::bad_alloc, as do the others. */
	explicit Linker(GraphState &state);

	/* Inserts the point with this id of level 0. */
	void link(uint32_t id);

	/* The nodes that a search from `entry` finds near a record of a linked graph,
	 * nearest first. Valid until the next call. */
	const ArenaVector<Candidate> &search_near(int level, uint32_t id, uint32_t entry);

	/* Adds an edge from a node to the record that search_near() was asked for: in
	 * a free slot, or in place of an edge that is not the one by which parents[]
	 * says its end is reached. False when there is neither. */
	bool lead_edge(int level, uint32_t from, uint32_t id, const uint32_t *parents);

	/* Estimate of what one Linker allocates. */
	static size_t memory_needed(const BuildOptions &options, const NodeLayout &layout) noexcept;

private:
	/* An edge from a neighbour to the point, to be written last. */
	struct BackEdge {
		int level;
		uint32_t from, to;
		float length;
		CodeFactors factors;
		uint32_t code; /* index in back_codes_ */
	};

	void prepare_query(const Value &value);
	void link_twin(uint32_t id, uint32_t twin);
	void link_below(EntryPoint entry, uint32_t id, int level);
	uint32_t search_upper(int level, uint32_t entry);
	void search(int level, uint32_t entry, uint32_t ef);
	void select(int level);
	void write_edges(int level, uint32_t id);
	void write_back_edge(const BackEdge &edge);
	void measure_edges(const BackEdge &edge, NodeRecord record);
	int make_slot(const BackEdge &edge, NodeRecord record);
	void put_edge(const BackEdge &edge, uint32_t slot);
	BackEdge encode_both_ways(int level, uint32_t id, const Candidate &neighbour, CodeFactors *forward);

	GraphState &state_;
	uint32_t beam_; /* width of searches for neighbours */
	MallocArena arena_;
	SearchQuery query_;
	LayerSearch search_;
	ProjectedValue point_;
	ArenaVector<Candidate> found_; /* of the search last run, then what was selected */
	ArenaVector<uint32_t> kept_;
	ArenaVector<Candidate> neighbours_; /* of a full record */
	ArenaVector<BackEdge> back_edges_;
	ArenaVector<uint64_t> back_codes_;
	float *projection_ = nullptr;
	float *residual_ = nullptr;
	uint64_t *forward_code_ = nullptr;
};

} /* namespace vecext::hnsw */
