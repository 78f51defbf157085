/*
 * graph_test.cpp: graphs built in memory find what exact search finds, whatever
 * the metric, the type, the shape of the data and the number of threads; and
 * they keep their invariants (built_graph.h).
 *
 * Recall thresholds: these data sets are small and clustered, and ef is 64. Runs
 * with 20 seeds gave 0.98 or more everywhere; 0.95 leaves room for the timing of
 * threads, while a broken estimator or selection falls far below (a graph
 * without the selection heuristic gives 0.6 to 0.9).
 */
#include "built_graph.h"

#include <pthread.h>
#include <signal.h>

#include <numeric>

#include "code_sets.h"
#include "vecext/hnsw/select.h"

namespace vecext {
namespace {

using namespace vecext::test;

constexpr double kRecall = 0.95;

struct Case {
	Metric metric;
	ElementType element;
	int bits;
};

std::string name_of(const testing::TestParamInfo<Case> &info)
{
	const char *metrics[] = {"L2", "InnerProduct", "Cosine", "L1", "Hamming", "Jaccard"};
	const char *elements[] = {"Float32", "Float16", "Bit", "Sparse"};
	return std::string(elements[static_cast<int>(info.param.element)]) + metrics[static_cast<int>(info.param.metric)] +
		   std::to_string(info.param.bits) + "Bits";
}

class GraphOfType : public testing::TestWithParam<Case> {};

/* For the inner product the nearest are the longest vectors, which lie outside of
 * what a graph of near neighbours is made for: 0.85. */
double expected_recall(Metric metric)
{
	return metric == Metric::kInnerProduct ? 0.85 : kRecall;
}

TEST_P(GraphOfType, FindsTheNearest)
{
	const auto [metric, element, bits] = GetParam();
	const uint32_t dims = 80;
	const BuildOptions options = options_for(metric, element, dims, bits);
	const Values values = clustered_values(element, dims, 3000, 1), queries = clustered_values(element, dims, 100, 2);
	GraphBuilder builder;
	ASSERT_TRUE(builder.init(options).is_ok());
	add_all(builder, values);
	link_all(builder);
	check_graph(builder);
	Searcher searcher(builder, options);
	searcher.set_values(values);
	EXPECT_GE(searcher.recall(queries, 64, 10), expected_recall(metric));
}

INSTANTIATE_TEST_SUITE_P(
	All, GraphOfType,
	testing::Values(
		Case{Metric::kL2, ElementType::kFloat32, 0}, Case{Metric::kL2, ElementType::kFloat32, 1},
		Case{Metric::kL2, ElementType::kFloat32, 2}, Case{Metric::kL2, ElementType::kFloat32, 4},
		Case{Metric::kInnerProduct, ElementType::kFloat32, 0}, Case{Metric::kInnerProduct, ElementType::kFloat32, 1},
		Case{Metric::kInnerProduct, ElementType::kFloat32, 2}, Case{Metric::kInnerProduct, ElementType::kFloat32, 4},
		Case{Metric::kCosine, ElementType::kFloat32, 0}, Case{Metric::kCosine, ElementType::kFloat32, 1},
		Case{Metric::kCosine, ElementType::kFloat32, 2}, Case{Metric::kCosine, ElementType::kFloat32, 4},
		Case{Metric::kL1, ElementType::kFloat32, 0}, Case{Metric::kL2, ElementType::kFloat16, 0},
		Case{Metric::kL2, ElementType::kFloat16, 1}, Case{Metric::kL2, ElementType::kFloat16, 2},
		Case{Metric::kInnerProduct, ElementType::kFloat16, 2}, Case{Metric::kCosine, ElementType::kFloat16, 0},
		Case{Metric::kCosine, ElementType::kFloat16, 4}, Case{Metric::kL1, ElementType::kFloat16, 0},
		Case{Metric::kHamming, ElementType::kBit, 0}, Case{Metric::kJaccard, ElementType::kBit, 0},
		Case{Metric::kL2, ElementType::kSparse, 0}, Case{Metric::kInnerProduct, ElementType::kSparse, 0},
		Case{Metric::kCosine, ElementType::kSparse, 0}, Case{Metric::kL1, ElementType::kSparse, 0}),
	name_of);

TEST(Graph, AnyDimension)
{
	for (uint32_t dims : {1u, 2u, 3u, 7u, 63u, 64u, 65u, 200u, 960u, 2000u})
		for (int bits : {0, 1, 2, 4}) {
			SCOPED_TRACE(testing::Message() << dims << " dims, " << bits << " bits");
			const BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, dims, bits);
			const Values values = clustered_values(ElementType::kFloat32, dims, 400, 1);
			GraphBuilder builder;
			ASSERT_TRUE(builder.init(options).is_ok());
			add_all(builder, values);
			link_all(builder);
			check_graph(builder);
			Searcher searcher(builder, options);
			EXPECT_GE(searcher.recall(clustered_values(ElementType::kFloat32, dims, 30, 2), 64, 10), kRecall);
		}
}

TEST(Graph, ValuesStoredApart)
{
	for (int bits : {0, 2}) {
		BuildOptions options = options_for(Metric::kCosine, ElementType::kFloat16, 96, bits);
		options.value_bytes = 0;
		const Values values = clustered_values(ElementType::kFloat16, 96, 2000, 1);
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		EXPECT_FALSE(builder.layout(0).inline_value());
		add_all(builder, values);
		link_all(builder);
		check_graph(builder);
		for (uint32_t id : {0u, 7u, 1999u}) {
			EXPECT_EQ(memcmp(builder.value(id).data, values[id].data, 96 * 2), 0);
			EXPECT_EQ(builder.value(id).norm, values[id].norm);
		}
		Searcher searcher(builder, options);
		searcher.set_values(values);
		EXPECT_GE(searcher.recall(clustered_values(ElementType::kFloat16, 96, 50, 2), 64, 10), kRecall);
	}
}

TEST(Graph, LargeAndSmallM)
{
	for (int m : {2, 5, 100})
		for (int bits : {0, 1}) {
			SCOPED_TRACE(testing::Message() << "m " << m << ", " << bits << " bits");
			BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 40, bits);
			options.m = m;
			GraphBuilder builder;
			ASSERT_TRUE(builder.init(options).is_ok());
			EXPECT_GE(builder.layout(0).slots, 2 * m);
			EXPECT_LE(builder.layout(0).slots, LayerSearch::kMaxSlots);
			add_all(builder, clustered_values(ElementType::kFloat32, 40, 1500, 1));
			link_all(builder);
			check_graph(builder);
			Searcher searcher(builder, options);
			/* m = 2 leaves four edges a node, too few for more than coarse results. */
			EXPECT_GE(searcher.recall(clustered_values(ElementType::kFloat32, 40, 50, 2), 100, 10),
					  m == 2 ? 0.7 : kRecall);
		}
}

