/*
 * service_methods.cpp: calls about the server itself, and those of features that this
 * version lacks.
 */
#include "api/grpc/methods.h"
#include "collections_service.pb.h"
#include "config/version.h"
#include "health_check.pb.h"
#include "model/error.h"
#include "points_service.pb.h"
#include "qdrant.pb.h"
#include "snapshots_service.pb.h"

namespace vecext::api::grpc {

namespace {

namespace health = ::grpc::health::v1;
namespace pb = ::qdrant;
using auth::Need;

struct Unsupported {
	template <class Request, class Response>
	[[noreturn]] void operator()(const Call &, const Request &, Response &) const
	{
		throw model::unsupported("A snapshot");
	}
};

/* "" asks for the server as a whole. */
void check_health(const health::HealthCheckRequest &request, health::HealthCheckResponse &response)
{
	const std::string &service = request.service();
	const auto *pool = google::protobuf::DescriptorPool::generated_pool();
	if (!service.empty() && !pool->FindServiceByName(service))
		throw model::not_found("unknown service " + service);
	response.set_status(health::HealthCheckResponse::SERVING);
}

void version(pb::HealthCheckReply &response)
{
	response.set_title(config::kTitle);
	response.set_version(config::kApiVersion);
}

bool works_in_recovery(std::string_view name)
{
	constexpr std::string_view working[] = {
		"/qdrant.Collections/List",          "/qdrant.Collections/Delete",
		"/qdrant.Collections/UpdateAliases", "/qdrant.Collections/CollectionExists",
		"/qdrant.Collections/ListAliases",   "/qdrant.Collections/ListCollectionAliases"};
	for (const std::string_view one : working)
		if (name == one)
			return true;
	return !name.starts_with("/qdrant.Collections/") && !name.starts_with("/qdrant.Points/");
}

} /* namespace */

std::vector<Method> service_methods()
{
	return {
		unary<pb::HealthCheckRequest, pb::HealthCheckReply>(
			"/qdrant.Qdrant/HealthCheck", Need::kNothing,
			[](const Call &, const auto &, auto &response) { version(response); }),
		unary<health::HealthCheckRequest, health::HealthCheckResponse>(
			"/grpc.health.v1.Health/Check", Need::kNothing,
			[](const Call &, const auto &request, auto &response) { check_health(request, response); }),
		unary<pb::CreateSnapshotRequest, pb::CreateSnapshotResponse>("/qdrant.Snapshots/Create", Need::kWrite,
																	 Unsupported()),
		unary<pb::ListSnapshotsRequest, pb::ListSnapshotsResponse>("/qdrant.Snapshots/List", Need::kReadAll,
																   Unsupported()),
		unary<pb::DeleteSnapshotRequest, pb::DeleteSnapshotResponse>("/qdrant.Snapshots/Delete", Need::kWrite,
																	 Unsupported()),
		unary<pb::CreateFullSnapshotRequest, pb::CreateSnapshotResponse>("/qdrant.Snapshots/CreateFull", Need::kManage,
																		 Unsupported()),
		unary<pb::ListFullSnapshotsRequest, pb::ListSnapshotsResponse>("/qdrant.Snapshots/ListFull", Need::kGlobalRead,
																	   Unsupported()),
		unary<pb::DeleteFullSnapshotRequest, pb::DeleteSnapshotResponse>("/qdrant.Snapshots/DeleteFull", Need::kManage,
																		 Unsupported()),
	};
}

void restrict_to_recovery(std::vector<Method> &methods, const std::string &text)
{
	for (Method &method : methods)
		if (!works_in_recovery(method.name))
			method.handle = [text](const Call &, auto &, auto &) -> const google::protobuf::Message * {
				throw model::internal(text);
			};
}

} /* namespace vecext::api::grpc */
