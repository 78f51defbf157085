/*
 * graph_writer.cpp: see graph_writer.h. Search, selection and codes are the
 * core's (include/vecext/hnsw); this file reads and changes pages.
 */
#include <algorithm>

#include "hnsw/graph_writer.h"

extern "C" {
#include "utils/memutils.h"
}

#include "hnsw/value_pages.h"
#include "pg/injection.h"

#include "vecext/hnsw/select.h"

namespace vecext::pg {

namespace {

bool nearer(const FoundNode &a, const FoundNode &b)
{
	return a.distance < b.distance || (a.distance == b.distance && a.id < b.id);
}

Size offset_in(Buffer buffer, const hnsw::ConstNodeRecord &record)
{
	return record.bytes - reinterpret_cast<const uint8 *>(BufferGetPage(buffer));
}

int class_of_level(int level)
{
	return level > 0 ? 1 : 0;
}

} /* namespace */

void GraphWriter::init(Relation index, const IndexHandle *handle, MemoryContext context, bool building)
{
	index_ = index;
	handle_ = handle;
	building_ = building;
	work_ = AllocSetContextCreate(context, "hnsw graph writer", ALLOCSET_DEFAULT_SIZES);
	graph_.init(index, handle, context);
	arena_ = context_arena(context);
	search_.init(arena_, handle->format.ef_construction, handle->layouts[0]);
	point_.query.distance = handle->distance();
	to_node_ = arena_.allocate<float>(hnsw::LayerSearch::kMaxSlots);
	to_new_ = arena_.allocate<float>(hnsw::LayerSearch::kMaxSlots);
	if (handle->compact()) {
		const Quantizer *quantizer = hold_quantizer(index, read_meta(index), context);
		coder_.init(handle->format, quantizer, context);
		neighbour_coder_.init(handle->format, quantizer, context);
		own_code_ = arena_.allocate<uint8>(handle->format.value_bytes);
		decoded_ = arena_.allocate<uint8>(sizeof(float) * handle->format.dims);
	}
	if (!handle->coded())
		return;
	const uint32 padded = handle->space.padded;
	point_.query.code.init(arena_, padded, handle->format.code_bits);
	neighbour_code_.init(arena_, padded, handle->format.code_bits);
	scratch_ = arena_.allocate<float>(padded);
	code_ = arena_.allocate<uint64>(padded / 64 * handle->format.code_bits);
}

/* ---- the new point ---- */

void GraphWriter::begin_point(const IndexedValue &value)
{
	point_.query.value = value.value;
	point_.bytes = value.bytes;
	point_.projected = {value.value, nullptr, 0};
	if (handle_->metric() == Metric::kInnerProduct)
		point_.projected.norm_squared = -point_.query.distance(value.value, value.value);
	if (handle_->compact()) {
		coder_.prepare(value.value.data);
		coder_.encode(value.value.data, own_code_);
		point_.query.estimator = coder_.estimator();
	}
	if (!handle_->coded())
		return;
	handle_->space.project(value.value, point_.query.code.rotated);
	point_.query.code.prepare(point_.query.code.rotated);
	point_.projected.projection = point_.query.code.rotated;
}

hnsw::ProjectedValue GraphWriter::project(const FoundNode &node)
{
	hnsw::ProjectedValue projected = {node.value, nullptr, 0};
	if (!handle_->coded())
		return projected;
	auto *projection = static_cast<float *>(MemoryContextAlloc(work_, sizeof(float) * handle_->space.padded));
	handle_->space.project(node.value, projection);
	projected.projection = projection;
	if (handle_->metric() == Metric::kInnerProduct)
		projected.norm_squared = -point_.query.distance(node.value, node.value);
	return projected;
}

/* Calls f(header, value) with the exact value of a node, or what comes nearest to
 * it when only the table has it. */
template <class F> bool GraphWriter::visit_exact(uint32 id, F f)
{
	if (!handle_->compact())
		return hnsw::detail::visit_scored(graph_, id, f);
	NodeHeader header;
	if (!graph_.visit(id, [&](hnsw::ConstNodeRecord record) {
			header = record.header();
			if (handle_->format.exact_in_heap())
				header.norm = coder_.decode(record.value(), decoded_);
		}))
		return false;
	if (handle_->format.exact_in_heap()) {
		f(header, static_cast<const void *>(decoded_));
		return true;
	}
	return graph_.visit_value(header, [&](const void *value) { f(header, value); });
}

/* Calls f for the live nodes of a level that a search from `entries` meets. */
template <class Graph, class F> void GraphWriter::collect_live(Graph &graph, const uint32 *entries, uint32 count, F f)
{
	const uint32 ef = handle_->format.ef_construction;
	uint32 met = 0;
	auto found = [&](uint32 id, const NodeHeader &header, float distance, const void *value) {
		if (header.state != NodeState::kLive)
			return;
		f(id, header, distance, value);
		met++;
	};
	hnsw::search_layer(graph, point_.query, search_, entries, count, ef, found);
	/* Nodes that the graph passes over may have taken places in the beam. */
	while (search_.keep_discarded && met < ef && hnsw::continue_layer(graph, point_.query, search_, ef, found)) {
	}
}

/* The same level by codes, then the exact values of the nearest. */
template <class Graph>
uint32 GraphWriter::search_by_codes_from(Graph &graph, const uint32 *entries, uint32 count, FoundNode **found)
{
	const uint32 ef = handle_->format.ef_construction;
	ArenaVector<MetNode> met;
	met.init(context_arena(work_), ef * 4);
	collect_live(graph, entries, count, [&](uint32 id, const NodeHeader &, float estimate, const void *) {
		met.push_back({estimate, id});
	});
	std::sort(met.begin(), met.end(), [](const MetNode &a, const MetNode &b) {
		return a.estimate < b.estimate || (a.estimate == b.estimate && a.id < b.id);
	});
	ArenaVector<FoundNode> nodes;
	nodes.init(context_arena(work_), ef);
	for (uint32 i = 0; i < met.size() && nodes.size() < ef; i++) {
		FoundNode node;
		NodeHeader header;
		if (!load_node(met[i].id, &node, &header) || header.state != NodeState::kLive)
			continue;
		node.distance = point_.query.distance(point_.query.value, node.value);
		nodes.push_back(node);
	}
	std::sort(nodes.begin(), nodes.end(), nearer);
	*found = nodes.begin();
	return nodes.size();
}

/* Searches one level from `entries`; the live nodes met, nearest first. */
template <class Graph>
uint32 GraphWriter::search_from(Graph &graph, const uint32 *entries, uint32 count, FoundNode **found)
{
	if (handle_->compact())
		return search_by_codes_from(graph, entries, count, found);
	const uint32 ef = handle_->format.ef_construction;
	ArenaVector<FoundNode> nodes;
	nodes.init(context_arena(work_), ef * 2);
	collect_live(graph, entries, count, [&](uint32 id, const NodeHeader &header, float distance, const void *value) {
		const uint32 bytes = handle_->value_bytes(value);
		void *copy = MemoryContextAlloc(work_, bytes);
		memcpy(copy, value, bytes);
		nodes.push_back({distance, id, header.row_count, {copy, header.norm}, bytes});
	});
	std::sort(nodes.begin(), nodes.end(), nearer);
	*found = nodes.begin();
	return Min(nodes.size(), ef);
}

uint32 GraphWriter::search_level(uint32 entry, FoundNode **found)
{
	return search_from(graph_, &entry, 1, found);
}

/* Moves the chosen neighbours to the front, nearest first. `skip` is an id that
 * must not be chosen. */
uint32 GraphWriter::choose_neighbours(FoundNode *found, uint32 count, uint32 limit, uint32 skip)
{
	auto *candidates = static_cast<hnsw::Candidate *>(MemoryContextAlloc(work_, sizeof(hnsw::Candidate) * (count + 1)));
	auto *kept = static_cast<uint32 *>(MemoryContextAlloc(work_, sizeof(uint32) * (limit + 1)));
	uint32 n = 0;
	for (uint32 i = 0; i < count; i++)
		if (found[i].id != skip)
			found[n++] = found[i];
	for (uint32 i = 0; i < n; i++)
		candidates[i] = {found[i].distance, found[i].id};
	const uint32 taken = hnsw::select_neighbours(candidates, n, limit, kept, [&](uint32 i, uint32 j) {
		return point_.query.distance(found[i].value, found[j].value);
	});
	const uint32 total = Max(taken, Min(n, fewest_neighbours(limit)));
	for (uint32 k = taken, i = 0; k < total; i++)
		if (!std::binary_search(kept, kept + taken, i))
			kept[k++] = i;
	std::sort(kept, kept + total);
	for (uint32 k = 0; k < total; k++)
		found[k] = found[kept[k]];
	return total;
}

/* How many neighbours a node gets at least, shielded or not, if a search met as
 * many. By inner product a long vector shields all others: what is left would lead
 * nowhere but to the long ones, and falls apart when these are deleted. */
uint32 GraphWriter::fewest_neighbours(uint32 limit) const
{
	return handle_->metric() == Metric::kInnerProduct ? limit / 2 : 0;
}

void GraphWriter::fill_record(uint8 *bytes, int level, const FoundNode *neighbours, uint32 count)
{
	const NodeLayout &layout = handle_->layouts[class_of_level(level)];
	memset(bytes, 0, layout.record_bytes);
	NodeRecord record = {bytes, &layout};
	NodeHeader &header = record.header();
	header.state = NodeState::kLive;
	header.level = level;
	header.down = header.up = kNoNode;
	header.norm = point_.query.value.norm;
	header.value_block = InvalidBlockNumber;
	for (uint32 slot = 0; slot < layout.slots; slot++)
		hnsw::clear_edge(record, slot);
	header.slots_used = 0;
	for (uint32 k = 0; k < count; k++) {
		CodeFactors factors = {0, 0};
		if (handle_->coded())
			factors = hnsw::encode_edge(handle_->space, point_.projected, project(neighbours[k]),
										neighbours[k].distance, scratch_, code_);
		hnsw::set_edge(record, k, neighbours[k].id, factors, code_);
	}
	if (layout.node_codes)
		memcpy(record.value(), own_code_, layout.value_bytes);
	else if (layout.inline_value())
		memcpy(record.value(), point_.query.value.data, point_.bytes);
}

/* ---- placing records ---- */

/* A free slot on a page with room, or on a new page (which stays locked: nobody
 * else knows it). Only the writer changes free lists and slots, so what is seen
 * here is still true when place_record() locks the page. */
GraphWriter::NodeSlot GraphWriter::allocate_slot(int level_class, IndexState *state)
{
	const IndexFormat &format = handle_->format;
	NodeSlot result = {};
	result.level_class = level_class;
	const BlockNumber head = state->free_nodes[level_class];
	if (head == InvalidBlockNumber) {
		result.buffer = building_ ? extend_index(index_) : new_buffer(index_);
		result.fresh_page = true;
		result.slot = 0;
		result.last_slot = format.slots_per_page[level_class] == 1;
	} else {
		result.buffer = ReadBuffer(index_, head);
		LockBuffer(result.buffer, BUFFER_LOCK_SHARE);
		Page page = BufferGetPage(result.buffer);
		if (!is_node_page(page) || vecext::pg::level_class(page_opaque(page)->kind) != level_class)
			ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
							errmsg("free list of hnsw index \"%s\" leads to block %u, which is no node page",
								   RelationGetRelationName(index_), head),
							errhint("Please REINDEX it.")));
		result.slot = format.slots_per_page[level_class];
		for (uint32 slot = 0; slot < format.slots_per_page[level_class] && result.slot != slot; slot++) {
			const auto *header = reinterpret_cast<const NodeHeader *>(page + record_offset(format, level_class, slot));
			if (header->state == NodeState::kFree) {
				result.slot = slot;
				break;
			}
		}
		if (result.slot == format.slots_per_page[level_class])
			ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
							errmsg("free list of hnsw index \"%s\" leads to block %u, which is full",
								   RelationGetRelationName(index_), head),
							errhint("Please REINDEX it.")));
		result.last_slot = page_opaque(page)->slots_used + 1 == format.slots_per_page[level_class];
		LockBuffer(result.buffer, BUFFER_LOCK_UNLOCK);
	}
	result.id = node_id(format, BufferGetBlockNumber(result.buffer), result.slot);
	if (BufferGetBlockNumber(result.buffer) >> (32 - format.slot_bits) != 0 && format.slot_bits != 0)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("hnsw index \"%s\" has reached its largest size", RelationGetRelationName(index_))));
	return result;
}