TEST(Graph, EmptyAndTiny)
{
	for (int bits : {0, 1}) {
		const BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 8, bits);
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		link_all(builder);
		EXPECT_EQ(builder.node_count(), 0u);
		EXPECT_EQ(builder.top_level(), -1);
		ASSERT_TRUE(builder.page_order(nullptr).is_ok());

		const Values values = clustered_values(ElementType::kFloat32, 8, 2, 1);
		bool fits;
		ASSERT_TRUE(builder.add(row_number(0), values[0], &fits).is_ok());
		link_all(builder);
		EXPECT_EQ(builder.node_count(), 1u);
		EXPECT_GE(builder.top_level(), 0);
		{
			Searcher searcher(builder, options);
			EXPECT_EQ(searcher.search(values[1], 10).size(), 1u);
		}
		ASSERT_TRUE(builder.add(row_number(1), values[1], &fits).is_ok());
		link_all(builder);
		check_graph(builder);
		Searcher searcher(builder, options);
		const std::vector<Found> found = searcher.search(values[1], 10);
		ASSERT_EQ(found.size(), 2u);
		EXPECT_EQ(found[0].id, 1u);
		EXPECT_EQ(found[0].distance, 0);
	}
}

TEST(Graph, GrowsInBatches)
{
	const BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 32, 2);
	GraphBuilder builder;
	ASSERT_TRUE(builder.init(options).is_ok());
	size_t rows = 0;
	for (size_t batch : {1u, 10u, 300u, 1500u, 1u}) {
		add_all(builder, clustered_values(ElementType::kFloat32, 32, batch, rows + 1), rows);
		rows += batch;
		link_all(builder);
		check_graph(builder);
	}
	EXPECT_EQ(builder.node_count(), rows);
	Searcher searcher(builder, options);
	EXPECT_GE(searcher.recall(clustered_values(ElementType::kFloat32, 32, 50, 999), 64, 10), kRecall);
}

