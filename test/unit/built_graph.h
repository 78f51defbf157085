/*
 * built_graph.h: a graph built in memory, searched by the templates that the
 * access method uses, and checked for its invariants.
 */
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "vecext/hnsw/build.h"
#include "vecext/hnsw/search.h"

namespace vecext::test {

using namespace vecext::hnsw;

/* Values in the formats of distance.h, with their norms. */
class Values {
public:
	Values(ElementType element, uint32_t dims) : element_(element), dims_(dims) {}

	void add(const void *data, size_t bytes)
	{
		auto &words = stored_.emplace_back((bytes + 7) / 8);
		memcpy(words.data(), data, bytes);
	}
	Value operator[](size_t i) const
	{
		const void *data = stored_[i].data();
		return {data, value_norm(kernels(), element_, dims_, data)};
	}
	size_t size() const { return stored_.size(); }

private:
	ElementType element_;
	uint32_t dims_;
	std::vector<std::vector<uint64_t>> stored_; /* 8-byte aligned */
};

/* Clustered values of any element type: `clusters` centres, unit noise around. */
inline Values clustered_values(ElementType element, uint32_t dims, size_t count, uint64_t seed, size_t clusters = 20)
{
	std::mt19937_64 shape(99);
	std::normal_distribution<float> normal;
	std::vector<std::vector<float>> centres(clusters, std::vector<float>(dims));
	for (auto &centre : centres)
		for (float &x : centre)
			x = 2 * normal(shape);
	std::mt19937_64 random(seed);
	Values values(element, dims);
	std::vector<float> row(dims);
	for (size_t n = 0; n < count; n++) {
		const auto &centre = centres[random() % clusters];
		for (uint32_t i = 0; i < dims; i++)
			row[i] = centre[i] + normal(random);
		if (element == ElementType::kFloat32) {
			values.add(row.data(), dims * sizeof(float));
		} else if (element == ElementType::kFloat16) {
			std::vector<uint16_t> half(dims);
			kernels().f32_to_f16(row.data(), half.data(), dims);
			values.add(half.data(), dims * sizeof(uint16_t));
		} else if (element == ElementType::kBit) {
			std::vector<uint8_t> bits((dims + 7) / 8);
			for (uint32_t i = 0; i < dims; i++)
				if (row[i] > 0)
					bits[i / 8] |= static_cast<uint8_t>(0x80 >> i % 8);
			values.add(bits.data(), bits.size());
		} else {
			std::vector<int32_t> sparse(1);
			for (uint32_t i = 0; i < dims; i++)
				if (std::fabs(row[i]) > 2)
					sparse.push_back(static_cast<int32_t>(i));
			if (sparse.size() == 1)
				sparse.push_back(0);
			sparse[0] = static_cast<int32_t>(sparse.size()) - 1;
			for (int32_t i = 0, n_indexes = sparse[0]; i < n_indexes; i++)
				sparse.push_back(std::bit_cast<int32_t>(row[static_cast<size_t>(sparse[1 + i])]));
			values.add(sparse.data(), sparse.size() * sizeof(int32_t));
		}
	}
	return values;
}

inline RowId row_number(size_t n)
{
	return {static_cast<uint16_t>(n >> 32), static_cast<uint16_t>(n >> 16), static_cast<uint16_t>(n)};
}
inline size_t number_of(const RowId &row)
{
	return size_t{row.block_high} << 32 | size_t{row.block_low} << 16 | row.offset;
}

/* One level of a built graph as search.h wants it. */
struct MemoryGraph {
	GraphBuilder *builder;
	int level;

