/*
 * rate_limiter.h: so many tokens a minute, in a bucket that is full at first.
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace vecext::collection {

class RateLimiter {
public:
	/* Takes `cost` tokens. Throws kRateLimited ("<kind> rate limit exceeded: ...").
	 * Without a limit everything passes. */
	void take(const char *kind, std::optional<uint64_t> per_minute, uint64_t cost);

private:
	void refill(double per_minute);

	std::mutex mutex_;
	double tokens_ = 0, capacity_ = 0; /* of the limit that was last in force */
	std::chrono::steady_clock::time_point last_;
};

} /* namespace vecext::collection */