/* Writes a record into its slot: one WAL record with, as needed, the metapage
 * (free list), the pending entry and the record one level below. */
void GraphWriter::place_record(const NodeSlot &slot, IndexState *state, const uint8 *record, uint32 below,
							   const PendingSource &source)
{
	const IndexFormat &format = handle_->format;
	const int cls = slot.level_class;
	const BlockNumber block = BufferGetBlockNumber(slot.buffer);
	Buffer meta = InvalidBuffer, pending = InvalidBuffer, lower = InvalidBuffer;

	const bool joins_list = slot.fresh_page && !slot.last_slot;
	const bool leaves_list = !slot.fresh_page && slot.last_slot;
	if (joins_list || leaves_list) {
		meta = ReadBuffer(index_, kMetaBlock);
		LockBuffer(meta, BUFFER_LOCK_EXCLUSIVE);
	}
	if (source.block != InvalidBlockNumber) {
		pending = ReadBuffer(index_, source.block);
		LockBuffer(pending, BUFFER_LOCK_EXCLUSIVE);
	}
	const bool below_elsewhere = below != kNoNode && block_of(format, below) != block;
	if (below_elsewhere) {
		lower = ReadBuffer(index_, block_of(format, below));
		LockBuffer(lower, BUFFER_LOCK_EXCLUSIVE);
	}
	if (!slot.fresh_page)
		LockBuffer(slot.buffer, BUFFER_LOCK_EXCLUSIVE);

	PageChange change(index_, building_);
	Page page = change.edit(slot.buffer, slot.fresh_page);
	if (slot.fresh_page)
		init_page(page, cls ? PageKind::kUpper : PageKind::kNode);
	PageOpaque *opaque = page_opaque(page);
	uint8 *target = reinterpret_cast<uint8 *>(page) + record_offset(format, cls, slot.slot);
	const uint16 version = reinterpret_cast<NodeHeader *>(target)->version;
	memcpy(target, record, format.record_bytes[cls]);
	reinterpret_cast<NodeHeader *>(target)->version = version + 1;
	opaque->slots_used++;
	cover_slots(page, format, cls, slot.slot + 1);
	if (joins_list || leaves_list) {
		IndexState &new_state = meta_page(change.edit(meta))->state;
		if (joins_list) {
			opaque->next = new_state.free_nodes[cls];
			new_state.free_nodes[cls] = block;
		} else {
			new_state.free_nodes[cls] = opaque->next;
			opaque->next = InvalidBlockNumber;
		}
		opaque->in_free_list = joins_list;
		state->free_nodes[cls] = new_state.free_nodes[cls];
	}
	if (BufferIsValid(pending)) {
		PendingEntry *entry = pending_entry(change.edit(pending), format, source.entry);
		entry->state = PendingState::kWritten;
		entry->node = slot.id;
		entry->value_taken = format.values_apart();
	}
	if (below != kNoNode) {
		Page lower_page = below_elsewhere ? change.edit(lower) : page;
		const int lower_class = level_class(page_opaque(lower_page)->kind);
		auto *header =
			reinterpret_cast<NodeHeader *>(lower_page + record_offset(format, lower_class, slot_of(format, below)));
		header->up = slot.id;
	}
	change.finish();

	UnlockReleaseBuffer(slot.buffer);
	if (BufferIsValid(lower))
		UnlockReleaseBuffer(lower);
	if (BufferIsValid(pending))
		UnlockReleaseBuffer(pending);
	if (BufferIsValid(meta))
		UnlockReleaseBuffer(meta);
}