	const NodeLayout &layout() const { return builder->layout(level); }
	template <class F> bool visit(uint32_t id, F f)
	{
		const NodeRecord record = builder->record(level, id);
		f(ConstNodeRecord{record.bytes, record.layout});
		return true;
	}
	template <class F> bool visit_value(const NodeHeader &header, F f)
	{
		/* Values apart are found through level 0, and the header of a record there
		 * names its first row, which the tests use as the value's number. */
		f(values_apart->at(number_of(header.rows[0])));
		return true;
	}
	void prefetch(uint32_t) {}
	void prefetch_value(const NodeHeader &) {}
	void poll() {}
	const std::vector<const void *> *values_apart = nullptr;
};

struct Found {
	float distance;
	uint32_t id;
	friend bool operator<(const Found &a, const Found &b)
	{
		return a.distance < b.distance || (a.distance == b.distance && a.id < b.id);
	}
};

/* What search_layer() calls for each node that it scored. */
struct Collect {
	std::vector<Found> *found;
	void operator()(uint32_t id, const NodeHeader &, float distance, const void *) const
	{
		found->push_back({distance, id});
	}
};

/* A search of a built graph, from the entry point down. */
class Searcher {
public:
	Searcher(GraphBuilder &builder, const BuildOptions &options) : builder_(builder), options_(options)
	{
		query_.distance.init(options.metric, options.element, options.dims, kernels());
		if (options.code_bits != 0) {
			space_.init(arena_.arena(), options.metric, options.element, options.dims, options.code_bits, options.seed,
						builder.centre());
			query_.code.init(arena_.arena(), space_.padded, options.code_bits);
		}
		search_.init(arena_.arena(), 64, builder.layout(0));
	}
	/* Values stored apart, by row number. */
	void set_values(const Values &values)
	{
		for (size_t i = 0; i < values.size(); i++)
			apart_.push_back(values[i].data);
	}

	std::vector<Found> search(const Value &value, uint32_t ef)
	{
		prepare(value);
		const uint32_t start = descend_to_level_0();
		std::vector<Found> found;
		MemoryGraph graph = graph_of(0);
		search_layer(graph, query_, search_, &start, 1, ef, Collect{&found});
		std::sort(found.begin(), found.end());
		return found;
	}
	/* The same, then further while the search goes on and `most` are not reached. */
	std::vector<Found> search_on(const Value &value, uint32_t ef, size_t most)
	{
		search_.keep_discarded = true;
		std::vector<Found> found = search(value, ef);
		MemoryGraph graph = graph_of(0);
		while (found.size() < most && continue_layer(graph, query_, search_, ef, Collect{&found})) {
		}
		search_.keep_discarded = false;
		return found;
	}
	std::vector<Found> exact(const Value &value, size_t most) const
	{
		std::vector<Found> all;
		for (uint32_t id = 0; id < builder_.node_count(); id++)
			all.push_back({query_.distance(value, builder_.value(id)), id});
		std::sort(all.begin(), all.end());
		all.resize(std::min(all.size(), most));
		return all;
	}
	/* Shares of the exact results that a search finds; a result as near as the
	 * last exact one counts, whichever of several equals it is. */
	double recall(const Values &queries, uint32_t ef, size_t k)
	{
		double hits = 0, all = 0;
		for (size_t i = 0; i < queries.size(); i++) {
			const std::vector<Found> truth = exact(queries[i], k), found = search(queries[i], ef);
			for (size_t j = 0; j < std::min(found.size(), truth.size()); j++)
				hits += found[j].distance <= truth.back().distance;
			all += static_cast<double>(truth.size());
		}
		return hits / all;
	}
	const SearchQuery &query() const { return query_; }
	const CodeSpace &space() const { return space_; }
	void prepare(const Value &value)
	{
		query_.value = value;
		if (options_.code_bits == 0)
			return;
		space_.project(value, query_.code.rotated);
		query_.code.prepare(query_.code.rotated);
	}
	LayerSearch &layer() { return search_; }

private:
	MemoryGraph graph_of(int level) { return {&builder_, level, &apart_}; }
	uint32_t descend_to_level_0()
	{
		uint32_t id = builder_.entry_point();
		for (int level = builder_.top_level(); level > 0; level--) {
			std::vector<Found> found;
			if (builder_.layout(level).inline_value()) {
				MemoryGraph graph = graph_of(level);
				search_layer(graph, query_, search_, &id, 1, kUpperBeam, Collect{&found});
				id = std::min_element(found.begin(), found.end())->id;
			}
			id = builder_.record(level, id).header().down;
		}
		return id;
	}

