/*
 * graph_writer.h: changing the graph on pages: new nodes, new edges, removed
 * edges.
 *
 * One writer at a time: whoever changes the graph holds the heavyweight lock
 * kGraphLock of the index (merge, classical insertion, VACUUM), except the build,
 * which nobody else sees. Scans run beside the writer; each change is one WAL
 * record that leaves a graph they can walk:
 *
 *   1. the record of the new node at level 0, with its edges; in the same WAL
 *      record the pending entry it came from notes the node's id
 *   2. one edge to it from each chosen neighbour
 *   3. level by level upwards the same, each upper record together with the link
 *      from the record below
 *   4. the entry point, if the node is the new highest
 *
 * A crash after 1 is resumed from the pending entry (relink()); one during 3 only
 * leaves the node lower than intended. Before 4 the first node of a graph is an
 * entry point for nobody: relink() makes it one.
 */
#pragma once

#include "hnsw/id_set.h"
#include "hnsw/index_handle.h"
#include "hnsw/indexed_value.h"
#include "hnsw/node_codes.h"
#include "hnsw/page_graph.h"

#include "vecext/hnsw/build.h"

namespace vecext::pg {

/* The pending entry that a row comes from; block InvalidBlockNumber: none. */
struct PendingSource {
	BlockNumber block;
	uint32 entry;
};
constexpr PendingSource kNoSource = {InvalidBlockNumber, 0};

/* A node met by a search, with a copy of its exact value. */
struct FoundNode {
	float distance;
	uint32 id;
	uint8 row_count;
	hnsw::Value value;
	uint32 value_bytes;
};

/* Compact indexes: one met by its code, its exact value not read yet. */
struct MetNode {
	float estimate;
	uint32 id;
};

/* What deletions leave of the graph while it is repaired. */
struct Remainder {
	const IdSet *deleted;
	uint32 starts[hnsw::kMaxLevel + 1]; /* by level: a live record to search from, or kNoNode */

	/* Of deleted nodes met before: the nearest live node that they lead to, or kNoNode. */
	struct Heir {
		uint32 of, id;
		float distance; /* between them */
	};
	static constexpr uint32 kHeirs = 1 << 16;
	Heir *heirs; /* kHeirs of them, each in the place that its `of` gives */

	/* Whether a record has more edges to deleted nodes than to others. */
	bool is_worn(const hnsw::ConstNodeRecord &record) const;
};

class GraphWriter {
public:
	/* `handle` must outlive the writer. */
	void init(Relation index, const IndexHandle *handle, MemoryContext context, bool building);

	/* Puts a row into the graph: as a new node, or as a row of a node with an equal
	 * value. `stored` is where the value lies if it is stored apart (its block is
	 * InvalidBlockNumber when it must be written). True when a node was made. */
	bool insert(const RowId &row, const IndexedValue &value, const ValueRef &stored, const PendingSource &source);

	/* Makes sure that searches find a node at level 0 that a crash left alone. */
	void relink(uint32 id);

	/* Makes an edge lead to a live record from one that can be reached from `from`,
	 * a record of the same level. */
	void adopt(uint32 id, uint32 from);

	/* Makes an edge lead from a live record to the nearest one of `to` that a search
	 * beginning at `from` meets, or to `from`; all of one level. */
	void lead_back(uint32 id, uint32 from, const IdSet &to);

	/* Gives a record at any level new neighbours in place of edges that are
	 * cleared. `lost` are the ids (deleted nodes, still readable) it pointed at. */
	void repair(uint32 id, const uint32 *lost, uint32 lost_count, const Remainder &remainder);

	/* For a deleted record whose edges to `lost`, deleted too, nothing else replaces:
	 * the live node nearest to it gets edges to those nearest to them. */
	void pass_on(uint32 deleted, const uint32 *lost, uint32 lost_count, const Remainder &remainder);

	PageGraph &graph() { return graph_; }
	MemoryContext work_context() const { return work_; }

private:
	struct NodeSlot {
		Buffer buffer;   /* pinned; a fresh page is locked too */
		bool fresh_page; /* to be initialised */
		bool last_slot;  /* the page is full with it */
		uint32 slot;
		uint32 id;
		int level_class;
	};
	struct Point {
		hnsw::SearchQuery query; /* with the code of the new value */
		hnsw::ProjectedValue projected;
		uint32 bytes;
	};