/* ---- edges ---- */

/* The slots of a record, free ones among them; returns how many. */
uint32 GraphWriter::copy_ids(uint32 id, uint32 *ids)
{
	uint32 count = 0;
	graph_.visit(id, [&](hnsw::ConstNodeRecord record) {
		count = record.header().slots_used;
		memcpy(ids, record.ids(), count * sizeof(uint32));
	});
	return count;
}

/* Edges to the new node. At least one is made whatever the neighbours prefer: a
 * node that nothing leads to would never be found. */
bool GraphWriter::add_edges_to(uint32 id, const FoundNode *neighbours, uint32 count)
{
	bool any = count == 0;
	for (uint32 k = 0; k < count; k++) {
		any = add_edge(neighbours[k], id) || any;
		CHECK_FOR_INTERRUPTS();
	}
	return any;
}

/* For a point that none of its neighbours took, as happens around a hub: the
 * nearest node with a free slot leads to it, whatever the heuristic says. To take
 * a slot from another edge of the hub would only orphan that one's end. `near`:
 * nodes met by a search for the point, nearest first; if it is among them there is
 * a way to it. */
void GraphWriter::link_somewhere(uint32 id, const FoundNode *near, uint32 count)
{
	for (uint32 k = 0; k < count; k++)
		if (near[k].id == id)
			return;
	for (uint32 k = 0; k < count; k++)
		if (use_free_slot(near[k], id))
			return;
	if (count > 0)
		force_edge(near[0], id);
}

bool GraphWriter::use_free_slot(const FoundNode &from, uint32 to)
{
	int slot = -1;
	bool present = false;
	graph_.visit(from.id, [&](hnsw::ConstNodeRecord record) {
		present = hnsw::find_edge(record, to) >= 0;
		slot = hnsw::free_slot(record);
	});
	return present || (slot >= 0 && put_edge(from, project(from), slot, to));
}

/* An edge from a neighbour to the point, if the neighbour's list has room for it
 * or is better with it. True when it is there. */
bool GraphWriter::add_edge(const FoundNode &from, uint32 to)
{
	const hnsw::ProjectedValue projected = project(from);
	bool present = false, taken = false;
	if (is_full(from.id, to, &present) && choose_anew(from, projected, to, &taken))
		return taken;
	const int slot = present ? -1 : pick_slot(from, projected, to, &present);
	return present || (slot >= 0 && replace_edge(from, projected, slot, to));
}

bool GraphWriter::is_full(uint32 id, uint32 to, bool *present)
{
	bool full = false;
	graph_.visit(id, [&](hnsw::ConstNodeRecord record) {
		*present = hnsw::find_edge(record, to) >= 0;
		full = !*present && hnsw::free_slot(record) < 0;
	});
	return full;
}

/* Chooses a full list anew, from what it holds and the point, by the heuristic and
 * by exact distances as a build does: it gets shorter and has room for later edges.
 * Only those give way whose ends are reached otherwise. *taken: the point has an
 * edge. False when the list is to change in another way: by inner product, where
 * the heuristic leaves too little; without codes, where it is exact anyway; when nothing gives way. */
bool GraphWriter::choose_anew(const FoundNode &from, const hnsw::ProjectedValue &projected, uint32 to, bool *taken)
{
	if (!handle_->coded() || handle_->metric() == Metric::kInnerProduct)
		return false;
	FoundNode *nodes;
	const uint32 count = load_list(from, to, &nodes);
	auto *candidates = static_cast<hnsw::Candidate *>(MemoryContextAlloc(work_, sizeof(hnsw::Candidate) * count));
	auto *kept = static_cast<uint32 *>(MemoryContextAlloc(work_, sizeof(uint32) * (count + 1)));
	for (uint32 i = 0; i < count; i++)
		candidates[i] = {nodes[i].distance, nodes[i].id};
	const uint32 kept_count = hnsw::select_neighbours(candidates, count, count, kept, [&](uint32 i, uint32 j) {
		return point_.query.distance(nodes[i].value, nodes[j].value);
	});
	uint32 dropped[hnsw::LayerSearch::kMaxSlots], dropped_count = 0;
	*taken = true;
	for (uint32 i = 0; i < count; i++) {
		if (std::binary_search(kept, kept + kept_count, i))
			continue;
		if (nodes[i].id == to)
			*taken = false;
		else if (is_led_back_to(nodes[i].id))
			dropped[dropped_count++] = nodes[i].id;
	}
	if (dropped_count == 0)
		return !*taken;
	rewrite_list(from, projected, dropped, dropped_count, *taken ? to : kNoNode);
	return true;
}

