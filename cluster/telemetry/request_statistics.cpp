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

constexpr std::string_view kPoints = "/qdrant.Points/";

/* Behind kPoints; sorted. */
constexpr std::array<std::string_view, 25> kReportedMethods{
	"ClearPayload",     "Count",           "CreateVectorName", "Delete",        "DeletePayload",
	"DeleteVectorName", "Discover",        "DiscoverBatch",    "Facet",         "Get",
	"OverwritePayload", "Query",           "QueryBatch",       "QueryGroups",   "Recommend",
	"RecommendBatch",   "RecommendGroups", "Scroll",           "Search",        "SearchBatch",
	"SearchGroups",     "SetPayload",      "UpdateBatch",      "UpdateVectors", "Upsert",
};
static_assert(std::is_sorted(kReportedMethods.begin(), kReportedMethods.end()));

/* Whether the list has what follows the prefix in the name. */
template <size_t N>
bool lists(const std::array<std::string_view, N> &list, std::string_view prefix, std::string_view name)
{
	return name.starts_with(prefix) && std::binary_search(list.begin(), list.end(), name.substr(prefix.size()));
}

RequestKinds of_api(const RequestKinds &kinds, Api api)
{
	RequestKinds own;
	for (const auto &[kind, durations] : kinds)
		if (kind.api() == api)
			own.emplace_hint(own.end(), kind, durations);
	return own;
}

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

RequestKinds RequestStatistics::snapshot(Api api) const
{
	const std::lock_guard lock(mutex_);
	return of_api(kinds_, api);
}

std::map<std::string, RequestKinds, std::less<>> RequestStatistics::by_collection(Api api) const
{
	const std::lock_guard lock(mutex_);
	std::map<std::string, RequestKinds, std::less<>> all;
	for (const auto &[collection, kinds] : by_collection_)
		all.emplace_hint(all.end(), collection, of_api(kinds, api));
	return all;
}

bool is_reported(std::string_view endpoint)
{
	return lists(kReported, kCollection, endpoint) || lists(kReportedMethods, kPoints, endpoint);
}

} /* namespace vecext::telemetry */
