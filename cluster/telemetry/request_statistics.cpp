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

void RequestStatistics::record(const RequestKind &kind, std::string_view collection,
							   std::chrono::steady_clock::duration duration)
{
	const double seconds = std::chrono::duration<double>(duration).count();
	const std::lock_guard lock(mutex_);
	kinds_[kind].add(seconds);
	if (collection.empty() || !is_success(kind) || !is_reported(kind.endpoint))
		return;
	auto known = by_collection_.find(collection);
	if (known == by_collection_.end() && by_collection_.size() < kMaxCountedCollections)
		known = by_collection_.emplace(collection, RequestKinds()).first;
	if (known != by_collection_.end())
		known->second[kind].add(seconds);
}

void RequestStatistics::forget(std::string_view collection)
{
	const std::lock_guard lock(mutex_);
	if (const auto known = by_collection_.find(collection); known != by_collection_.end())
		by_collection_.erase(known);
}

RequestKinds RequestStatistics::snapshot() const
{
	const std::lock_guard lock(mutex_);
	return kinds_;
}

std::map<std::string, RequestKinds, std::less<>> RequestStatistics::by_collection() const
{
	const std::lock_guard lock(mutex_);
	return by_collection_;
}

bool is_reported(std::string_view endpoint)
{
	return endpoint.starts_with(kCollection) &&
		   std::binary_search(kReported.begin(), kReported.end(), endpoint.substr(kCollection.size()));
}

} /* namespace vecext::telemetry */