/* The live neighbours of `from`, and the point as node `to`, nearest to `from`
 * first. */
uint32 GraphWriter::load_list(const FoundNode &from, uint32 to, FoundNode **list)
{
	uint32 ids[hnsw::LayerSearch::kMaxSlots];
	const uint32 count = copy_ids(from.id, ids);
	ArenaVector<FoundNode> nodes;
	nodes.init(context_arena(work_), count + 1);
	nodes.push_back({from.distance, to, 0, point_.query.value, point_.bytes});
	for (uint32 k = 0; k < count; k++) {
		FoundNode node;
		NodeHeader header;
		if (ids[k] == kNoNode || !load_node(ids[k], &node, &header) || header.state != NodeState::kLive)
			continue;
		node.distance = point_.query.distance(from.value, node.value);
		nodes.push_back(node);
	}
	std::sort(nodes.begin(), nodes.end(), nearer);
	*list = nodes.begin();
	return nodes.size();
}

/* Clears edges of `from` and, unless `to` is kNoNode, adds one to the point. */
void GraphWriter::rewrite_list(const FoundNode &from, const hnsw::ProjectedValue &projected, const uint32 *dropped,
							   uint32 dropped_count, uint32 to)
{
	PAUSE_POINT("edge");
	CodeFactors factors = {0, 0};
	if (handle_->coded())
		factors = hnsw::encode_edge(handle_->space, projected, point_.projected, from.distance, scratch_, code_);
	Buffer buffer = ReadBuffer(index_, block_of(handle_->format, from.id));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	const hnsw::ConstNodeRecord present = graph_.locate(BufferGetPage(buffer), from.id);
	if (present.bytes != nullptr) {
		PartChange change(index_, building_, buffer, offset_in(buffer, present), present.layout->record_bytes);
		const NodeRecord record = {change.bytes(), present.layout};
		for (uint32 i = 0; i < dropped_count; i++)
			hnsw::clear_edge(record, hnsw::find_edge({record.bytes, record.layout}, dropped[i]));
		if (to != kNoNode)
			hnsw::set_edge(record, hnsw::free_slot({record.bytes, record.layout}), to, factors, code_);
		change.finish();
	}
	UnlockReleaseBuffer(buffer);
}

/* The same in place of the farthest neighbour. */
bool GraphWriter::force_edge(const FoundNode &from, uint32 to)
{
	const int slot = farthest_slot(from);
	return slot >= 0 && replace_edge(from, project(from), slot, to);
}

/* Puts an edge to the point into a slot that may be taken. Should nothing else
 * lead to the node that loses its edge, then the point does from now on: so it is
 * reached over one node more than before. By inner product always: long vectors
 * push short ones out of all lists, and short ones that lead to each other are no
 * way to any. */
bool GraphWriter::replace_edge(const FoundNode &from, const hnsw::ProjectedValue &projected, int slot, uint32 to)
{
	uint32 displaced = kNoNode;
	graph_.visit(from.id, [&](hnsw::ConstNodeRecord record) {
		if (slot < record.header().slots_used)
			displaced = record.ids()[slot];
	});
	if (!put_edge(from, projected, slot, to))
		return false;
	const bool in_doubt = handle_->metric() == Metric::kInnerProduct;
	if (displaced != kNoNode && (in_doubt || !is_led_back_to(displaced)))
		lead_to(displaced, to);
	return true;
}

/* Whether one of the nodes that `id` leads to leads back. Most do: a quick test
 * for an edge from somewhere. */
bool GraphWriter::is_led_back_to(uint32 id)
{
	uint32 ids[hnsw::LayerSearch::kMaxSlots];
	const uint32 count = copy_ids(id, ids);
	bool led = false;
	for (uint32 j = 0; j < count && !led; j++)
		if (ids[j] != kNoNode)
			graph_.visit(ids[j], [&](hnsw::ConstNodeRecord record) { led = hnsw::find_edge(record, id) >= 0; });
	return led;
}

/* An edge from the point, whose record is `from`, to another node, if need be in
 * place of the farthest. */
void GraphWriter::lead_to(uint32 id, uint32 from)
{
	FoundNode node;
	NodeHeader header;
	if (!load_node(id, &node, &header) || header.state != NodeState::kLive)
		return;
	int slot = -1;
	bool present = false;
	graph_.visit(from, [&](hnsw::ConstNodeRecord record) {
		present = hnsw::find_edge(record, id) >= 0;
		slot = hnsw::free_slot(record);
	});
	if (slot < 0)
		slot = farthest_slot({0, from, 0, point_.query.value, point_.bytes});
	if (present || slot < 0)
		return;
	CodeFactors factors = {0, 0};
	const float distance = point_.query.distance(point_.query.value, node.value);
	if (handle_->coded())
		factors = hnsw::encode_edge(handle_->space, point_.projected, project(node), distance, scratch_, code_);
	write_edge(from, slot, id, factors);
}

int GraphWriter::farthest_slot(const FoundNode &from)
{
	uint32 ids[hnsw::LayerSearch::kMaxSlots];
	const uint32 count = copy_ids(from.id, ids);
	int farthest = -1;
	float distance = -std::numeric_limits<float>::infinity();
	for (uint32 j = 0; j < count; j++)
		if (ids[j] != kNoNode)
			visit_exact(ids[j], [&](const NodeHeader &header, const void *value) {
				const float d = point_.query.distance(from.value, {value, header.norm});
				if (d > distance) {
					distance = d;
					farthest = j;
				}
			});
	return farthest;
}

bool GraphWriter::put_edge(const FoundNode &from, const hnsw::ProjectedValue &projected, int slot, uint32 to)
{
	CodeFactors factors = {0, 0};
	if (handle_->coded())
		factors = hnsw::encode_edge(handle_->space, projected, point_.projected, from.distance, scratch_, code_);
	return write_edge(from.id, slot, to, factors);
}

