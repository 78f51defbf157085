/* link.cpp: search, selection and edges of one new point. */
#include "core/hnsw/link.h"

#include <algorithm>

namespace vecext::hnsw {

namespace {

/* Candidates that a new point's search holds: ef_construction, and in coded graphs
 * more, in time that searching by exact distances would take (README.md). What a
 * code saves grows with the dimensions. */
uint32_t beam_of(const BuildOptions &options)
{
	constexpr uint32_t kManyDims = 256;
	const auto ef = static_cast<uint32_t>(options.ef_construction);
	if (options.code_bits == 0)
		return ef;
	return options.dims >= kManyDims ? 2 * ef : ef + ef / 2;
}

size_t words_per_code(const NodeLayout &layout)
{
	return size_t{layout.padded} / 64 * layout.code_bits;
}

bool nearer(const Candidate &a, const Candidate &b)
{
	return a.distance < b.distance || (a.distance == b.distance && a.id < b.id);
}

} /* namespace */

Linker::Linker(GraphState &state) : state_(state), beam_(beam_of(state.options))
{
	const Arena arena = arena_.arena();
	const NodeLayout &layout = state.layouts[0];
	const uint32_t ef = beam_;
	query_.distance = state.distance;
	search_.init(arena, ef, layout);
	found_.init(arena, ef * 4);
	kept_.init(arena, LayerSearch::kMaxSlots);
	back_edges_.init(arena, LayerSearch::kMaxSlots);
	neighbours_.init(arena, LayerSearch::kMaxSlots + 1);
	if (!layout.coded())
		return;
	query_.code.init(arena, layout.padded, layout.code_bits);
	projection_ = arena.allocate<float>(layout.padded);
	residual_ = arena.allocate<float>(layout.padded);
	forward_code_ = arena.allocate<uint64_t>(words_per_code(layout));
	back_codes_.init(arena, static_cast<uint32_t>(words_per_code(layout)) * state.options.m * 2);
}

size_t Linker::memory_needed(const BuildOptions &options, const NodeLayout &layout) noexcept
{
	const size_t ef = beam_of(options);
	const size_t searching = ef * (4 * sizeof(Candidate) + 2 * 32 * sizeof(uint64_t) + 32) + 16384;
	const size_t coding = (4 + size_t{CodeQuery::kMaxPlanes} / 8) * layout.padded * sizeof(float) +
						  words_per_code(layout) * sizeof(uint64_t) * (2 * options.m + 1);
	return searching + (layout.coded() ? coding : 0);
}

void Linker::prepare_query(const Value &value)
{
	query_.value = value;
	if (!state_.layouts[0].coded())
		return;
	state_.space.project(query_.value, query_.code.rotated);
	query_.code.prepare(query_.code.rotated);
	point_ = {query_.value, query_.code.rotated, 0};
	if (state_.options.metric == Metric::kInnerProduct)
		point_.norm_squared = -state_.distance(query_.value, query_.value);
}

void Linker::link(uint32_t id)
{
	NodeHeader &header = state_.levels[0].record(id).header();
	if (header.spare != 0) {
		const uint32_t twin = header.spare - 1;
		header.spare = 0;
		link_twin(id, twin);
		return;
	}
	const int level = header.top_level;
	EntryPoint entry = state_.entry();
	if (level <= entry.level) {
		link_below(entry, id, level);
		return;
	}
	std::lock_guard raising(state_.raising);
	entry = state_.entry();
	if (entry.level >= 0)
		link_below(entry, id, std::min(level, entry.level));
	if (level > entry.level) {
		uint32_t top = id;
		for (int l = 0; l < level; l++)
			top = state_.levels[l].record(top).header().up;
		state_.set_entry({level, top});
	}
}

/* A chain of twins: each but the first has edges to and from the one before. */
void Linker::link_twin(uint32_t id, uint32_t twin)
{
	back_codes_.resize(static_cast<uint32_t>(words_per_code(state_.layouts[0])));
	std::fill(back_codes_.begin(), back_codes_.end(), 0);
	write_back_edge({0, id, twin, kTwinLength, {0, 0}, 0});
	write_back_edge({0, twin, id, kTwinLength, {0, 0}, 0});
}

/* Links records of levels 0 to `level`, which is not above the entry point's. */
void Linker::link_below(EntryPoint entry, uint32_t id, int level)
{
	prepare_query(state_.value(0, id));
	back_edges_.clear();
	back_codes_.clear();
	uint32_t from = entry.id;
	for (int l = entry.level; l > level; l--)
		from = state_.levels[l].record(search_upper(l, from)).header().down;

	uint32_t record = id;
	for (int l = 0; l < level; l++)
		record = state_.levels[l].record(record).header().up;
	for (int l = level; l >= 0; l--) {
		search(l, from, beam_);
		const uint32_t nearest = found_[0].id;
		select(l);
		write_edges(l, record);
		if (l > 0) {
			from = state_.levels[l].record(nearest).header().down;
			record = state_.levels[l].record(record).header().down;
		}
	}
	for (uint32_t i = back_edges_.size(); i-- > 0;)
		write_back_edge(back_edges_[i]);
}

uint32_t Linker::search_upper(int level, uint32_t entry)
{
	search(level, entry, state_.layouts[1].coded() ? kUpperBeam : 1);
	return found_[0].id;
}

/* Leaves the nearest nodes in found_, nearest first: at least the entry. */
void Linker::search(int level, uint32_t entry, uint32_t ef)
{
	LevelGraph graph(state_, level);
	found_.clear();
	search_layer(graph, query_, search_, &entry, 1, ef,
				 [&](uint32_t id, const NodeHeader &, float distance, const void *) {
					 found_.push_back({distance, id});
				 });
	std::sort(found_.begin(), found_.end(), nearer);
	if (found_.size() > ef)
		found_.resize(ef);
}

/* Reduces found_ to the neighbours that the point gets. */
void Linker::select(int level)
{
	kept_.resize(static_cast<uint32_t>(state_.options.m));
	const uint32_t count =
		select_neighbours(found_.begin(), found_.size(), kept_.size(), kept_.begin(), [&](uint32_t a, uint32_t b) {
			return state_.distance(state_.value(level, found_[a].id), state_.value(level, found_[b].id));
		});
	for (uint32_t i = 0; i < count; i++)
		found_[i] = found_[kept_[i]];
	found_.resize(count);
}

/* Writes the point's edges to found_ and notes those in the other direction. */
void Linker::write_edges(int level, uint32_t id)
{
	const NodeRecord record = state_.levels[level].record(id);
	for (const Candidate &neighbour : found_) {
		CodeFactors forward;
		back_edges_.push_back(encode_both_ways(level, id, neighbour, &forward));
		RecordLock lock(record.header());
		const int slot = free_slot({record.bytes, record.layout});
		if (slot < 0)
			return;
		set_edge(record, slot, neighbour.id, forward, forward_code_);
	}
}

/* Codes of the edges between the point and a neighbour; the code towards the
 * neighbour is left in forward_code_. */
Linker::BackEdge Linker::encode_both_ways(int level, uint32_t id, const Candidate &neighbour, CodeFactors *forward)
{
	BackEdge back = {level, neighbour.id, id, neighbour.distance, {}, 0};
	if (!state_.layouts[0].coded())
		return back;
	const Value value = state_.value(level, neighbour.id);
	state_.space.project(value, projection_);
	ProjectedValue other = {value, projection_, 0};
	if (state_.options.metric == Metric::kInnerProduct)
		other.norm_squared = -state_.distance(value, value);
	*forward = encode_edge(state_.space, point_, other, neighbour.distance, residual_, forward_code_);
	back.code = back_codes_.size();
	back_codes_.resize(back.code + static_cast<uint32_t>(words_per_code(state_.layouts[0])));
	back.factors = encode_edge(state_.space, other, point_, neighbour.distance, residual_, &back_codes_[back.code]);
	return back;
}

void Linker::write_back_edge(const BackEdge &edge)
{
	const Level &level = state_.levels[edge.level];
	const NodeRecord record = level.record(edge.from);
	const ConstNodeRecord reading = {record.bytes, record.layout};
	RecordLock lock(record.header());
	if (find_edge(reading, edge.to) >= 0)
		return;
	int slot = free_slot(reading);
	if (slot < 0)
		slot = make_slot(edge, record);
	if (slot >= 0)
		put_edge(edge, static_cast<uint32_t>(slot));
}

void Linker::put_edge(const BackEdge &edge, uint32_t slot)
{
	const Level &level = state_.levels[edge.level];
	const NodeRecord record = level.record(edge.from);
	set_edge(record, slot, edge.to, edge.factors, record.layout->coded() ? &back_codes_[edge.code] : nullptr);
}

/* The neighbours of a full record into neighbours_, named by slot, with the
 * lengths of the edges to them. */
void Linker::measure_edges(const BackEdge &edge, NodeRecord record)
{
	const Value owner = state_.value(edge.level, edge.from);
	const size_t bytes = value_size(state_.options.element, state_.options.dims, owner.data);
	neighbours_.clear();
	for (uint32_t j = 0; j < record.layout->slots; j++) {
		const uint32_t id = record.ids()[j];
		const bool twin = edge.level == 0 && state_.is_value_of(id, owner, bytes);
		neighbours_.push_back({twin ? kTwinLength : state_.distance(owner, state_.value(edge.level, id)), j});
	}
}

/* Selects the neighbours of a full record anew, the edge's end among them (the
 * heuristic of select.h on all of them, with exact distances). Frees the slots of
 * those that lost and returns one, or -1 when the new one lost. */
int Linker::make_slot(const BackEdge &edge, NodeRecord record)
{
	const uint32_t count = record.layout->slots;
	measure_edges(edge, record);
	if (edge.length == kTwinLength)
		return static_cast<int>(std::max_element(neighbours_.begin(), neighbours_.end(), nearer)->id);
	/* The new one is named by the slot behind the last. */
	neighbours_.push_back({edge.length, count});
	std::sort(neighbours_.begin(), neighbours_.end(), nearer);
	auto value_at = [&](uint32_t i) {
		const uint32_t slot = neighbours_[i].id;
		return slot == count ? query_.value : state_.value(edge.level, record.ids()[slot]);
	};
	kept_.resize(count);
	const uint32_t taken =
		select_neighbours(neighbours_.begin(), count + 1, count, kept_.begin(),
						  [&](uint32_t a, uint32_t b) { return state_.distance(value_at(a), value_at(b)); });
	int slot = -1;
	bool chosen = false;
	for (uint32_t i = 0, k = 0; i <= count; i++) {
		const uint32_t candidate = neighbours_[i].id;
		if (k < taken && kept_[k] == i) {
			chosen |= candidate == count;
			k++;
		} else if (candidate != count) {
			clear_edge(record, candidate);
			slot = static_cast<int>(candidate);
		}
	}
	return chosen ? slot : -1;
}

const ArenaVector<Candidate> &Linker::search_near(int level, uint32_t id, uint32_t entry)
{
	prepare_query(state_.value(level, id));
	search(level, entry, beam_);
	return found_;
}

bool Linker::lead_edge(int level, uint32_t from, uint32_t id, const uint32_t *parents)
{
	const NodeRecord record = state_.levels[level].record(from);
	int slot = free_slot({record.bytes, record.layout});
	for (int j = record.layout->slots - 1; slot < 0 && j >= 0; j--)
		if (parents[record.ids()[j]] != from)
			slot = j;
	if (slot < 0)
		return false;
	const float distance = state_.distance(query_.value, state_.value(level, from));
	CodeFactors forward;
	back_codes_.clear();
	put_edge(encode_both_ways(level, id, {distance, from}, &forward), static_cast<uint32_t>(slot));
	return true;
}

} /* namespace vecext::hnsw */
