/*
 * examples_test.cpp: queries of several vectors in a graph: they find what exact
 * scores say is best, estimates are scores of estimates, bounds bound.
 */
#include "built_graph.h"

#include "vecext/hnsw/examples.h"

namespace vecext {
namespace {

using namespace vecext::test;

constexpr uint32_t kDims = 64;

/* A graph of clustered values: 20 clusters in 64 dimensions. */
struct BuiltGraph {
	BuildOptions options;
	Values values;
	GraphBuilder builder;

	BuiltGraph(Metric metric, int bits)
		: options(options_for(metric, ElementType::kFloat32, kDims, bits)),
		  values(clustered_values(ElementType::kFloat32, kDims, 2000, 1))
	{
		EXPECT_TRUE(builder.init(options).is_ok());
		add_all(builder, values);
		link_all(builder);
	}
};

/* A query of examples of the same clusters. */
class ExampleSearch {
public:
	ExampleSearch(BuiltGraph &graph, ScorerKind kind, uint64_t seed)
		: options_(graph.options), builder_(graph.builder),
		  vectors_(clustered_values(ElementType::kFloat32, kDims, 10, seed)), weights_(6),
		  searcher_(graph.builder, graph.options)
	{
		make_query(kind);
	}

	const ExampleQuery &query() const { return query_; }
	GraphBuilder &builder() { return builder_; }

	float exact(uint32_t id) const { return query_.exact(builder_.value(id)); }

	std::vector<Found> exact_best(size_t k) const
	{
		std::vector<Found> all;
		for (uint32_t id = 0; id < builder_.node_count(); id++)
			all.push_back({exact(id), id});
		std::sort(all.begin(), all.end());
		all.resize(k);
		return all;
	}

	/* Enters near each example that attracts. */
	std::vector<Found> search(uint32_t ef)
	{
		SearchQuery query = {};
		query.distance = query_.exact.distance;
		query.examples = &query_;
		std::vector<uint32_t> entries;
		for (uint32_t i = 0; i < query_.exact.count(); i++)
			if (query_.exact.attracts(i))
				entries.push_back(searcher_.exact(query_.exact.values[i], 1)[0].id);
		std::vector<Found> found;
		MemoryGraph graph = {&builder_, 0};
		search_layer(graph, query, searcher_.layer(), entries.data(), static_cast<uint32_t>(entries.size()), ef,
					 Collect{&found});
		std::sort(found.begin(), found.end());
		return found;
	}

private:
	void make_query(ScorerKind kind)
	{
		Scorer &scorer = query_.exact.scorer;
		const bool targeted = kind == ScorerKind::kDiscover || kind == ScorerKind::kFeedback;
		scorer.kind = kind;
		scorer.positives = kind == ScorerKind::kFeedback ? 5 : targeted ? 3 : 5;
		scorer.negatives = kind == ScorerKind::kFeedback ? 0 : scorer.positives;
		scorer.weights = weights_.data();
		const double scores[] = {0.9, 0.7, 0.5, 0.3, 0.1};
		ASSERT_TRUE(feedback_weights({1, 1, 0.5}, scores, 5, weights_.data()).is_ok());
		ASSERT_TRUE(scorer.check().is_ok());
		query_.exact.distance.init(options_.metric, options_.element, kDims, kernels());
		auto *values = arena_.arena().allocate<Value>(scorer.examples());
		for (uint32_t i = 0; i < scorer.examples(); i++)
			values[i] = vectors_[i];
		query_.exact.values = values;
		query_.exact.similarities = arena_.arena().allocate<float>(scorer.examples());
		query_.bases = arena_.arena().allocate<float>(scorer.examples());
		if (options_.code_bits != 0)
			make_codes();
	}

	void make_codes()
	{
		const uint32_t count = query_.exact.count();
		auto *codes = arena_.arena().allocate<CodeQuery>(count);
		for (uint32_t i = 0; i < count; i++) {
			codes[i].init(arena_.arena(), searcher_.space().padded, options_.code_bits);
			searcher_.space().project(query_.exact.values[i], codes[i].rotated);
			codes[i].prepare(codes[i].rotated);
		}
		query_.codes = codes;
		query_.stride = LayerSearch::kMaxSlots;
		query_.partial = arena_.arena().allocate<float>(size_t{query_.stride} * count);
		query_.errors = arena_.arena().allocate<float>(query_.stride);
		query_.spreads = arena_.arena().allocate<float>(count);
		for (uint32_t i = 0; i < count; i++)
			query_.spreads[i] = 0; /* signs as they are estimated */
	}