/* Writes an edge whose code is in code_. */
bool GraphWriter::write_edge(uint32 from, int slot, uint32 to, const CodeFactors &factors)
{
	PAUSE_POINT("edge");
	Buffer buffer = ReadBuffer(index_, block_of(handle_->format, from));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	const hnsw::ConstNodeRecord present = graph_.locate(BufferGetPage(buffer), from);
	if (present.bytes != nullptr) {
		PartChange change(index_, building_, buffer, offset_in(buffer, present), present.layout->record_bytes);
		hnsw::set_edge({change.bytes(), present.layout}, slot, to, factors, code_);
		change.finish();
	}
	UnlockReleaseBuffer(buffer);
	return present.bytes != nullptr;
}

/* The slot of `from` that an edge to `to` takes, -1: none. *present: it is there
 * already. The record cannot change between this and add_edge(): there is one writer. */
int GraphWriter::pick_slot(const FoundNode &from, const hnsw::ProjectedValue &projected, uint32 to, bool *present)
{
	int slot = -1;
	bool full = false;
	uint32 ids[hnsw::LayerSearch::kMaxSlots], count = 0;
	graph_.visit(from.id, [&](hnsw::ConstNodeRecord record) {
		*present = hnsw::find_edge(record, to) >= 0;
		if (*present)
			return;
		slot = hnsw::free_slot(record);
		full = slot < 0;
		count = record.header().slots_used;
		memcpy(ids, record.ids(), count * sizeof(uint32));
		if (full && handle_->coded())
			slot = pick_slot_coded(record, projected, from.distance);
	});
	if (!full || handle_->coded())
		return slot;
	return handle_->compact() ? pick_slot_by_codes(from, ids, count) : pick_slot_plain(from, ids, count);
}

int GraphWriter::pick_slot_coded(const hnsw::ConstNodeRecord &record, const hnsw::ProjectedValue &projected,
								 float distance)
{
	const uint32 count = record.header().slots_used;
	neighbour_code_.prepare(projected.projection);
	hnsw::scan_neighbours(neighbour_code_, record, to_node_);
	hnsw::scan_neighbours(point_.query.code, record, to_new_);
	const float self = point_.query.distance(projected.value, projected.value);
	for (uint32 j = 0; j < count; j++) {
		to_node_[j] += self;
		to_new_[j] += distance;
	}
	return hnsw::choose_replacement(to_node_, to_new_, count, distance);
}

int GraphWriter::pick_slot_plain(const FoundNode &from, const uint32 *ids, uint32 count)
{
	for (uint32 j = 0; j < count; j++) {
		to_node_[j] = to_new_[j] = std::numeric_limits<float>::infinity();
		visit_exact(ids[j], [&](const NodeHeader &header, const void *value) {
			to_node_[j] = point_.query.distance(from.value, {value, header.norm});
			to_new_[j] = point_.query.distance(point_.query.value, {value, header.norm});
		});
	}
	return hnsw::choose_replacement(to_node_, to_new_, count, from.distance);
}

int GraphWriter::pick_slot_by_codes(const FoundNode &from, const uint32 *ids, uint32 count)
{
	neighbour_coder_.prepare(from.value.data);
	const hnsw::NodeEstimator to_node = neighbour_coder_.estimator();
	for (uint32 j = 0; j < count; j++) {
		to_node_[j] = to_new_[j] = std::numeric_limits<float>::infinity();
		graph_.visit(ids[j], [&](hnsw::ConstNodeRecord record) {
			to_node_[j] = to_node(record.value());
			to_new_[j] = point_.query.estimator(record.value());
		});
	}
	return hnsw::choose_replacement(to_node_, to_new_, count, from.distance);
}

/* ---- insertion ---- */

/* Whether a node has the value of the new point. Where only the table has exact
 * values, an equal code is enough: rows are measured one by one in the end. */
bool GraphWriter::same_value(const FoundNode &node, const IndexedValue &value)
{
	if (!handle_->format.exact_in_heap())
		return node.value_bytes == value.bytes && memcmp(node.value.data, value.value.data, value.bytes) == 0;
	bool same = false;
	graph_.visit(node.id, [&](hnsw::ConstNodeRecord record) {
		same = memcmp(record.value(), own_code_, record.layout->value_bytes) == 0;
	});
	return same;
}

/* Adds a row to a node with the same value; false when its row list is full. */
bool GraphWriter::add_row(const FoundNode &node, const RowId &row, const PendingSource &source)
{
	Buffer pending = InvalidBuffer;
	if (source.block != InvalidBlockNumber) {
		pending = ReadBuffer(index_, source.block);
		LockBuffer(pending, BUFFER_LOCK_EXCLUSIVE);
	}
	Buffer buffer = ReadBuffer(index_, block_of(handle_->format, node.id));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	const hnsw::ConstNodeRecord present = graph_.locate(BufferGetPage(buffer), node.id);
	const NodeHeader *old = present.bytes ? &present.header() : nullptr;
	bool known = false;
	for (int i = 0; old != nullptr && i < old->row_count; i++)
		known = known || old->rows[i] == row;
	const bool fits =
		old != nullptr && old->state == NodeState::kLive && (known || old->row_count < hnsw::kMaxRowsPerNode);
	if (fits) {
		PageChange change(index_, building_);
		if (!known) {
			Page page = change.edit(buffer);
			const Size offset = present.bytes - reinterpret_cast<const uint8 *>(BufferGetPage(buffer));
			auto *header = reinterpret_cast<NodeHeader *>(page + offset);
			header->reserved &= ~(1u << header->row_count); /* the new row is not known dead */
			header->rows[header->row_count++] = row;
		}
		if (BufferIsValid(pending)) {
			PendingEntry *entry = pending_entry(change.edit(pending), handle_->format, source.entry);
			entry->state = PendingState::kMerged;
			entry->node = node.id;
		}
		change.finish();
	}
	UnlockReleaseBuffer(buffer);
	if (BufferIsValid(pending))
		UnlockReleaseBuffer(pending);
	return fits;
}

