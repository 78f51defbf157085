/*
 * build.cpp: the interface of a build, and its team of threads.
 *
 * The team runs inside a PostgreSQL backend. Its threads are created with all
 * signals blocked, so that signal handlers run on the calling thread only, and
 * they call nothing of PostgreSQL. The calling thread works too and polls in
 * between; it unblocks its own signals once the team exists, or a cancel request
 * would not be noticed.
 */
#include "vecext/hnsw/build.h"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <new>
#include <vector>

#include "core/hnsw/connect.h"
#include "core/hnsw/link.h"
#include "vecext/threads.h"

namespace vecext::hnsw {

namespace {

constexpr size_t kRecordUnit = 32;
constexpr auto kPollPeriod = std::chrono::milliseconds(50);
/* Points linked by one thread before a team starts: with nothing to find yet,
 * concurrent points would all link to the first. */
constexpr uint32_t kSerialPoints = 256;
constexpr uint32_t kCentreSample = 65536;

size_t round_up(size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

Status out_of_memory()
{
	return Status::error(ErrorKind::kOutOfMemory, "out of memory")
		.detail("Failed on request for memory while building a graph.");
}

Status cancelled()
{
	return Status::error(ErrorKind::kCancelled, "graph build was cancelled");
}

NodeLayout layout_of(const BuildOptions &options, int level)
{
	const int neighbours = level == 0 ? 2 * options.m : options.m;
	return make_node_layout(options.metric, options.element, options.dims, options.code_bits,
							static_cast<uint32_t>(neighbours), options.value_bytes);
}

/* Bytes from one record to the next. */
size_t stride_of(const NodeLayout &layout)
{
	return round_up(layout.record_bytes, kRecordUnit);
}

Status check_options(const BuildOptions &options)
{
	if (!GraphDistance::exists(options.metric, options.element))
		return Status::error(ErrorKind::kInvalidParameter, "no such distance for this type of value");
	if (options.m < 2 || options.m > 100)
		return Status::error(ErrorKind::kInvalidParameter, "m must be between 2 and 100");
	if (options.ef_construction < 1 || options.threads < 1)
		return Status::error(ErrorKind::kInvalidParameter, "ef_construction and threads must be positive");
	const bool dense = options.element == ElementType::kFloat32 || options.element == ElementType::kFloat16;
	const bool codable = dense && (options.metric == Metric::kL2 || options.metric == Metric::kInnerProduct ||
								   options.metric == Metric::kCosine);
	const int bits = options.code_bits;
	if (bits != 0 && (!codable || (bits != 1 && bits != 2 && bits != 4)))
		return Status::error(ErrorKind::kInvalidParameter, "code_bits cannot be %d for these values", bits);
	if (options.value_bytes != 0 && (options.element == ElementType::kSparse ||
									 options.value_bytes != value_size(options.element, options.dims, nullptr)))
		return Status::error(ErrorKind::kInvalidParameter, "values of %u bytes do not fit these records",
							 options.value_bytes);
	return Status::ok();
}

/* What the threads of a team share. */
struct Team {
	GraphState *state;
	std::vector<std::unique_ptr<Linker>> linkers;
	Poll poll;
	std::atomic<uint64_t> *progress;
	std::atomic<uint32_t> next;
	uint32_t end;
	std::atomic<bool> stop{false};
	std::atomic<bool> failed{false}; /* out of memory */
};

/* Links points until none is left; the first member also polls. */
void work(Team &team, int member) noexcept
{
	auto next_poll = std::chrono::steady_clock::now();
	try {
		while (!team.stop.load(std::memory_order_relaxed)) {
			const uint32_t id = team.next.fetch_add(1, std::memory_order_relaxed);
			if (id >= team.end)
				break;
			team.linkers[member]->link(id);
			if (team.progress != nullptr)
				team.progress->fetch_add(team.state->levels[0].record(id).header().row_count,
										 std::memory_order_relaxed);
			if (member == 0 && std::chrono::steady_clock::now() >= next_poll) {
				next_poll = std::chrono::steady_clock::now() + kPollPeriod;
				if (team.poll())
					team.stop = true;
			}
		}
	} catch (const std::bad_alloc &) {
		team.failed = true;
		team.stop = true;
	}
}

/* The first member polls until all are done. */
void run_team(Team &team)
{
	const int threads = static_cast<int>(team.linkers.size());
	SignalsBlocked signals;
#pragma omp parallel num_threads(threads) default(none) shared(team, signals)
	{
		const int member = omp_get_thread_num();
		if (member == 0)
			signals.lift();
		work(team, member);
	}
}

void add_to_sum(const GraphState &state, uint32_t id, std::vector<float> &scratch, std::vector<double> &sum)
{
	const Value value = state.value(0, id);
	const float *elements = static_cast<const float *>(value.data);
	if (state.options.element == ElementType::kFloat16) {
		kernels().f16_to_f32(static_cast<const uint16_t *>(value.data), scratch.data(), scratch.size());
		elements = scratch.data();
	}
	const double factor = state.options.metric == Metric::kCosine ? 1 / static_cast<double>(value.norm) : 1;
	for (size_t i = 0; i < sum.size(); i++)
		sum[i] += elements[i] * factor;
}

/* The mean of a regular sample. */
std::vector<float> mean_of_values(const GraphState &state)
{
	const uint32_t count = state.levels[0].count, sample = std::min(count, kCentreSample);
	std::vector<double> sum(state.options.dims);
	std::vector<float> scratch(state.options.dims);
	for (uint32_t i = 0; i < sample; i++)
		add_to_sum(state, static_cast<uint32_t>(uint64_t{i} * count / sample), scratch, sum);
	std::vector<float> mean(state.options.dims);
	for (size_t i = 0; i < mean.size(); i++)
		mean[i] = static_cast<float>(sum[i] / sample);
	return mean;
}

void fix_centre(GraphState &state)
{
	const BuildOptions &options = state.options;
	const std::vector<float> mean = mean_of_values(state);
	state.space.init(state.arena.arena(), options.metric, options.element, options.dims, options.code_bits,
					 options.seed, mean.data());
	state.has_centre = true;
}

} /* namespace */

int level_of_row(const RowId &row, int m) noexcept
{
	const uint64_t key = uint64_t{row.block_high} << 32 | uint64_t{row.block_low} << 16 | row.offset;
	/* 53 random bits as a number in (0, 1]. */
	const double uniform = static_cast<double>((mix(key + 0x9e3779b97f4a7c15u) >> 11) + 1) * 0x1p-53;
	const double level = std::floor(-std::log(uniform) / std::log(static_cast<double>(m)));
	return static_cast<int>(std::min(level, static_cast<double>(kMaxLevel)));
}

GraphBuilder::~GraphBuilder()
{
	delete state_;
}

Status GraphBuilder::init(const BuildOptions &options) noexcept
{
	const Status status = check_options(options);
	if (!status.is_ok())
		return status;
	state_ = new (std::nothrow) State();
	if (state_ == nullptr)
		return out_of_memory();
	state_->options = options;
	state_->layouts[0] = layout_of(options, 0);
	state_->layouts[1] = layout_of(options, 1);
	state_->distance.init(options.metric, options.element, options.dims, kernels());
	/* Address space only. Level l has at most about n / 2^l records, of n. */
	const size_t limit = std::min(options.memory_limit, size_t{1} << 42);
	for (int l = 0; l <= kMaxLevel; l++) {
		Level &level = state_->levels[l];
		level.layout = &state_->layouts[l > 0];
		level.stride = stride_of(*level.layout);
		if (!level.records.reserve((limit >> l) + level.stride * 1024, options.threads))
			return out_of_memory();
	}
	if (!state_->values.reserve(limit))
		return out_of_memory();
	return Status::ok();
}

size_t GraphBuilder::bytes_per_point(const BuildOptions &options) noexcept
{
	const double upper = 1.0 / (options.m - 1); /* records above level 0, per node */
	const size_t apart = options.value_bytes == 0 && options.element != ElementType::kSparse
							 ? round_up(value_size(options.element, options.dims, nullptr), 8)
							 : 0;
	return stride_of(layout_of(options, 0)) + static_cast<size_t>(upper * stride_of(layout_of(options, 1))) + apart +
		   kBytesPerNode;
}

namespace {

size_t memory_of_threads(const GraphState &state)
{
	return Linker::memory_needed(state.options, state.layouts[0]) * state.options.threads;
}

bool fits_limit(const GraphState &state, int level, size_t value_bytes)
{
	size_t more = state.levels[0].stride + level * state.levels[1].stride + kBytesPerNode;
	if (!state.layouts[0].inline_value())
		more += round_up(value_bytes, 8);
	return state.levels[0].count < kNoNode - 1 &&
		   state.memory_used() + memory_of_threads(state) + more <= state.options.memory_limit;
}

/* Copies a value stored apart; false when out of memory. */
bool append_value(GraphState &state, const void *data, size_t bytes, NodeHeader *header)
{
	const size_t place = state.values_used, end = place + round_up(bytes, 8);
	if (!state.values.grow_to(end))
		return false;
	memcpy(state.values.data() + place, data, bytes);
	header->value_block = static_cast<uint32_t>(place / 8);
	header->value_item = static_cast<uint16_t>(place / 8 >> 32);
	state.values_used = end;
	return true;
}

/* Appends a node's records on levels 0 to header.top_level. */
bool append_records(GraphState &state, NodeHeader header, const Value &value, size_t bytes)
{
	if (!state.layouts[0].inline_value() && !append_value(state, value.data, bytes, &header))
		return false;
	uint32_t below = 0;
	for (int l = 0; l <= header.top_level; l++) {
		Level &level = state.levels[l];
		const uint32_t id = level.count;
		if (!level.append())
			return false;
		const NodeRecord record = level.record(id);
		record.header() = header;
		record.header().level = static_cast<uint8_t>(l);
		record.header().up = kNoNode;
		if (l > 0) {
			record.header().down = below;
			record.header().row_count = 0;
			state.levels[l - 1].record(below).header().up = id;
		}
		if (level.layout->inline_value())
			memcpy(record.value(), value.data, bytes);
		below = id;
	}
	return true;
}

} /* namespace */

Status GraphBuilder::add(const RowId &row, const Value &value, bool *fits) noexcept
{
	GraphState &state = *state_;
	const size_t bytes = value_size(state.options.element, state.options.dims, value.data);
	const uint64_t hash = hash_value(value.data, bytes);
	if (!state.twins.make_room())
		return out_of_memory();
	TwinTable::Entry *entry = state.twins.find(hash, [&](uint32_t id) { return state.is_value_of(id, value, bytes); });
	*fits = true;
	const bool twin = entry->node_plus_one != 0;
	if (twin) {
		NodeHeader &header = state.levels[0].record(entry->node_plus_one - 1).header();
		if (header.row_count < kMaxRowsPerNode) {
			header.rows[header.row_count++] = row;
			return Status::ok();
		}
	}
	const int level = twin ? 0 : level_of_row(row, state.options.m);
	if (!fits_limit(state, level, bytes)) {
		*fits = false;
		return Status::ok();
	}
	NodeHeader header = {};
	header.state = NodeState::kLive;
	header.top_level = static_cast<uint8_t>(level);
	header.row_count = 1;
	header.rows[0] = row;
	header.norm = value.norm;
	header.spare = entry->node_plus_one; /* the twin to be linked to */
	const uint32_t id = state.levels[0].count;
	if (!append_records(state, header, value, bytes))
		return out_of_memory();
	state.twins.set(entry, hash, id);
	return Status::ok();
}

Status GraphBuilder::link_pending(bool (*poll)(void *), void *poll_context, std::atomic<uint64_t> *progress) noexcept
{
	GraphState &state = *state_;
	const uint32_t count = state.levels[0].count;
	if (state.linked == count && state.connected)
		return Status::ok();
	try {
		if (state.layouts[0].coded() && !state.has_centre)
			fix_centre(state);
		Team team;
		team.state = &state;
		team.poll = {poll, poll_context};
		team.progress = progress;
		team.next = state.linked;
		team.end = std::min(count, std::max(state.linked, kSerialPoints));
		team.linkers.push_back(std::make_unique<Linker>(state));
		state.connected = false;
		work(team, 0);
		state.linked = std::min(team.next.load(), team.end);
		if (team.end < count && !team.stop) {
			while (static_cast<int>(team.linkers.size()) < state.options.threads)
				team.linkers.push_back(std::make_unique<Linker>(state));
			team.next = team.end;
			team.end = count;
			run_team(team);
			/* Whoever claims a point links it, also when the work is stopped: so a
			 * later call goes on exactly where this one ended. */
			state.linked = std::min(team.next.load(), team.end);
		}
		if (team.failed)
			return out_of_memory();
		if (team.stop || !connect_all(state, *team.linkers[0], team.poll))
			return cancelled();
		state.connected = true;
		return Status::ok();
	} catch (const std::bad_alloc &) {
		return out_of_memory();
	}
}

Status GraphBuilder::page_order(uint32_t *order) noexcept
{
	state_->twins.release();
	try {
		breadth_first_order(*state_, order);
		return Status::ok();
	} catch (const std::bad_alloc &) {
		return out_of_memory();
	}
}

uint32_t GraphBuilder::node_count() const noexcept
{
	return state_->levels[0].count;
}
uint32_t GraphBuilder::upper_count(int level) const noexcept
{
	return state_->levels[level].count;
}
int GraphBuilder::top_level() const noexcept
{
	return state_->entry().level;
}
uint32_t GraphBuilder::entry_point() const noexcept
{
	return state_->entry().id;
}
const NodeLayout &GraphBuilder::layout(int level) const noexcept
{
	return state_->layouts[level > 0];
}
NodeRecord GraphBuilder::record(int level, uint32_t id) noexcept
{
	return state_->levels[level].record(id);
}
Value GraphBuilder::value(uint32_t id) const noexcept
{
	return state_->value(0, id);
}
const float *GraphBuilder::centre() const noexcept
{
	return state_->has_centre ? state_->space.centre : nullptr;
}
size_t GraphBuilder::memory_used() const noexcept
{
	return state_->memory_used() + memory_of_threads(*state_);
}

} /* namespace vecext::hnsw */