	GraphBuilder &builder_;
	BuildOptions options_;
	MallocArena arena_;
	CodeSpace space_;
	SearchQuery query_ = {};
	LayerSearch search_;
	std::vector<const void *> apart_;
};

inline BuildOptions options_for(Metric metric, ElementType element, uint32_t dims, int code_bits)
{
	BuildOptions options = {};
	options.metric = metric;
	options.element = element;
	options.dims = dims;
	options.m = 16;
	options.ef_construction = 64;
	options.code_bits = code_bits;
	options.seed = 42;
	options.threads = 2;
	options.memory_limit = size_t{1} << 30;
	options.value_bytes =
		element == ElementType::kSparse ? 0 : static_cast<uint32_t>(value_size(element, dims, nullptr));
	return options;
}

/* Adds values as rows first, first + 1, ...; expects that all fit. */
inline void add_all(GraphBuilder &builder, const Values &values, size_t first = 0)
{
	for (size_t i = 0; i < values.size(); i++) {
		bool fits = false;
		ASSERT_TRUE(builder.add(row_number(first + i), values[i], &fits).is_ok());
		ASSERT_TRUE(fits);
	}
}

inline void link_all(GraphBuilder &builder)
{
	const Status status = builder.link_pending(nullptr, nullptr, nullptr);
	ASSERT_TRUE(status.is_ok()) << status.message();
}

namespace detail {

inline uint32_t count_of_level(const GraphBuilder &builder, int level)
{
	return level == 0 ? builder.node_count() : builder.upper_count(level);
}

inline void check_record(GraphBuilder &builder, int level, uint32_t id)
{
	SCOPED_TRACE(testing::Message() << "level " << level << " id " << id);
	const NodeRecord record = builder.record(level, id);
	const NodeHeader &header = record.header();
	ASSERT_EQ(header.state, NodeState::kLive);
	ASSERT_EQ(header.level, level);
	ASSERT_LE(level, header.top_level);
	ASSERT_EQ(header.reserved, 0) << "the lock is still taken";
	ASSERT_EQ(header.spare, 0u);
	ASSERT_LE(header.slots_used, record.layout->slots);
	if (level > 0) {
		ASSERT_EQ(builder.record(level - 1, header.down).header().up, id);
		ASSERT_EQ(header.row_count, 0);
	} else {
		ASSERT_GE(header.row_count, 1);
		ASSERT_LE(header.row_count, kMaxRowsPerNode);
	}
	ASSERT_EQ(header.up == kNoNode, header.level == header.top_level);
	std::set<uint32_t> seen;
	for (uint32_t j = 0; j < header.slots_used; j++) {
		const uint32_t neighbour = record.ids()[j];
		if (neighbour == kNoNode)
			continue;
		ASSERT_LT(neighbour, count_of_level(builder, level));
		ASSERT_NE(neighbour, id) << "an edge to itself";
		ASSERT_TRUE(seen.insert(neighbour).second) << "two edges to " << neighbour;
	}
}

} /* namespace detail */

/* Records of a level that no way leads to from the entry point's record there. */
inline size_t unreachable_records(GraphBuilder &builder, int level)
{
	uint32_t start = builder.entry_point();
	for (int l = builder.top_level(); l > level; l--)
		start = builder.record(l, start).header().down;
	std::vector<uint32_t> queue = {start};
	std::set<uint32_t> seen = {start};
	for (size_t i = 0; i < queue.size(); i++) {
		const NodeRecord record = builder.record(level, queue[i]);
		for (uint32_t j = 0; j < record.header().slots_used; j++) {
			const uint32_t id = record.ids()[j];
			if (id != kNoNode && seen.insert(id).second)
				queue.push_back(id);
		}
	}
	return detail::count_of_level(builder, level) - seen.size();
}

/* Everything that holds of any linked graph. */
inline void check_graph(GraphBuilder &builder)
{
	size_t rows = 0;
	for (int level = 0; level <= builder.top_level(); level++)
		for (uint32_t id = 0; id < detail::count_of_level(builder, level); id++) {
			detail::check_record(builder, level, id);
			if (testing::Test::HasFatalFailure())
				return;
			rows += builder.record(level, id).header().row_count;
		}
	EXPECT_EQ(builder.record(builder.top_level(), builder.entry_point()).header().top_level, builder.top_level());
	for (int level = 0; level <= builder.top_level(); level++)
		EXPECT_EQ(unreachable_records(builder, level), 0u) << "level " << level;
	EXPECT_GE(rows, builder.node_count());
}

} /* namespace vecext::test */
