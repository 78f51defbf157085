/*
 * quota.cpp: see quota.h.
 */
#include "collection/quota.h"

#include <string>

#include "model/error.h"

namespace vecext::collection {

namespace {

using Clock = std::chrono::steady_clock;
using Percent = std::optional<uint8_t>;

constexpr auto kKeepMeasurement = std::chrono::seconds(1);

[[noreturn]] void refuse(const char *resource, const Percent &used, const Percent &maximum)
{
	throw model::Error(model::ErrorKind::kInsufficientStorage,
					   std::string(resource) + " usage of " + std::to_string(*used) + "% exceeds the quota of " +
						   std::to_string(*maximum) + "%. Delete points or raise the quota.");
}

} /* namespace */

bool quota_exceeded(Percent used, Percent maximum, uint8_t margin, bool before)
{
	if (!used || !maximum)
		return false;
	return before ? *used + margin > *maximum : *used > *maximum;
}

Quota::Quota(const model::QuotaConfig &config, Measure measure)
	: measure_(std::move(measure)), enabled_(config.enabled), config_(config)
{
}

model::QuotaConfig Quota::config() const
{
	const std::lock_guard lock(mutex_);
	return config_;
}

void Quota::set_config(const model::QuotaConfig &config)
{
	const std::lock_guard lock(mutex_);
	config_ = config;
	exceeded_ = {};
	measured_ = {};
	enabled_ = config.enabled;
}

model::QuotaUsage Quota::usage()
{
	const std::lock_guard lock(mutex_);
	refresh();
	return usage_;
}

model::QuotaExceeded Quota::exceeded()
{
	if (!enabled_)
		return {};
	const std::lock_guard lock(mutex_);
	refresh();
	return exceeded_;
}

void Quota::check_growth()
{
	if (!enabled_)
		return;
	const std::lock_guard lock(mutex_);
	refresh();
	if (exceeded_.resident_memory)
		refuse("Resident memory", usage_.resident_memory_percent, config_.max_resident_memory_percent);
	if (exceeded_.disk_usage)
		refuse("Disk", usage_.disk_usage_percent, config_.max_disk_usage_percent);
}

void Quota::refresh()
{
	const Clock::time_point now = Clock::now();
	if (measured_ != Clock::time_point() && now - measured_ < kKeepMeasurement)
		return;
	usage_ = measure_ ? measure_() : model::QuotaUsage();
	measured_ = now;
	const uint8_t margin = config_.release_margin_percent.value_or(model::QuotaConfig::kDefaultReleaseMargin);
	const auto over = [&](const Percent &used, const Percent &maximum, bool before) {
		return config_.enabled && quota_exceeded(used, maximum, margin, before);
	};
	exceeded_ = {over(usage_.resident_memory_percent, config_.max_resident_memory_percent, exceeded_.resident_memory),
				 over(usage_.disk_usage_percent, config_.max_disk_usage_percent, exceeded_.disk_usage)};
}

} /* namespace vecext::collection */