bool GraphWriter::insert(const RowId &row, const IndexedValue &value, const ValueRef &stored,
						 const PendingSource &source)
{
	MemoryContextReset(work_);
	begin_point(value);
	IndexState state = read_meta(index_).state;
	const IndexFormat &format = handle_->format;
	const int level = Min(hnsw::level_of_row(row, format.m), hnsw::kMaxLevel);
	const bool empty = state.entry_point == kNoNode;
	const int linked = empty ? -1 : Min(level, static_cast<int>(state.entry_level));

	FoundNode *found[hnsw::kMaxLevel + 1] = {};
	uint32 counts[hnsw::kMaxLevel + 1] = {}, met[hnsw::kMaxLevel + 1] = {};
	uint32 entry = empty ? kNoNode : hnsw::descend(graph_, point_.query, search_, state.entry_point, linked);
	for (int l = linked; l >= 0 && entry != kNoNode; l--) {
		counts[l] = met[l] = search_level(entry, &found[l]);
		if (l == 0)
			break;
		/* The nearest node leads down, even one that will get no edge. */
		uint32 down = kNoNode;
		const uint32 nearest = counts[l] ? found[l][0].id : entry;
		graph_.visit(nearest, [&](hnsw::ConstNodeRecord record) { down = record.header().down; });
		entry = down;
	}
	/* Equal values are nearest to each other, except by inner product. */
	const bool any = handle_->metric() == Metric::kInnerProduct || format.exact_in_heap();
	for (uint32 i = 0; i < counts[0] && (any || found[0][i].distance <= found[0][0].distance); i++) {
		const FoundNode &node = found[0][i];
		if (same_value(node, value) && add_row(node, row, source))
			return false;
	}
	for (int l = linked; l >= 0; l--)
		counts[l] = choose_neighbours(found[l], counts[l], format.m, kNoNode);

	ValueRef ref = stored;
	if (format.values_apart() && ref.block == InvalidBlockNumber)
		ref = write_value(index_, building_, row, value.value.data, value.bytes);
	uint32 below = kNoNode;
	for (int l = 0; l <= level; l++) {
		const int cls = class_of_level(l);
		auto *record = static_cast<uint8 *>(MemoryContextAlloc(work_, format.record_bytes[cls]));
		fill_record(record, l, found[l], counts[l]);
		auto *header = reinterpret_cast<NodeHeader *>(record);
		header->down = below;
		header->top_level = level;
		if (format.values_apart()) {
			header->value_block = ref.block;
			header->value_item = ref.item;
		}
		if (l == 0) {
			header->row_count = 1;
			header->rows[0] = row;
		}
		const NodeSlot slot = allocate_slot(cls, &state);
		place_record(slot, &state, record, below, l == 0 ? source : kNoSource);
		PAUSE_POINT(l == 0 ? "placed" : "placed above");
		if (!add_edges_to(slot.id, found[l], counts[l]))
			link_somewhere(slot.id, found[l], met[l]);
		below = slot.id;
	}
	if (empty || level > static_cast<int>(state.entry_level))
		set_entry_point(below, level);
	return true;
}

void GraphWriter::set_entry_point(uint32 id, uint32 level)
{
	PAUSE_POINT("entry point");
	Buffer meta = ReadBuffer(index_, kMetaBlock);
	LockBuffer(meta, BUFFER_LOCK_EXCLUSIVE);
	PageChange change(index_, building_);
	IndexState &state = meta_page(change.edit(meta))->state;
	state.entry_point = id;
	state.entry_level = level;
	change.finish();
	UnlockReleaseBuffer(meta);
}

/* The node becomes the entry point of a graph without one: a crash or cancel came
 * after its record and before that. */
void GraphWriter::enter_at(uint32 id)
{
	uint32 up = id, level = 0;
	while (graph_.visit(up, [&](hnsw::ConstNodeRecord record) {
		id = up;
		level = record.header().level;
		up = record.header().up;
	}) && up != kNoNode)
		;
	set_entry_point(id, level);
}

/* Reads a live node with a copy of its value. */
bool GraphWriter::load_node(uint32 id, FoundNode *node, NodeHeader *header)
{
	bool live = false;
	visit_exact(id, [&](const NodeHeader &h, const void *value) {
		const uint32 bytes = handle_->value_bytes(value);
		void *copy = MemoryContextAlloc(work_, bytes);
		memcpy(copy, value, bytes);
		*header = h;
		*node = {0, id, h.row_count, {copy, h.norm}, bytes};
		live = true;
	});
	return live;
}

/* The live neighbours of a record, with exact distances to the point. */
uint32 GraphWriter::load_neighbours(uint32 id, FoundNode **found)
{
	uint32 ids[hnsw::LayerSearch::kMaxSlots];
	const uint32 count = copy_ids(id, ids);
	ArenaVector<FoundNode> nodes;
	nodes.init(context_arena(work_), count + 1);
	for (uint32 k = 0; k < count; k++) {
		FoundNode neighbour;
		NodeHeader header;
		if (ids[k] == kNoNode || !load_node(ids[k], &neighbour, &header) || header.state != NodeState::kLive)
			continue;
		neighbour.distance = point_.query.distance(point_.query.value, neighbour.value);
		nodes.push_back(neighbour);
	}
	std::sort(nodes.begin(), nodes.end(), nearer);
	*found = nodes.begin();
	return nodes.size();
}

void GraphWriter::relink(uint32 id)
{
	MemoryContextReset(work_);
	FoundNode node, *neighbours;
	NodeHeader header;
	if (!load_node(id, &node, &header) || header.state != NodeState::kLive)
		return;
	if (read_meta(index_).state.entry_point == kNoNode)
		enter_at(id);
	begin_point({node.value, node.value_bytes});
	const uint32 count = load_neighbours(id, &neighbours);
	if (!add_edges_to(id, neighbours, count)) {
		const uint32 met = search_ground(&neighbours);
		link_somewhere(id, neighbours, met);
	}
}

/* Searches level 0 for the point, from the entry point on. */
uint32 GraphWriter::search_ground(FoundNode **found)
{
	const IndexState state = read_meta(index_).state;
	const uint32 entry =
		state.entry_point == kNoNode ? kNoNode : hnsw::descend(graph_, point_.query, search_, state.entry_point, 0);
	return entry == kNoNode ? 0 : search_level(entry, found);
}

void GraphWriter::adopt(uint32 id, uint32 from)
{
	MemoryContextReset(work_);
	FoundNode node, *found, *neighbours;
	NodeHeader header;
	if (!load_node(id, &node, &header) || header.state != NodeState::kLive)
		return;
	begin_point({node.value, node.value_bytes});
	const uint32 met = search_level(from, &found);
	link_somewhere(id, found, met);
	if (load_neighbours(id, &neighbours) == 0)
		replace_edges(id, nullptr, 0, found, choose_neighbours(found, met, handle_->format.m, id));
}

void GraphWriter::lead_back(uint32 id, uint32 from, const IdSet &to)
{
	MemoryContextReset(work_);
	FoundNode node, *found;
	NodeHeader header;
	if (!load_node(id, &node, &header) || header.state != NodeState::kLive)
		return;
	begin_point({node.value, node.value_bytes});
	const uint32 met = search_level(from, &found);
	const FoundNode *nearest = std::find_if(found, found + met, [&](const FoundNode &n) { return to.contains(n.id); });
	lead_to(nearest != found + met ? nearest->id : from, id);
}

/* ---- repair ---- */

