/*
 * build_resume_test.cpp: a build that is interrupted goes on where it stopped.
 *
 * PostgreSQL interrupts a build for reasons that do not end it; points linked
 * before must not be linked again, which would give them edges to themselves.
 */
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "vecext/hnsw/build.h"

namespace vecext::hnsw {
namespace {

bool always_interrupt(void *)
{
	return true;
}

TEST(BuildResume, InterruptedPointsAreLinkedOnce)
{
	constexpr uint32_t kDims = 32, kPoints = 3000;
	BuildOptions options = {};
	options.metric = Metric::kL2;
	options.element = ElementType::kFloat32;
	options.dims = kDims;
	options.m = 8;
	options.ef_construction = 32;
	options.code_bits = 4;
	options.seed = 1;
	options.threads = 2;
	options.memory_limit = size_t{1} << 30;
	options.value_bytes = kDims * sizeof(float);
	GraphBuilder builder;
	ASSERT_TRUE(builder.init(options).is_ok());
	std::mt19937 random(7);
	std::normal_distribution<float> normal;
	std::vector<float> value(kDims);
	for (uint32_t i = 0; i < kPoints; i++) {
		for (float &x : value)
			x = normal(random);
		bool fits = false;
		const RowId row = {0, static_cast<uint16_t>(i), 1};
		ASSERT_TRUE(builder.add(row, {value.data(), 0}, &fits).is_ok());
		ASSERT_TRUE(fits);
	}
	std::atomic<uint64_t> progress{0};
	int interruptions = 0;
	while (builder.link_pending(always_interrupt, nullptr, &progress).kind() == ErrorKind::kCancelled &&
		   interruptions < 10)
		interruptions++;
	ASSERT_GT(interruptions, 0);
	ASSERT_TRUE(builder.link_pending([](void *) { return false; }, nullptr, &progress).is_ok());
	EXPECT_EQ(progress.load(), kPoints);
	for (uint32_t id = 0; id < kPoints; id++) {
		const NodeRecord record = builder.record(0, id);
		std::set<uint32_t> neighbours;
		for (uint32_t slot = 0; slot < record.header().slots_used; slot++) {
			const uint32_t to = record.ids()[slot];
			if (to == kNoNode)
				continue;
			EXPECT_NE(to, id);
			EXPECT_TRUE(neighbours.insert(to).second) << id << " leads to " << to << " twice";
		}
	}
}

} /* namespace */
} /* namespace vecext::hnsw */
