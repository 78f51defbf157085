/*
 * quota.h: the node's quota: measures, and refuses what would add data.
 *
 * Once a resource is over its maximum it counts as exceeded until it is
 * release_margin_percent below. Safe to use from many threads; a measurement is
 * kept for a second.
 */
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

#include "model/quota.h"

namespace vecext::collection {

/* Whether a resource is over its maximum; `before`: it was when last looked at. */
bool quota_exceeded(std::optional<uint8_t> used, std::optional<uint8_t> maximum, uint8_t margin, bool before);

class Quota {
public:
	using Measure = std::function<model::QuotaUsage()>;

	Quota(const model::QuotaConfig &config, Measure measure);

	model::QuotaConfig config() const;
	void set_config(const model::QuotaConfig &config);

	model::QuotaUsage usage();
	model::QuotaExceeded exceeded();

	/* Throws kInsufficientStorage, naming the resource. */
	void check_growth();

private:
	void refresh(); /* under mutex_ */

	const Measure measure_;
	std::atomic<bool> enabled_;
	mutable std::mutex mutex_;
	model::QuotaConfig config_;
	model::QuotaUsage usage_;
	model::QuotaExceeded exceeded_;
	std::chrono::steady_clock::time_point measured_;
};

} /* namespace vecext::collection */
