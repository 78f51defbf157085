/*
 * unsupported_routes.cpp: routes that Qdrant has and this version refuses. One table,
 * so that callers learn what is missing and what access it would take.
 */
#include "api/rest/service_routes.h"
#include "model/error.h"

namespace vecext::api::rest {

namespace {

using auth::Need;
using http::Method;

enum class Why : uint8_t { kSnapshots, kStandalone, kAudit, kDebugging, kShards };

[[noreturn]] Answer refuse(Why why)
{
	switch (why) {
	case Why::kSnapshots:
		throw model::unsupported("The snapshot API");
	case Why::kAudit:
		throw model::unsupported("The audit log");
	case Why::kDebugging:
		throw model::unsupported("The debugging API");
	case Why::kShards:
		throw model::unsupported("The API of single shards");
	case Why::kStandalone:
		break;
	}
	throw model::Error(model::ErrorKind::kStandalone, "Qdrant is running in standalone mode");
}

struct Refused {
	Method method;
	std::string_view pattern;
	Need need;
	Why why;
};

constexpr Refused kRefused[] = {
	{Method::kGet, "/snapshots", Need::kGlobalRead, Why::kSnapshots},
	{Method::kPost, "/snapshots", Need::kManage, Why::kSnapshots},
	{Method::kGet, "/snapshots/{snapshot_name}", Need::kGlobalRead, Why::kSnapshots},
	{Method::kDelete, "/snapshots/{snapshot_name}", Need::kManage, Why::kSnapshots},
	{Method::kGet, "/collections/{collection_name}/snapshots", Need::kReadAll, Why::kSnapshots},
	{Method::kPost, "/collections/{collection_name}/snapshots", Need::kWrite, Why::kSnapshots},
	{Method::kPut, "/collections/{collection_name}/snapshots/recover", Need::kManage, Why::kSnapshots},
	{Method::kPost, "/collections/{collection_name}/snapshots/upload", Need::kManage, Why::kSnapshots},
	{Method::kGet, "/collections/{collection_name}/snapshots/{snapshot_name}", Need::kReadAll, Why::kSnapshots},
	{Method::kDelete, "/collections/{collection_name}/snapshots/{snapshot_name}", Need::kWrite, Why::kSnapshots},
	{Method::kGet, "/collections/{collection_name}/shards/{shard_id}/snapshot", Need::kWrite, Why::kSnapshots},
	{Method::kGet, "/collections/{collection_name}/shards/{shard_id}/snapshots", Need::kReadAll, Why::kSnapshots},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/snapshots", Need::kWrite, Why::kSnapshots},
	{Method::kPut, "/collections/{collection_name}/shards/{shard_id}/snapshots/recover", Need::kManage,
	 Why::kSnapshots},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/snapshots/upload", Need::kManage,
	 Why::kSnapshots},
	{Method::kGet, "/collections/{collection_name}/shards/{shard_id}/snapshots/{snapshot_name}", Need::kReadAll,
	 Why::kSnapshots},
	{Method::kDelete, "/collections/{collection_name}/shards/{shard_id}/snapshots/{snapshot_name}", Need::kWrite,
	 Why::kSnapshots},
	{Method::kGet, "/collections/{collection_name}/shards/{shard_id}/snapshot/partial/manifest", Need::kManage,
	 Why::kSnapshots},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/snapshot/partial/create", Need::kManage,
	 Why::kSnapshots},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/snapshot/partial/recover", Need::kManage,
	 Why::kSnapshots},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/snapshot/partial/recover_from", Need::kManage,
	 Why::kSnapshots},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/points", Need::kRead, Why::kShards},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/points/count", Need::kRead, Why::kShards},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/points/scroll", Need::kRead, Why::kShards},
	{Method::kPost, "/collections/{collection_name}/shards/{shard_id}/cleanup", Need::kManage, Why::kShards},
	{Method::kPost, "/cluster/recover", Need::kManage, Why::kStandalone},
	{Method::kDelete, "/cluster/peer/{peer_id}", Need::kManage, Why::kStandalone},
	{Method::kGet, "/cluster/telemetry", Need::kAnyAccess, Why::kStandalone},
	{Method::kGet, "/cluster/metadata/keys", Need::kGlobalRead, Why::kStandalone},
	{Method::kGet, "/cluster/metadata/keys/{key}", Need::kGlobalRead, Why::kStandalone},
	{Method::kPut, "/cluster/metadata/keys/{key}", Need::kManage, Why::kStandalone},
	{Method::kDelete, "/cluster/metadata/keys/{key}", Need::kManage, Why::kStandalone},
	{Method::kPost, "/audit/logs", Need::kManage, Why::kAudit},
	{Method::kGet, "/stacktrace", Need::kManage, Why::kDebugging},
	{Method::kGet, "/debugger", Need::kManage, Why::kDebugging},
	{Method::kPatch, "/debugger", Need::kManage, Why::kDebugging},
	{Method::kGet, "/profiler/slow_requests", Need::kManage, Why::kDebugging},
};

} /* namespace */

std::vector<Route> unsupported_routes()
{
	std::vector<Route> routes;
	for (const Refused &refused : kRefused)
		routes.push_back({refused.method, refused.pattern, refused.need,
						  [why = refused.why](const Call &) -> Answer { refuse(why); }});
	return routes;
}

} /* namespace vecext::api::rest */
