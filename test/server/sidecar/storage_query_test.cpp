/*
 * storage_query_test.cpp: queries on a real PostgreSQL, where the Python client's
 * in-process mode is no judge: several shards against one, indexes against exact
 * searches in every datatype, timeouts.
 */
#include "storage_fixture.h"

#include <cmath>
#include <set>
#include <thread>

namespace vecext {
namespace {

using model::Datatype;
using model::DenseVector;
using model::Distance;
using model::PointId;
using model::QueryRequest;

constexpr size_t kDimensions = 8;

DenseVector row(uint64_t i)
{
	DenseVector v(kDimensions);
	for (size_t k = 0; k < kDimensions; k++)
		v[k] = 100 + 90 * std::sin(static_cast<float>(i * (2 * k + 3)));
	return v;
}

model::VectorInput example(uint64_t i)
{
	return model::Vector(row(i));
}

model::RecommendQuery recommend(model::RecommendQuery::Strategy strategy)
{
	return {{example(5), PointId(uint64_t(7))}, {example(100)}, strategy};
}

/* One query of each kind that compares vectors. */
std::vector<model::Query> vector_queries()
{
	const std::vector<model::ContextPair> pairs = {{example(1), example(2)}, {PointId(uint64_t(9)), example(4)}};
	return {model::NearestQuery{example(3), {}},
			recommend(model::RecommendQuery::kAverageVector),
			recommend(model::RecommendQuery::kBestScore),
			recommend(model::RecommendQuery::kSumScores),
			model::DiscoverQuery{example(6), pairs},
			model::ContextQuery{pairs},
			model::RelevanceFeedbackQuery{example(3), {{example(4), 0.9}, {example(8), 0.1}}, 1, 0.5, 0.3}};
}

QueryRequest request(model::Query query, uint64_t limit)
{
	QueryRequest request;
	request.query = std::move(query);
	request.limit = limit;
	return request;
}

model::Prefetch prefetch(model::Query query, uint64_t limit)
{
	model::Prefetch level;
	level.query = std::move(query);
	level.limit = limit;
	return level;
}

std::vector<PointId> ids_of(const std::vector<model::ScoredPoint> &points)
{
	std::vector<PointId> list;
	for (const auto &point : points)
		list.push_back(point.id);
	return list;
}

class StorageQuery : public EmptyStorage {
protected:
	/* Searched by the index from the first point on, unless a query says exact. */
	void fill(const std::string &name, const model::VectorParams &params, uint32_t shards, uint64_t points)
	{
		model::CreateCollection create;
		create.vectors[""] = params;
		create.shard_number = shards;
		create.hnsw.emplace().full_scan_threshold = 1;
		create.optimizers.emplace().indexing_threshold = 1;
		dispatcher_.create_collection(name, create);
		std::vector<model::Point> rows;
		for (uint64_t i = 1; i <= points; i++)
			rows.push_back(point(i, {{"", row(i)}}, "{\"n\": " + std::to_string(i % 10) + "}"));
		dispatcher_.update(name, upsert(rows), kWait);
	}

