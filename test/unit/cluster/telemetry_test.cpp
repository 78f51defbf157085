/*
 * telemetry_test.cpp: request statistics, the text of metrics, log levels.
 */
#include <gtest/gtest.h>

#include "logging/log.h"
#include "telemetry/process.h"
#include "telemetry/prometheus.h"
#include "telemetry/request_statistics.h"

namespace vecext::telemetry {
namespace {

using std::chrono::milliseconds;

TEST(RequestStatistics, CountsByStatus)
{
	RequestStatistics statistics;
	const RequestKind ok{"GET", "/a", 200}, missing{"GET", "/a", 404};
	statistics.record(ok, "", milliseconds(10));
	statistics.record(ok, "", milliseconds(30));
	statistics.record(missing, "", milliseconds(1));
	const auto kinds = statistics.snapshot(Api::kRest);
	ASSERT_EQ(kinds.size(), 2u);
	const Durations &durations = kinds.at(ok);
	EXPECT_EQ(durations.count, 2u);
	EXPECT_DOUBLE_EQ(durations.total, 0.04);
	EXPECT_DOUBLE_EQ(durations.least, 0.01);
	EXPECT_DOUBLE_EQ(durations.most, 0.03);
	EXPECT_EQ(kinds.at(missing).count, 1u);
}

TEST(RequestStatistics, PutsABoundIntoItsBucket)
{
	Durations durations;
	for (const double seconds : {0.0, 0.001, 0.0011, 50.0, 51.0})
		durations.add(seconds);
	EXPECT_EQ(durations.buckets.front(), 2u);
	EXPECT_EQ(durations.buckets[1], 1u);
	EXPECT_EQ(durations.buckets[kDurationBounds.size() - 1], 1u);
	EXPECT_EQ(durations.buckets.back(), 1u);
}

TEST(RequestStatistics, ReportsTheEndpointsThatMatter)
{
	EXPECT_TRUE(is_reported("/collections/{collection_name}/points"));
	EXPECT_TRUE(is_reported("/collections/{collection_name}/points/search/matrix/pairs"));
	EXPECT_TRUE(is_reported("/collections/{collection_name}/vectors/{vector_name}"));
	EXPECT_TRUE(is_reported("/qdrant.Points/ClearPayload"));
	EXPECT_TRUE(is_reported("/qdrant.Points/Upsert"));
	EXPECT_FALSE(is_reported("/qdrant.Points/"));
	EXPECT_FALSE(is_reported("/qdrant.Collections/Get"));
	EXPECT_FALSE(is_reported("/collections/{collection_name}"));
	EXPECT_FALSE(is_reported("/metrics"));
}

TEST(RequestStatistics, TellsCollectionsApartBySuccesses)
{
	RequestStatistics statistics;
	const RequestKind ok{"POST", "/collections/{collection_name}/points", 200};
	const RequestKind missing{"POST", "/collections/{collection_name}/points", 404};
	statistics.record(ok, "a", milliseconds(1));
	statistics.record(ok, "b", milliseconds(1));
	statistics.record(missing, "c", milliseconds(1));
	statistics.record(ok, "", milliseconds(1));
	EXPECT_EQ(statistics.snapshot(Api::kRest).at(ok).count, 3u);
	ASSERT_EQ(statistics.by_collection(Api::kRest).size(), 2u);
	EXPECT_EQ(statistics.by_collection(Api::kRest).at("a").at(ok).count, 1u);
	statistics.forget("a");
	statistics.forget("never seen");
	EXPECT_EQ(statistics.by_collection(Api::kRest).count("a"), 0u);
}

TEST(RequestStatistics, TellsTheApisApart)
{
	RequestStatistics statistics;
	const RequestKind rest{"POST", "/collections/{collection_name}/points", 200}, grpc{"", "/qdrant.Points/Get", 0};
	const RequestKind refused{"", "/qdrant.Points/Get", 5};
	statistics.record(rest, "a", milliseconds(1));
	statistics.record(grpc, "a", milliseconds(1));
	statistics.record(refused, "b", milliseconds(1));
	EXPECT_EQ(statistics.snapshot(Api::kRest).size(), 1u);
	EXPECT_EQ(statistics.snapshot(Api::kGrpc).size(), 2u);
	EXPECT_EQ(statistics.by_collection(Api::kGrpc).at("a").at(grpc).count, 1u);
	EXPECT_EQ(statistics.by_collection(Api::kGrpc).count("b"), 0u);
	statistics.forget("a");
	EXPECT_TRUE(statistics.by_collection(Api::kRest).empty());
}

TEST(RequestStatistics, BoundsTheNumberOfCollections)
{
	RequestStatistics statistics;
	const RequestKind ok{"POST", "/collections/{collection_name}/points", 200};
	for (size_t i = 0; i < kMaxCountedCollections + 5; i++)
		statistics.record(ok, std::to_string(i), milliseconds(1));
	EXPECT_EQ(statistics.by_collection(Api::kRest).size(), kMaxCountedCollections);
	EXPECT_EQ(statistics.snapshot(Api::kRest).at(ok).count, kMaxCountedCollections + 5);
}

TEST(Prometheus, WritesFamilies)
{
	Families families{gauges("points", "how many"), gauges("none", "has no values"), gauge("threads", "of us", 7)};
	add(families[0], 3, {{"id", "a\"\\\nb"}, {"x", ""}});
	add(families[0], 0.25);
	families.push_back(counter("big", "large", 1'000'000'000'000'000));
	EXPECT_EQ(prometheus_text(families, "p_"), "# HELP p_points how many\n# TYPE p_points gauge\n"
											   "p_points{id=\"a\\\"\\\\\\nb\",x=\"\"} 3\np_points 0.25\n"
											   "# HELP p_threads of us\n# TYPE p_threads gauge\np_threads 7\n"
											   "# HELP p_big large\n# TYPE p_big counter\np_big 1000000000000000\n");
}

TEST(Prometheus, WritesHistogramsWithBucketsThatCountAllBelow)
{
	Durations durations;
	for (const double seconds : {0.0005, 0.003, 100.0})
		durations.add(seconds);
	Families families{histograms("seconds", "durations")};
	add(families[0], durations, {{"status", "200"}});
	const std::string text = prometheus_text(families, "");
	for (const char *line :
		 {"seconds_count{status=\"200\"} 3\n", "seconds_bucket{status=\"200\",le=\"0.001\"} 1\n",
		  "seconds_bucket{status=\"200\",le=\"50\"} 2\n", "seconds_bucket{status=\"200\",le=\"+Inf\"} 3\n"})
		EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(Process, HasFigures)
{
	const ProcessFigures figures = process_figures();
	EXPECT_GE(figures.threads, 1u);
	EXPECT_GE(figures.open_fds, 3u);
	EXPECT_GE(figures.max_fds, figures.open_fds);
	EXPECT_GT(figures.open_mmaps, 1u);
	EXPECT_GT(memory_figures().resident, 100000u);
	EXPECT_GT(memory_limit_bytes(), 1u << 20);
	EXPECT_GT(disk_usage("/").total, 0u);
	EXPECT_EQ(disk_usage("/no/such/place").total, 0u);
}

TEST(LogLevels, AreReadFromDirectives)
{
	std::vector<std::string> unknown;
	const logging::Levels levels = logging::parse_levels("warn,postgres=DEBUG,http=off", unknown);
	EXPECT_TRUE(unknown.empty());
	EXPECT_EQ(levels.of("vecextd"), spdlog::level::warn);
	EXPECT_EQ(levels.of("postgres"), spdlog::level::debug);
	EXPECT_EQ(levels.of("http"), spdlog::level::off);
	EXPECT_EQ(logging::parse_levels("", unknown).of("x"), spdlog::level::info);
	EXPECT_TRUE(unknown.empty());
	EXPECT_EQ(logging::parse_levels("loud,a=silent", unknown).of("a"), spdlog::level::info);
	EXPECT_EQ(unknown, (std::vector<std::string>{"loud", "a=silent"}));
}

} /* namespace */
} /* namespace vecext::telemetry */