TEST(Graph, EqualRowsShareANode)
{
	for (int bits : {0, 1}) {
		const BuildOptions options = options_for(Metric::kCosine, ElementType::kFloat32, 24, bits);
		const Values values = clustered_values(ElementType::kFloat32, 24, 500, 1);
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		for (size_t copy = 0; copy < 5; copy++)
			add_all(builder, values, copy * values.size());
		link_all(builder);
		check_graph(builder);
		EXPECT_EQ(builder.node_count(), values.size());
		for (uint32_t id = 0; id < builder.node_count(); id++) {
			const NodeHeader &header = builder.record(0, id).header();
			ASSERT_EQ(header.row_count, 5);
			for (uint32_t copy = 0; copy < 5; copy++)
				ASSERT_EQ(header.rows[copy], row_number(copy * values.size() + id));
		}
	}
}

/* One value a hundred times among others: twelve and a half nodes, all of them
 * reached by a search for it, and none in the way of the others. */
TEST(Graph, ManyEqualRowsAreAllFound)
{
	for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine})
		for (int bits : {0, 1}) {
			const BuildOptions options = options_for(metric, ElementType::kFloat32, 24, bits);
			const Values values = clustered_values(ElementType::kFloat32, 24, 1000, 1);
			GraphBuilder builder;
			ASSERT_TRUE(builder.init(options).is_ok());
			add_all(builder, values);
			for (size_t i = 0; i < 99; i++) {
				bool fits;
				ASSERT_TRUE(builder.add(row_number(1000 + i), values[500], &fits).is_ok());
			}
			link_all(builder);
			check_graph(builder);
			EXPECT_EQ(builder.node_count(), 1000u + 12);
			Searcher searcher(builder, options);
			size_t rows = 0;
			for (const Found &found : searcher.search(values[500], 64))
				if (memcmp(builder.value(found.id).data, values[500].data, 96) == 0)
					rows += builder.record(0, found.id).header().row_count;
			EXPECT_EQ(rows, 100u);
			EXPECT_GE(searcher.recall(clustered_values(ElementType::kFloat32, 24, 50, 2), 64, 10),
					  expected_recall(metric));
		}
}

TEST(Graph, ConstantColumn)
{
	for (int bits : {0, 1, 4}) {
		const BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 16, bits);
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		const std::vector<float> constant(16, 3.5f);
		Values values(ElementType::kFloat32, 16);
		for (size_t i = 0; i < 5000; i++)
			values.add(constant.data(), 64);
		add_all(builder, values);
		link_all(builder);
		check_graph(builder);
		EXPECT_EQ(builder.node_count(), 625u);
		Searcher searcher(builder, options);
		EXPECT_GE(searcher.search(values[0], 40).size(), 40u);
	}
}

/* Distances tie everywhere, codes of an axis point to both sides of it. */
TEST(Graph, IntegerGrid)
{
	for (int bits : {0, 1, 2}) {
		const BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 3, bits);
		Values values(ElementType::kFloat32, 3);
		for (int i = 0; i < 1728; i++) {
			const float point[3] = {float(i % 12), float(i / 12 % 12), float(i / 144)};
			values.add(point, sizeof point);
		}
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		add_all(builder, values);
		link_all(builder);
		check_graph(builder);
		Searcher searcher(builder, options);
		EXPECT_GE(searcher.recall(values, 64, 7), kRecall);
	}
}

/* Far more threads than CPUs: the same rules hold, and nothing gets lost. */
TEST(Graph, ManyThreads)
{
	for (int bits : {0, 2}) {
		BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 32, bits);
		options.threads = 16;
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		std::atomic<uint64_t> progress{0};
		add_all(builder, clustered_values(ElementType::kFloat32, 32, 4000, 1));
		ASSERT_TRUE(builder.link_pending(nullptr, nullptr, &progress).is_ok());
		EXPECT_EQ(progress, 4000u);
		check_graph(builder);
		Searcher searcher(builder, options);
		EXPECT_GE(searcher.recall(clustered_values(ElementType::kFloat32, 32, 50, 2), 64, 10), kRecall);
	}
}