	std::vector<model::ScoredPoint> search(const std::string &name, const QueryRequest &request)
	{
		return dispatcher_.query(name, request, kRead);
	}
};

TEST_F(StorageQuery, SeveralShardsAnswerLikeOne)
{
	fill("one", dense(kDimensions, Distance::kEuclid), 1, 300);
	fill("four", dense(kDimensions, Distance::kEuclid), 4, 300);
	std::vector<QueryRequest> requests;
	for (const model::Query &query : vector_queries())
		requests.push_back(request(query, 25));
	requests.push_back(request(model::FusionQuery{}, 20));
	for (const model::Query &query : vector_queries())
		requests.back().prefetch.push_back(prefetch(query, 30));
	requests.push_back(request(model::NearestQuery{example(3), model::Mmr{0.7, 60}}, 20));
	requests.push_back(request(model::NearestQuery{example(3), {}}, 20));
	requests.back().prefetch = {prefetch(model::SampleQuery{}, 300)};
	for (QueryRequest &request : requests) {
		request.offset = 3;
		request.with_payload.kind = model::PayloadSelection::kAll;
		request.params.emplace().exact = true;
		for (model::Prefetch &prefetch : request.prefetch)
			prefetch.params.emplace().exact = true;
	}
	const auto one = dispatcher_.query_batch("one", requests, kRead);
	const auto four = dispatcher_.query_batch("four", requests, kRead);
	for (size_t i = 0; i < requests.size(); i++) {
		EXPECT_EQ(one[i].size(), requests[i].limit) << i;
		EXPECT_EQ(ids_of(one[i]), ids_of(four[i])) << i;
		for (const model::ScoredPoint &point : four[i])
			EXPECT_TRUE(point.payload.has_value()) << i;
	}
}

/* Recall of the index, of 20 hits, over all kinds of queries. */
double recall(dispatch::Dispatcher &dispatcher, const model::Query &query)
{
	QueryRequest by_index = request(query, 20), exact = by_index;
	by_index.params.emplace().hnsw_ef = 200;
	exact.params.emplace().exact = true;
	const auto results = dispatcher.query_batch("items", {by_index, exact}, kRead);
	std::set<PointId> wanted;
	for (const auto &point : results[1])
		wanted.insert(point.id);
	size_t found = 0;
	for (const auto &point : results[0]) {
		found += wanted.count(point.id);
		EXPECT_TRUE(std::isfinite(point.score));
	}
	return static_cast<double>(found) / static_cast<double>(results[1].size());
}

TEST_F(StorageQuery, IndexesFindWhatExactSearchesFind)
{
	const std::optional<Datatype> datatypes[] = {{}, Datatype::kFloat16, Datatype::kUint8};
	for (const Distance distance : {Distance::kCosine, Distance::kEuclid, Distance::kDot, Distance::kManhattan})
		for (const auto datatype : datatypes) {
			fill("items", dense(kDimensions, distance, datatype), 1, 1500);
			double sum = 0;
			for (const model::Query &query : vector_queries())
				sum += std::holds_alternative<model::ContextQuery>(query) ? 1 : recall(dispatcher_, query);
			EXPECT_GE(sum / static_cast<double>(vector_queries().size()), 0.9)
				<< static_cast<int>(distance) << " " << (datatype ? static_cast<int>(*datatype) : -1);
			/* Context has many points of equal score: the best must be among them. */
			QueryRequest context = request(model::ContextQuery{{{example(1), example(2)}}}, 5);
			context.params.emplace().hnsw_ef = 200;
			EXPECT_GT(search("items", context).at(0).score, -1e-4f);
			clear();
		}
}

/* The table of the only collection. */
std::string table(postgres::Connection &connection)
{
	return connection.command("SELECT oid::regclass FROM pg_class WHERE relname ~ '^c[0-9]+_s0$' AND relkind = 'r'")
		.text(0, 0);
}

/* The statements of the sidecar that wait for a lock. */
std::string waiting(postgres::Connection &connection)
{
	connection.command("SELECT pg_stat_clear_snapshot()"); /* a transaction sees one */
	return connection
		.command(
			"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'vecextd'")
		.text(0, 0);
}

TEST_F(StorageQuery, LeavesOfAPrefetchTreeRunSideBySide)
{
	fill("items", dense(kDimensions, Distance::kDot), 1, 10);
	postgres::Pool other(postgres::PoolSettings{});
	other.run(postgres::kNoDeadline, [&](postgres::Connection &connection) {
		connection.command("BEGIN; LOCK TABLE " + table(connection));
		/* Two leaves below a fusion, one beside it: three statements, and no more yet. */
		model::Prefetch inner = prefetch(model::FusionQuery{}, 5);
		inner.prefetch = {prefetch(model::NearestQuery{example(1), {}}, 5), prefetch(model::SampleQuery{}, 5)};
		QueryRequest fusion = request(model::FusionQuery{}, 5);
		fusion.prefetch = {inner, prefetch(model::NearestQuery{example(2), {}}, 5)};
		model::ReadParams params;
		params.timeout_seconds = 30;
		std::jthread query([&] { EXPECT_EQ(dispatcher_.query("items", fusion, params).size(), 5u); });
		for (int i = 0; i < 1000 && waiting(connection) != "3"; i++)
			std::this_thread::sleep_for(std::chrono::milliseconds(10));
		EXPECT_EQ(waiting(connection), "3");
		connection.command("COMMIT");
		return 0;
	});
}

TEST_F(StorageQuery, TimeoutsCancelWhatPostgresqlDoes)
{
	fill("items", dense(kDimensions, Distance::kDot), 1, 10);
	postgres::PoolSettings settings;
	postgres::Pool other(settings);
	other.run(postgres::kNoDeadline, [&](postgres::Connection &connection) {
		connection.command("BEGIN; LOCK TABLE " + table(connection));
		QueryRequest fusion = request(model::FusionQuery{}, 5);
		fusion.prefetch = {prefetch(model::NearestQuery{example(1), {}}, 5), prefetch(model::SampleQuery{}, 5)};
		model::ReadParams params;
		params.timeout_seconds = 1;
		EXPECT_EQ(error_of([&] { dispatcher_.query("items", fusion, params); }),
				  "Timeout: Operation 'query' timed out after 1s");
		EXPECT_EQ(waiting(connection), "0");
		connection.command("COMMIT");
		EXPECT_EQ(dispatcher_.query("items", fusion, params).size(), 5u);
		return 0;
	});
}

} /* namespace */
} /* namespace vecext */
