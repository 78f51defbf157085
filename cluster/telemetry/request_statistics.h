/*
 * request_statistics.h: how often each endpoint of either API answered with which
 * status, and how long it took. Kept since start; safe to use from many threads.
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

enum class Api : uint8_t { kRest, kGrpc };

struct RequestKind {
	std::string_view method;   /* "GET"; "" in gRPC, which has none */
	std::string_view endpoint; /* a route's pattern or a gRPC method; static storage */
	unsigned status;           /* of HTTP or gRPC */

	Api api() const { return method.empty() ? Api::kGrpc : Api::kRest; }

	auto operator<=>(const RequestKind &) const = default;
};

inline bool is_success(const RequestKind &kind)
{
	return kind.api() == Api::kGrpc ? kind.status == 0 : kind.status >= 200 && kind.status < 300;
}

using RequestKinds = std::map<RequestKind, Durations>;

/* So many collections are told apart; those that come later are not. */
inline constexpr size_t kMaxCountedCollections = 1000;

class RequestStatistics {
public:
	/* `collection`: as the request names it, "" where it is about none. By collection
	 * successes are counted: other requests may name what there is not. */
	void record(const RequestKind &kind, std::string_view collection, std::chrono::steady_clock::duration duration);

	/* Of a collection that is no more. */
	void forget(std::string_view collection);

	RequestKinds snapshot(Api api) const;
	std::map<std::string, RequestKinds, std::less<>> by_collection(Api api) const;

private:
	mutable std::mutex mutex_;
	RequestKinds kinds_;
	std::map<std::string, RequestKinds, std::less<>> by_collection_;
};

/* Whether /metrics shows the endpoint; it keeps to those that matter. */
bool is_reported(std::string_view endpoint);

} /* namespace vecext::telemetry */