TEST(Graph, OneThreadBuildsTheSameGraphAgain)
{
	BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 32, 2);
	options.threads = 1;
	GraphBuilder builders[2];
	for (GraphBuilder &builder : builders) {
		ASSERT_TRUE(builder.init(options).is_ok());
		add_all(builder, clustered_values(ElementType::kFloat32, 32, 1000, 1));
		link_all(builder);
	}
	ASSERT_EQ(builders[0].node_count(), builders[1].node_count());
	ASSERT_EQ(builders[0].entry_point(), builders[1].entry_point());
	for (uint32_t id = 0; id < builders[0].node_count(); id++)
		ASSERT_EQ(memcmp(builders[0].record(0, id).bytes, builders[1].record(0, id).bytes,
						 builders[0].layout(0).record_bytes),
				  0);
}

/* Codes on the edges are those of their ends: the estimate of a query's distance
 * over each edge is near the exact one. The error for a normal query is the
 * theory's (rabitq_test.cpp) times |o - p| |q - p|; six deviations. */
TEST(Graph, EdgesCarryTheCodesOfTheirEnds)
{
	for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine}) {
		const uint32_t dims = 128;
		const BuildOptions options = options_for(metric, ElementType::kFloat32, dims, 4);
		const Values values = clustered_values(ElementType::kFloat32, dims, 500, 1);
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		add_all(builder, values);
		link_all(builder);
		Searcher searcher(builder, options);
		const Values queries = clustered_values(ElementType::kFloat32, dims, 1, 2);
		searcher.prepare(queries[0]);
		const SearchQuery &query = searcher.query();
		GraphDistance l2;
		l2.init(metric == Metric::kInnerProduct ? Metric::kL2 : metric, ElementType::kFloat32, dims, kernels());
		for (uint32_t id = 0; id < 500; id++) {
			const NodeRecord record = builder.record(0, id);
			float partial[LayerSearch::kMaxSlots];
			scan_neighbours(query.code, {record.bytes, record.layout}, partial);
			for (uint32_t j = 0; j < record.header().slots_used; j++) {
				if (record.ids()[j] == kNoNode)
					continue;
				const Value node = builder.value(id), neighbour = builder.value(record.ids()[j]);
				const float estimate = query.distance(query.value, node) + partial[j];
				const float unit = std::sqrt(l2(node, neighbour) * l2(query.value, node));
				ASSERT_NEAR(estimate, query.distance(query.value, neighbour), 0.15f * unit);
			}
		}
	}
}

/* Edges that no search found but that connect_all() added lead to outliers. */
TEST(Graph, EveryNodeCanBeReached)
{
	for (int bits : {0, 1}) {
		BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 8, bits);
		options.m = 3; /* few edges: nodes get lost without help */
		options.ef_construction = 8;
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		add_all(builder, clustered_values(ElementType::kFloat32, 8, 5000, 1, 500));
		link_all(builder);
		check_graph(builder);
	}
}

bool stop_at_once(void *calls)
{
	++*static_cast<int *>(calls);
	return true;
}

TEST(Graph, PollStopsTheBuild)
{
	const BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 32, 1);
	GraphBuilder builder;
	ASSERT_TRUE(builder.init(options).is_ok());
	add_all(builder, clustered_values(ElementType::kFloat32, 32, 5000, 1));
	int calls = 0;
	std::atomic<uint64_t> progress{0};
	const Status status = builder.link_pending(stop_at_once, &calls, &progress);
	EXPECT_EQ(status.kind(), ErrorKind::kCancelled);
	EXPECT_GE(calls, 1);
	EXPECT_LT(progress, 5000u);
}

bool check_signals(void *blocked)
{
	sigset_t now;
	pthread_sigmask(SIG_SETMASK, nullptr, &now);
	*static_cast<bool *>(blocked) |= sigismember(&now, SIGINT) != 0;
	return false;
}

/* A backend's cancel request is a signal to the thread that polls. */
TEST(Graph, SignalsReachTheCallingThread)
{
	const BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 32, 1);
	GraphBuilder builder;
	ASSERT_TRUE(builder.init(options).is_ok());
	add_all(builder, clustered_values(ElementType::kFloat32, 32, 3000, 1));
	bool blocked = false;
	ASSERT_TRUE(builder.link_pending(check_signals, &blocked, nullptr).is_ok());
	EXPECT_FALSE(blocked);
	check_signals(&blocked);
	EXPECT_FALSE(blocked);
}

