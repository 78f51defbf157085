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
	statistics.record(ok, milliseconds(10));
	statistics.record(ok, milliseconds(30));
	statistics.record(missing, milliseconds(1));
	const auto kinds = statistics.snapshot();
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
	EXPECT_FALSE(is_reported("/collections/{collection_name}"));
	EXPECT_FALSE(is_reported("/metrics"));
}

TEST(Prometheus, WritesFamilies)
{
	PrometheusText out("p_");
	out.family("points", "gauge", "how many");
	out.sample(3, {{"id", "a\"\\\nb"}, {"x", ""}});
	out.sample(0.25, {}, "_sum");
	out.single("big", "counter", "large", 1e15);
	EXPECT_EQ(out.take(), "# HELP p_points how many\n# TYPE p_points gauge\n"
						  "p_points{id=\"a\\\"\\\\\\nb\",x=\"\"} 3\np_points_sum 0.25\n"
						  "# HELP p_big large\n# TYPE p_big counter\np_big 1e+15\n");
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