	void begin_point(const IndexedValue &value);
	uint32 search_level(uint32 entry, FoundNode **found);
	template <class Graph> uint32 search_from(Graph &graph, const uint32 *entries, uint32 count, FoundNode **found);
	template <class Graph>
	uint32 search_by_codes_from(Graph &graph, const uint32 *entries, uint32 count, FoundNode **found);
	template <class Graph, class F> void collect_live(Graph &graph, const uint32 *entries, uint32 count, F f);
	template <class F> bool visit_exact(uint32 id, F f);
	bool same_value(const FoundNode &node, const IndexedValue &value);
	uint32 fewest_neighbours(uint32 limit) const;
	uint32 choose_neighbours(FoundNode *found, uint32 count, uint32 limit, uint32 skip);
	hnsw::ProjectedValue project(const FoundNode &node);
	void fill_record(uint8 *record, int level, const FoundNode *neighbours, uint32 count);
	NodeSlot allocate_slot(int level_class, IndexState *state);
	void place_record(const NodeSlot &slot, IndexState *state, const uint8 *record, uint32 below,
					  const PendingSource &source);
	uint32 copy_ids(uint32 id, uint32 *ids);
	bool add_edges_to(uint32 id, const FoundNode *neighbours, uint32 count);
	void link_somewhere(uint32 id, const FoundNode *near, uint32 count);
	bool use_free_slot(const FoundNode &from, uint32 to);
	uint32 search_ground(FoundNode **found);
	bool replace_edge(const FoundNode &from, const hnsw::ProjectedValue &projected, int slot, uint32 to);
	bool is_led_back_to(uint32 id);
	void lead_to(uint32 id, uint32 from);
	bool write_edge(uint32 from, int slot, uint32 to, const CodeFactors &factors);
	void set_entry_point(uint32 id, uint32 level);
	void enter_at(uint32 id);
	bool add_edge(const FoundNode &from, uint32 to);
	bool is_full(uint32 id, uint32 to, bool *present);
	bool choose_anew(const FoundNode &from, const hnsw::ProjectedValue &projected, uint32 to, bool *taken);
	uint32 load_list(const FoundNode &from, uint32 to, FoundNode **list);
	void rewrite_list(const FoundNode &from, const hnsw::ProjectedValue &projected, const uint32 *dropped,
					  uint32 dropped_count, uint32 to);
	bool force_edge(const FoundNode &from, uint32 to);
	bool put_edge(const FoundNode &from, const hnsw::ProjectedValue &projected, int slot, uint32 to);
	uint32 load_neighbours(uint32 id, FoundNode **found);
	int farthest_slot(const FoundNode &from);
	int pick_slot(const FoundNode &from, const hnsw::ProjectedValue &projected, uint32 to, bool *present);
	int pick_slot_coded(const hnsw::ConstNodeRecord &record, const hnsw::ProjectedValue &projected, float distance);
	int pick_slot_plain(const FoundNode &from, const uint32 *ids, uint32 count);
	int pick_slot_by_codes(const FoundNode &from, const uint32 *ids, uint32 count);
	bool add_row(const FoundNode &node, const RowId &row, const PendingSource &source);
	bool load_node(uint32 id, FoundNode *node, NodeHeader *header);
	struct Repair;
	Repair begin_repair(uint32 id, const uint32 *lost, uint32 lost_count, const Remainder &remainder);
	void finish_repair(const Repair &repair, uint32 cleared);
	Remainder::Heir find_heir(uint32 deleted);
	const Remainder::Heir &heir_of(uint32 deleted, const Remainder &remainder);
	bool leads_far(const FoundNode &node, const Remainder::Heir &heir) const;
	void cover(uint32 id);
	bool touches_covered(uint32 id);
	void add_heirs(Repair &repair);
	void add_unshielded(Repair &repair, const FoundNode *found, uint32 count, uint32 limit);
	void add_found(Repair &repair, uint32 level);
	void add_from_around(Repair &repair);
	void collect_around(uint32 id, ArenaVector<hnsw::Candidate> *around);
	void replace_edges(uint32 id, const uint32 *lost, uint32 lost_count, const FoundNode *added, uint32 added_count);

	Relation index_;
	const IndexHandle *handle_;
	bool building_;
	MemoryContext work_; /* reset for each point */
	PageGraph graph_;
	hnsw::LayerSearch search_;
	Point point_;
	CodeQuery neighbour_code_;
	NodeCoder coder_;           /* compact: of the new point */
	NodeCoder neighbour_coder_; /* and of a neighbour */
	uint8 *own_code_;           /* of the new point */
	uint8 *decoded_;            /* exact values in the heap: what a code says of one */
	float *scratch_;            /* padded floats */
	float *to_node_, *to_new_;
	uint64 *code_;
	Arena arena_;
};

} /* namespace vecext::pg */
