/*
 * quota_test.cpp: what the quota refuses, and when it lets go again.
 */
#include "collection/quota.h"

#include <gtest/gtest.h>

#include "model/error.h"

namespace vecext::collection {
namespace {

model::QuotaConfig memory_quota(uint8_t percent, uint8_t margin)
{
	model::QuotaConfig config;
	config.enabled = true;
	config.max_resident_memory_percent = percent;
	config.release_margin_percent = margin;
	return config;
}

/* The text of the refusal; "" when there is none. */
std::string refusal(Quota &quota)
{
	try {
		quota.check_growth();
	} catch (const model::Error &error) {
		EXPECT_EQ(error.kind(), model::ErrorKind::kInsufficientStorage);
		return error.what();
	}
	return "";
}

TEST(Quota, RefusesOnlyAboveItsMaximum)
{
	Quota at(memory_quota(80, 5), [] { return model::QuotaUsage{80, 99}; });
	EXPECT_EQ(refusal(at), "");
	Quota above(memory_quota(80, 5), [] { return model::QuotaUsage{81, 99}; });
	EXPECT_EQ(refusal(above), "Insufficient storage: Resident memory usage of 81% exceeds the quota of 80%. "
							  "Delete points or raise the quota.");
	EXPECT_TRUE(above.exceeded().resident_memory);
	EXPECT_FALSE(above.exceeded().disk_usage);
}

TEST(Quota, HoldsNothingWhileItIsOffOrNothingIsMeasured)
{
	model::QuotaConfig off = memory_quota(10, 5);
	off.enabled = false;
	Quota disabled(off, [] { return model::QuotaUsage{90, 90}; });
	EXPECT_EQ(refusal(disabled), "");
	EXPECT_FALSE(disabled.exceeded().resident_memory);
	Quota blind(memory_quota(10, 5), {});
	EXPECT_EQ(refusal(blind), "");
	EXPECT_FALSE(blind.usage().resident_memory_percent.has_value());
}

TEST(Quota, CountsTheDiskApart)
{
	model::QuotaConfig config;
	config.enabled = true;
	config.max_disk_usage_percent = 50;
	Quota quota(config, [] { return model::QuotaUsage{99, 60}; });
	EXPECT_NE(refusal(quota).find("Disk usage of 60%"), std::string::npos);
}

TEST(Quota, ReleasesBelowTheMarginOnly)
{
	EXPECT_FALSE(quota_exceeded(75, 80, 5, true));
	EXPECT_TRUE(quota_exceeded(76, 80, 5, true));
	EXPECT_FALSE(quota_exceeded(76, 80, 5, false));
	EXPECT_FALSE(quota_exceeded(80, 80, 5, false));
	EXPECT_TRUE(quota_exceeded(81, 80, 5, false));
	EXPECT_FALSE(quota_exceeded(std::nullopt, 80, 5, true));
	EXPECT_FALSE(quota_exceeded(100, std::nullopt, 5, true));
}

TEST(Quota, MeasuresAgainWhenItChanges)
{
	uint8_t used = 90;
	Quota quota(memory_quota(80, 5), [&used] { return model::QuotaUsage{used, 0}; });
	EXPECT_NE(refusal(quota), "");
	used = 10;
	EXPECT_NE(refusal(quota), "") << "a measurement is kept for a second";
	quota.set_config(memory_quota(80, 5));
	EXPECT_EQ(refusal(quota), "");
	EXPECT_EQ(quota.config().max_resident_memory_percent, 80);
}

} /* namespace */
} /* namespace vecext::collection */
