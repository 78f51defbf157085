/*
 * rate_limiter.cpp: see rate_limiter.h.
 */
#include "collection/rate_limiter.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "model/error.h"

namespace vecext::collection {

void RateLimiter::refill(double per_minute)
{
	const auto now = std::chrono::steady_clock::now();
	if (capacity_ != per_minute) { /* a new limit starts with a full bucket */
		capacity_ = tokens_ = per_minute;
	} else {
		const double seconds = std::chrono::duration<double>(now - last_).count();
		tokens_ = std::min(capacity_, tokens_ + seconds * per_minute / 60);
	}
	last_ = now;
}

void RateLimiter::take(const char *kind, std::optional<uint64_t> per_minute, uint64_t cost)
{
	if (!per_minute)
		return;
	const std::lock_guard lock(mutex_);
	const auto limit = static_cast<double>(*per_minute);
	refill(limit);
	const auto wanted = static_cast<double>(cost);
	if (wanted <= tokens_) {
		tokens_ -= wanted;
		return;
	}
	const std::string head = std::string(kind) + " rate limit exceeded: Operation requires " + std::to_string(cost) +
							 " tokens but only " + std::to_string(static_cast<uint64_t>(tokens_)) + " were available. ";
	if (cost > *per_minute)
		throw model::Error(model::ErrorKind::kRateLimited, head + "It is larger than the limit of " +
															   std::to_string(*per_minute) +
															   " a minute: please split it into smaller operations");
	const double wait = std::ceil((wanted - tokens_) * 60 / limit);
	model::Error error(model::ErrorKind::kRateLimited,
					   head + "Retry after " + std::to_string(static_cast<uint64_t>(wait)) + "s");
	error.retry_after_seconds = wait;
	throw error;
}

} /* namespace vecext::collection */