bool Remainder::is_worn(const hnsw::ConstNodeRecord &record) const
{
	int balance = 0;
	for (uint32 j = 0; j < record.header().slots_used; j++)
		if (record.ids()[j] != kNoNode)
			balance += deleted->contains(record.ids()[j]) ? 1 : -1;
	return balance > 0;
}

namespace {

/* The graph without deleted nodes, and without those that are worn and not yet
 * repaired, but for one to start from. */
class SoundGraph {
public:
	SoundGraph(PageGraph &graph, const Remainder &remainder, uint32 start)
		: graph_(graph), remainder_(remainder), start_(start)
	{
	}
	const NodeLayout &layout() const { return graph_.layout(); }
	template <class F> bool visit(uint32 id, F f)
	{
		bool sound = false;
		graph_.visit(id, [&](hnsw::ConstNodeRecord record) {
			sound = record.header().state == NodeState::kLive && (id == start_ || !remainder_.is_worn(record));
			if (sound)
				f(record);
		});
		return sound;
	}
	template <class F> bool visit_value(const NodeHeader &header, F f) { return graph_.visit_value(header, f); }
	void prefetch(uint32 id) { graph_.prefetch(id); }
	void prefetch_value(const NodeHeader &header) { graph_.prefetch_value(header); }
	void poll() { graph_.poll(); }

private:
	PageGraph &graph_;
	const Remainder &remainder_;
	uint32 start_;
};

} /* namespace */

/* A record under repair. Its neighbours are those it kept, then those added. */
struct GraphWriter::Repair {
	uint32 id;
	const uint32 *lost;
	uint32 lost_count;
	FoundNode *neighbours;
	uint32 kept_count, count;
	const Remainder &remainder;

	bool has(uint32 node) const
	{
		return node == id ||
			   std::any_of(neighbours, neighbours + count, [&](const FoundNode &n) { return n.id == node; });
	}
};

/* Of the live nodes that a deleted one leads to, the nearest to it. */
Remainder::Heir GraphWriter::find_heir(uint32 deleted)
{
	Remainder::Heir heir = {deleted, kNoNode, std::numeric_limits<float>::infinity()};
	FoundNode node;
	NodeHeader header;
	if (!load_node(deleted, &node, &header))
		return heir;
	uint32 ids[hnsw::LayerSearch::kMaxSlots];
	const uint32 count = copy_ids(deleted, ids);
	for (uint32 j = 0; j < count; j++)
		if (ids[j] != kNoNode)
			visit_exact(ids[j], [&](const NodeHeader &neighbour, const void *value) {
				const float distance = point_.query.distance(node.value, {value, neighbour.norm});
				if (neighbour.state == NodeState::kLive && distance < heir.distance)
					heir = {deleted, ids[j], distance};
			});
	return heir;
}

/* The same, remembered. */
const Remainder::Heir &GraphWriter::heir_of(uint32 deleted, const Remainder &remainder)
{
	Remainder::Heir &heir = remainder.heirs[deleted % Remainder::kHeirs];
	if (heir.of != deleted)
		heir = find_heir(deleted);
	return heir;
}

/* Whether an edge to a node is long beside the one that the node it is the heir of had
 * to it. By inner product lengths say nothing. */
bool GraphWriter::leads_far(const FoundNode &node, const Remainder::Heir &heir) const
{
	return handle_->metric() == Metric::kInnerProduct || heir.distance < node.distance / 2;
}

/* Notes a node and what it leads to as being near the record under repair. */
void GraphWriter::cover(uint32 id)
{
	uint32 ids[hnsw::LayerSearch::kMaxSlots];
	const uint32 count = copy_ids(id, ids);
	search_.visited.insert(id);
	for (uint32 j = 0; j < count; j++)
		search_.visited.insert(ids[j]);
}

bool GraphWriter::touches_covered(uint32 id)
{
	uint32 ids[hnsw::LayerSearch::kMaxSlots];
	const uint32 count = copy_ids(id, ids);
	return search_.visited.contains(id) ||
		   std::any_of(ids, ids + count, [&](uint32 to) { return to != kNoNode && search_.visited.contains(to); });
}

/* Passes edges that lead far on to the heirs of the lost nodes, except to those whose
 * neighbourhood touches the record's: as if a lost node and its heir had become one. The
 * heuristic would drop most of these edges, since among the neighbours there nearly
 * always is one nearer to where they lead. But that one need not lead there, and in
 * the end no node does. */
void GraphWriter::add_heirs(Repair &repair)
{
	search_.visited.reset();
	search_.visited.insert(repair.id);
	for (uint32 k = 0; k < repair.count; k++)
		cover(repair.neighbours[k].id);
	for (uint32 i = 0; i < repair.lost_count; i++) {
		const Remainder::Heir heir = heir_of(repair.lost[i], repair.remainder);
		FoundNode &added = repair.neighbours[repair.count];
		NodeHeader header;
		if (heir.id == kNoNode || touches_covered(heir.id) || !load_node(heir.id, &added, &header))
			continue;
		added.distance = point_.query.distance(point_.query.value, added.value);
		if (!leads_far(added, heir))
			continue;
		repair.count++;
		cover(heir.id);
	}
}

/* Adds those candidates, sorted by distance, that no neighbour shields (select.h),
 * up to `limit` neighbours in all; then the nearest others while the record has fewer
 * than m / 2. */
void GraphWriter::add_unshielded(Repair &repair, const FoundNode *found, uint32 count, uint32 limit)
{
	auto shielded = [&](const FoundNode &candidate) {
		return std::any_of(repair.neighbours, repair.neighbours + repair.count, [&](const FoundNode &n) {
			return point_.query.distance(n.value, candidate.value) < candidate.distance;
		});
	};
	for (uint32 i = 0; i < count && repair.count < limit; i++)
		if (!repair.has(found[i].id) && !shielded(found[i]))
			repair.neighbours[repair.count++] = found[i];
	for (uint32 i = 0; i < count && repair.count < Min(limit, handle_->format.m / 2u); i++)
		if (!repair.has(found[i].id))
			repair.neighbours[repair.count++] = found[i];
}

/* To a record that lost most of its neighbours: others found by a search, as for a
 * new one, among those that are sound. Where most of a graph is gone, nodes are so
 * linked one after the other as a build does it; the first ones meet few that are
 * near and get the long edges that later ones do not find. */
void GraphWriter::add_found(Repair &repair, uint32 level)
{
	const uint32 start = repair.remainder.starts[level];
	if (start == kNoNode)
		return;
	uint32 entries[hnsw::LayerSearch::kMaxSlots * 2 + 1] = {start};
	for (uint32 k = 0; k < repair.count; k++)
		entries[1 + k] = repair.neighbours[k].id;
	SoundGraph sound(graph_, repair.remainder, start);
	FoundNode *found;
	search_.keep_discarded = true;
	const uint32 met = search_from(sound, entries, 1 + repair.count, &found);
	search_.keep_discarded = false;
	add_unshielded(repair, found, met, handle_->format.m);
}