TEST(Graph, StaysWithinTheMemoryLimit)
{
	for (uint32_t value_bytes : {128u, 0u}) {
		BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 32, 1);
		options.memory_limit = 4 << 20;
		options.value_bytes = value_bytes;
		GraphBuilder builder;
		ASSERT_TRUE(builder.init(options).is_ok());
		const Values values = clustered_values(ElementType::kFloat32, 32, 20000, 1);
		size_t added = 0;
		bool fits = true;
		while (added < values.size()) {
			ASSERT_TRUE(builder.add(row_number(added), values[added], &fits).is_ok());
			if (!fits)
				break;
			added++;
		}
		EXPECT_FALSE(fits);
		EXPECT_LE(builder.memory_used(), options.memory_limit);
		EXPECT_GT(builder.memory_used(), options.memory_limit * 9 / 10);
		/* What was promised is what was used, threads' structures aside. */
		const double promised =
			static_cast<double>(GraphBuilder::bytes_per_point(options)) * static_cast<double>(added);
		EXPECT_LT(promised, static_cast<double>(options.memory_limit) * 1.02);
		EXPECT_GT(promised, static_cast<double>(options.memory_limit) * 0.8);
		link_all(builder);
		check_graph(builder);
	}
}

TEST(Graph, RefusesOptionsThatMakeNoSense)
{
	const BuildOptions good = options_for(Metric::kL2, ElementType::kFloat32, 32, 1);
	auto kind_with = [&](auto change) {
		BuildOptions options = good;
		change(options);
		GraphBuilder builder;
		return builder.init(options).kind();
	};
	EXPECT_EQ(kind_with([](BuildOptions &) {}), ErrorKind::kOk);
	EXPECT_EQ(kind_with([](BuildOptions &o) { o.metric = Metric::kHamming; }), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_with([](BuildOptions &o) { o.metric = Metric::kL1; }), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_with([](BuildOptions &o) { o.code_bits = 3; }), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_with([](BuildOptions &o) { o.m = 1; }), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_with([](BuildOptions &o) { o.m = 101; }), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_with([](BuildOptions &o) { o.threads = 0; }), ErrorKind::kInvalidParameter);
	EXPECT_EQ(kind_with([](BuildOptions &o) { o.value_bytes = 64; }), ErrorKind::kInvalidParameter);
}

/* Numbering by walks puts neighbours near each other: the mean distance of
 * numbers over edges is a fraction of that of random numbers, a third of n. */
TEST(Graph, PageOrderIsALocalPermutation)
{
	const BuildOptions options = options_for(Metric::kL2, ElementType::kFloat32, 16, 0);
	GraphBuilder builder;
	ASSERT_TRUE(builder.init(options).is_ok());
	const uint32_t n = 5000;
	add_all(builder, clustered_values(ElementType::kFloat32, 16, n, 1, 100));
	link_all(builder);
	std::vector<uint32_t> order(n), number(n, kNoNode);
	ASSERT_TRUE(builder.page_order(order.data()).is_ok());
	for (uint32_t k = 0; k < n; k++) {
		ASSERT_LT(order[k], n);
		ASSERT_EQ(number[order[k]], kNoNode);
		number[order[k]] = k;
	}
	double sum = 0, edges = 0;
	for (uint32_t id = 0; id < n; id++) {
		const NodeRecord record = builder.record(0, id);
		for (uint32_t j = 0; j < record.header().slots_used; j++)
			if (record.ids()[j] != kNoNode) {
				sum += std::fabs(double{number[id] * 1.0} - number[record.ids()[j]]);
				edges++;
			}
	}
	EXPECT_LT(sum / edges, 0.8 * n / 3);
}

TEST(Levels, FollowTheRowAndShrinkByM)
{
	for (int m : {2, 16, 100}) {
		std::vector<int> counts(kMaxLevel + 2);
		const int n = 200000;
		for (int i = 0; i < n; i++) {
			const int level = level_of_row(row_number(static_cast<size_t>(i)), m);
			ASSERT_GE(level, 0);
			ASSERT_LE(level, kMaxLevel);
			ASSERT_EQ(level, level_of_row(row_number(static_cast<size_t>(i)), m));
			for (int l = 0; l <= level; l++)
				counts[l]++;
		}
		/* Binomial counts: five deviations. */
		for (int l = 1; l <= 3; l++) {
			const double expected = n / std::pow(m, l);
			EXPECT_NEAR(counts[l], expected, 5 * std::sqrt(expected) + 5) << "m " << m << " level " << l;
		}
	}
}

} /* namespace */
} /* namespace vecext */
