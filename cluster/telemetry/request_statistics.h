/*
 * request_statistics.h: how often each endpoint answered with which status, and how
 * long it took. Kept since start; safe to use from many threads.
 */
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

namespace vecext::telemetry {

/* Upper bounds of the histogram, in seconds; the last bucket is beyond them. */
inline constexpr std::array<double, 11> kDurationBounds{0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0};

struct Durations {
	uint64_t count = 0;
	double total = 0, least = 0, most = 0; /* seconds */
	std::array<uint64_t, kDurationBounds.size() + 1> buckets{};
	std::chrono::system_clock::time_point last;

	void add(double seconds);
};

struct RequestKind {
	std::string_view method;   /* "GET" */
	std::string_view endpoint; /* a route's pattern; static storage */
	unsigned status;

	auto operator<=>(const RequestKind &) const = default;
};

class RequestStatistics {
public:
	void record(const RequestKind &kind, std::chrono::steady_clock::duration duration);
	std::map<RequestKind, Durations> snapshot() const;

private:
	mutable std::mutex mutex_;
	std::map<RequestKind, Durations> kinds_;
};

/* Whether /metrics shows the endpoint; it keeps to the few that matter. */
bool is_reported(std::string_view endpoint);

} /* namespace vecext::telemetry */