	const BuildOptions &options_;
	GraphBuilder &builder_;
	Values vectors_;
	std::vector<double> weights_;
	MallocArena arena_;
	Searcher searcher_;
	ExampleQuery query_;
};

constexpr ScorerKind kKinds[] = {ScorerKind::kBestScore, ScorerKind::kSumScores, ScorerKind::kDiscover,
								 ScorerKind::kContext, ScorerKind::kFeedback};

double recall_of(ExampleSearch &search, uint32_t ef)
{
	constexpr size_t kWanted = 10;
	const std::vector<Found> best = search.exact_best(kWanted), found = search.search(ef);
	size_t hits = 0;
	for (size_t i = 0; i < std::min(found.size(), kWanted); i++)
		hits += found[i].distance <= best.back().distance;
	return static_cast<double>(hits) / kWanted;
}

/* Signs and sums lead away from where the examples are, for which a graph of near
 * neighbours is not made. */
double expected_recall(ScorerKind kind)
{
	return kind == ScorerKind::kBestScore ? 0.95 : kind == ScorerKind::kDiscover ? 0.7 : 0.8;
}

TEST(Examples, AreFoundInAnyLayout)
{
	constexpr int kQueries = 5;
	for (const int bits : {0, 2, 4}) {
		BuiltGraph graph(Metric::kL2, bits);
		for (const ScorerKind kind : kKinds) {
			double recall = 0;
			for (uint64_t query = 0; query < kQueries; query++) {
				ExampleSearch search(graph, kind, 100 + query);
				recall += recall_of(search, kind == ScorerKind::kDiscover ? 200 : 100) / kQueries;
			}
			EXPECT_GE(recall, expected_recall(kind)) << scorer_name(kind) << ", " << bits << " bits";
		}
	}
}

TEST(Examples, ResultsHaveExactScores)
{
	for (const Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine}) {
		BuiltGraph graph(metric, 2);
		for (const ScorerKind kind : kKinds) {
			ExampleSearch search(graph, kind, 7);
			const std::vector<Found> found = search.search(50);
			EXPECT_GE(found.size(), 50u);
			for (const Found &result : found)
				EXPECT_EQ(result.distance, search.exact(result.id));
		}
	}
}

/* Estimates of neighbours order them about as scores do. */
TEST(Examples, EstimatesAreScoresOfEstimates)
{
	BuiltGraph graph(Metric::kL2, 4);
	ExampleSearch search(graph, ScorerKind::kSumScores, 3);
	const ExampleQuery &query = search.query();
	double error = 0, scale = 0;
	for (const uint32_t id : {0u, 500u, 1999u}) {
		const NodeRecord record = search.builder().record(0, id);
		const uint32_t count = record.header().slots_used;
		query.scan({record.bytes, record.layout});
		query.score(search.builder().value(id));
		float estimates[LayerSearch::kMaxSlots];
		query.estimate_neighbours(count, estimates);
		for (uint32_t j = 0; j < count; j++) {
			if (record.ids()[j] == kNoNode) {
				EXPECT_TRUE(std::isinf(estimates[j]) && estimates[j] > 0);
				continue;
			}
			const float exact = search.exact(record.ids()[j]);
			error += std::fabs(static_cast<double>(estimates[j] - exact));
			scale += std::fabs(static_cast<double>(exact - search.exact(id)));
		}
	}
	EXPECT_LT(error, 0.2 * scale);
}

TEST(Examples, BoundsBound)
{
	BuiltGraph graph(Metric::kCosine, 0);
	for (const ScorerKind kind : kKinds) {
		ExampleSearch search(graph, kind, 5);
		const ExampleQuery &query = search.query();
		const std::vector<float> none(query.exact.count(), 0.0f), some(query.exact.count(), 0.25f);
		for (const uint32_t id : {1u, 700u, 1500u}) {
			const float distance = query.score(search.builder().value(id));
			EXPECT_EQ(distance, search.exact(id));
			EXPECT_EQ(query.lower_bound(none.data()), distance) << scorer_name(kind);
			EXPECT_LE(query.lower_bound(some.data()), distance) << scorer_name(kind);
		}
	}
}

} /* namespace */
} /* namespace vecext */
