/*
 * quota.h: how much of the node's memory and disk may be in use before operations
 * that add data are refused, and how much is.
 */
#pragma once

#include <cstdint>
#include <optional>

namespace vecext::model {

/* Percents of what the node has, from 1 to 100. */
struct QuotaConfig {
	static constexpr uint8_t kDefaultReleaseMargin = 5;

	bool enabled = false;
	std::optional<uint8_t> max_resident_memory_percent, max_disk_usage_percent;
	/* A resource that was exceeded is free again so far below its maximum. */
	std::optional<uint8_t> release_margin_percent = kDefaultReleaseMargin;

	bool operator==(const QuotaConfig &) const = default;
};

/* Unset where it cannot be measured. */
struct QuotaUsage {
	std::optional<uint8_t> resident_memory_percent, disk_usage_percent;
};

struct QuotaExceeded {
	bool resident_memory = false, disk_usage = false;
};

} /* namespace vecext::model */
