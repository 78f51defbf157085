/*
 * request_statistics.cpp: counting, and the list of endpoints in /metrics.
 */
#include "telemetry/request_statistics.h"

#include <algorithm>

namespace vecext::telemetry {

namespace {

constexpr std::string_view kCollection = "/collections/{collection_name}/";

/* Behind kCollection; sorted. */
constexpr std::array<std::string_view, 26> kReported{
	"index",
	"points",
	"points/batch",
	"points/count",
	"points/delete",
	"points/discover",
	"points/discover/batch",
	"points/facet",
	"points/payload",
	"points/payload/clear",
	"points/payload/delete",
	"points/query",
	"points/query/batch",
	"points/query/groups",
	"points/recommend",
	"points/recommend/batch",
	"points/recommend/groups",
	"points/scroll",
	"points/search",
	"points/search/batch",
	"points/search/groups",
	"points/search/matrix/offsets",
	"points/search/matrix/pairs",
	"points/vectors",
	"points/vectors/delete",
	"vectors/{vector_name}",
};
static_assert(std::is_sorted(kReported.begin(), kReported.end()));

} /* namespace */

void Durations::add(double seconds)
{
	least = count == 0 ? seconds : std::min(least, seconds);
	most = std::max(most, seconds);
	total += seconds;
	count++;
	const auto bound = std::lower_bound(kDurationBounds.begin(), kDurationBounds.end(), seconds);
	buckets[static_cast<size_t>(bound - kDurationBounds.begin())]++;
	last = std::chrono::system_clock::now();
}

void RequestStatistics::record(const RequestKind &kind, std::chrono::steady_clock::duration duration)
{
	const std::lock_guard lock(mutex_);
	kinds_[kind].add(std::chrono::duration<double>(duration).count());
}

std::map<RequestKind, Durations> RequestStatistics::snapshot() const
{
	const std::lock_guard lock(mutex_);
	return kinds_;
}

bool is_reported(std::string_view endpoint)
{
	return endpoint.starts_with(kCollection) &&
		   std::binary_search(kReported.begin(), kReported.end(), endpoint.substr(kCollection.size()));
}

} /* namespace vecext::telemetry */