/* To one that lost a few: the lost nodes' neighbours, which are ranked by estimates
 * before the nearest are measured. */
void GraphWriter::add_from_around(Repair &repair)
{
	constexpr uint32 kCandidatesPerLost = 8, kMaxLostRead = 8;
	const uint32 read = Min(repair.lost_count, kMaxLostRead);
	const uint32 limit = Max(repair.kept_count + repair.lost_count, handle_->format.m / 2u);
	if (repair.count >= limit)
		return;
	ArenaVector<hnsw::Candidate> around;
	around.init(context_arena(work_), 64);
	search_.visited.reset();
	for (uint32 i = 0; i < repair.lost_count; i++)
		search_.visited.insert(repair.lost[i]);
	for (uint32 i = 0; i < read; i++)
		collect_around(repair.lost[i], &around);
	std::sort(around.begin(), around.end(),
			  [](const hnsw::Candidate &a, const hnsw::Candidate &b) { return a.distance < b.distance; });
	ArenaVector<FoundNode> nodes;
	nodes.init(context_arena(work_), 64);
	for (uint32 i = 0; i < around.size() && nodes.size() < read * kCandidatesPerLost; i++) {
		FoundNode node;
		NodeHeader header;
		if (!search_.visited.insert(around[i].id) || repair.has(around[i].id) ||
			!load_node(around[i].id, &node, &header) || header.state != NodeState::kLive)
			continue;
		node.distance = point_.query.distance(point_.query.value, node.value);
		nodes.push_back(node);
	}
	std::sort(nodes.begin(), nodes.end(), nearer);
	add_unshielded(repair, nodes.begin(), nodes.size(), limit);
}

/* The neighbours of a lost node, with estimated distances to the point (exact
 * ones would cost a visit each; plain layouts rank by nothing better than order). */
void GraphWriter::collect_around(uint32 id, ArenaVector<hnsw::Candidate> *around)
{
	float base = 0;
	visit_exact(id, [&](const NodeHeader &header, const void *value) {
		base = point_.query.distance(point_.query.value, {value, header.norm});
	});
	graph_.visit(id, [&](hnsw::ConstNodeRecord record) {
		const uint32 count = record.header().slots_used;
		if (handle_->coded())
			hnsw::scan_neighbours(point_.query.code, record, search_.partial);
		for (uint32 j = 0; j < count; j++)
			if (record.ids()[j] != kNoNode)
				around->push_back({handle_->coded() ? base + search_.partial[j] : base, record.ids()[j]});
	});
}

GraphWriter::Repair GraphWriter::begin_repair(uint32 id, const uint32 *lost, uint32 lost_count,
											  const Remainder &remainder)
{
	FoundNode *kept;
	const uint32 kept_count = load_neighbours(id, &kept);
	auto *neighbours =
		static_cast<FoundNode *>(MemoryContextAlloc(work_, sizeof(FoundNode) * 2 * hnsw::LayerSearch::kMaxSlots));
	std::copy(kept, kept + kept_count, neighbours);
	return {id, lost, lost_count, neighbours, kept_count, kept_count, remainder};
}

/* Writes edges to the added neighbours and from them. */
void GraphWriter::finish_repair(const Repair &repair, uint32 cleared)
{
	replace_edges(repair.id, repair.lost, cleared, repair.neighbours + repair.kept_count,
				  repair.count - repair.kept_count);
	for (uint32 k = repair.kept_count; k < repair.count; k++)
		add_edge(repair.neighbours[k], repair.id);
}

void GraphWriter::repair(uint32 id, const uint32 *lost, uint32 lost_count, const Remainder &remainder)
{
	MemoryContextReset(work_);
	FoundNode node;
	NodeHeader header;
	if (!load_node(id, &node, &header))
		return;
	begin_point({node.value, node.value_bytes});
	Repair repair = begin_repair(id, lost, lost_count, remainder);
	if (lost_count > repair.kept_count)
		add_found(repair, header.level);
	if (lost_count <= repair.kept_count || repair.count == 0) {
		add_from_around(repair);
		add_heirs(repair);
	}
	finish_repair(repair, lost_count);
}

void GraphWriter::pass_on(uint32 deleted, const uint32 *lost, uint32 lost_count, const Remainder &remainder)
{
	MemoryContextReset(work_);
	FoundNode node;
	NodeHeader header;
	const uint32 id = heir_of(deleted, remainder).id;
	if (id == kNoNode || !load_node(id, &node, &header))
		return;
	begin_point({node.value, node.value_bytes});
	Repair repair = begin_repair(id, lost, lost_count, remainder);
	add_heirs(repair);
	finish_repair(repair, 0);
}

/* Clears the edges to `lost` and puts the new ones into free slots, in one WAL
 * record. */
void GraphWriter::replace_edges(uint32 id, const uint32 *lost, uint32 lost_count, const FoundNode *added,
								uint32 added_count)
{
	auto *factors = static_cast<CodeFactors *>(MemoryContextAlloc(work_, sizeof(CodeFactors) * (added_count + 1)));
	const uint32 words = handle_->coded() ? handle_->space.padded / 64 * handle_->format.code_bits : 0;
	auto *codes = static_cast<uint64 *>(MemoryContextAlloc(work_, sizeof(uint64) * words * (added_count + 1)));
	for (uint32 k = 0; k < added_count && words > 0; k++)
		factors[k] = hnsw::encode_edge(handle_->space, point_.projected, project(added[k]), added[k].distance, scratch_,
									   codes + k * words);
	PAUSE_POINT("repair");
	Buffer buffer = ReadBuffer(index_, block_of(handle_->format, id));
	LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
	const hnsw::ConstNodeRecord present = graph_.locate(BufferGetPage(buffer), id);
	if (present.bytes != nullptr) {
		PartChange change(index_, building_, buffer, offset_in(buffer, present), present.layout->record_bytes);
		const NodeRecord record = {change.bytes(), present.layout};
		for (uint32 i = 0; i < lost_count; i++) {
			const int slot = hnsw::find_edge({record.bytes, record.layout}, lost[i]);
			if (slot >= 0)
				hnsw::clear_edge(record, slot);
		}
		for (uint32 k = 0; k < added_count; k++) {
			const int slot = hnsw::free_slot({record.bytes, record.layout});
			if (slot >= 0)
				hnsw::set_edge(record, slot, added[k].id, factors[k], codes + k * words);
		}
		change.finish();
	}
	UnlockReleaseBuffer(buffer);
}

} /* namespace vecext::pg */
