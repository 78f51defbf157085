/*
 * collection_methods.cpp: collections and aliases.
 */
#include "api/grpc/decode.h"
#include "api/grpc/encode.h"
#include "api/grpc/methods.h"
#include "collections_service.pb.h"
#include "model/error.h"

namespace vecext::api::grpc {

namespace {

using auth::Need;
using dispatch::Dispatcher;

/* Calls that a single node has nothing to do for. */
struct Standalone {
	template <class Request, class Response>
	[[noreturn]] void operator()(const Call &, const Request &, Response &) const
	{
		throw model::Error(model::ErrorKind::kStandalone, "Qdrant is running in standalone mode");
	}
};

void list(Dispatcher &dispatcher, const Call &call, const pb::ListCollectionsRequest &,
		  pb::ListCollectionsResponse &response)
{
	for (const std::string &name : dispatcher.list_collections())
		if (call.access.sees(name))
			response.add_collections()->set_name(name);
}

void answer_aliases(const Call &call, const std::vector<model::AliasDescription> &aliases,
					pb::ListAliasesResponse &response)
{
	for (const model::AliasDescription &alias : aliases) {
		if (!call.access.sees(alias.collection))
			continue;
		pb::AliasDescription *out = response.add_aliases();
		out->set_alias_name(alias.alias);
		out->set_collection_name(alias.collection);
	}
}

void cluster_info(Dispatcher &dispatcher, uint64_t peer_id, const pb::CollectionClusterInfoRequest &request,
				  pb::CollectionClusterInfoResponse &response)
{
	const auto shards = dispatcher.local_shards(request.collection_name());
	response.set_peer_id(peer_id);
	response.set_shard_count(shards.size());
	for (const model::LocalShardInfo &shard : shards) {
		pb::LocalShardInfo *out = response.add_local_shards();
		out->set_shard_id(shard.shard_id);
		out->set_points_count(shard.points_count);
		out->set_state(pb::Active);
	}
}

} /* namespace */

std::vector<Method> collection_methods(std::shared_ptr<Dispatcher> dispatcher, uint64_t peer_id)
{
	const auto &d = dispatcher;
	return {
		unary<pb::GetCollectionInfoRequest, pb::GetCollectionInfoResponse>(
			"/qdrant.Collections/Get", Need::kRead,
			[d](const Call &, const auto &request, auto &response) {
				encode(d->collection_info(request.collection_name()), response.mutable_result());
			}),
		unary<pb::ListCollectionsRequest, pb::ListCollectionsResponse>(
			"/qdrant.Collections/List", Need::kAnyAccess,
			[d](const Call &call, const auto &request, auto &response) { list(*d, call, request, response); }),
		unary<pb::CreateCollection, pb::CollectionOperationResponse>(
			"/qdrant.Collections/Create", Need::kManage,
			[d](const Call &, const auto &request, auto &response) {
				response.set_result(
					d->create_collection(request.collection_name(), decoded(request, decode_create_collection)));
			}),
		unary<pb::UpdateCollection, pb::CollectionOperationResponse>(
			"/qdrant.Collections/Update", Need::kManage,
			[d](const Call &, const auto &request, auto &response) {
				response.set_result(
					d->update_collection(request.collection_name(), decoded(request, decode_update_collection)));
			}),
		unary<pb::DeleteCollection, pb::CollectionOperationResponse>(
			"/qdrant.Collections/Delete", Need::kManage,
			[d](const Call &, const auto &request, auto &response) {
				response.set_result(d->delete_collection(request.collection_name()));
			}),
		unary<pb::ChangeAliases, pb::CollectionOperationResponse>(
			"/qdrant.Collections/UpdateAliases", Need::kManage,
			[d](const Call &, const auto &request, auto &response) {
				response.set_result(d->update_aliases(decoded(request, decode_alias_actions)));
			}),
		unary<pb::ListCollectionAliasesRequest, pb::ListAliasesResponse>(
			"/qdrant.Collections/ListCollectionAliases", Need::kRead,
			[d](const Call &call, const auto &request, auto &response) {
				answer_aliases(call, d->collection_aliases(request.collection_name()), response);
			}),
		unary<pb::ListAliasesRequest, pb::ListAliasesResponse>(
			"/qdrant.Collections/ListAliases", Need::kAnyAccess,
			[d](const Call &call, const auto &, auto &response) { answer_aliases(call, d->list_aliases(), response); }),
		unary<pb::CollectionClusterInfoRequest, pb::CollectionClusterInfoResponse>(
			"/qdrant.Collections/CollectionClusterInfo", Need::kRead,
			[d, peer_id](const Call &, const auto &request, auto &response) {
				cluster_info(*d, peer_id, request, response);
			}),
		unary<pb::CollectionExistsRequest, pb::CollectionExistsResponse>(
			"/qdrant.Collections/CollectionExists", Need::kRead,
			[d](const Call &, const auto &request, auto &response) {
				response.mutable_result()->set_exists(d->collection_exists(request.collection_name()));
			}),
		unary<pb::UpdateCollectionClusterSetupRequest, pb::UpdateCollectionClusterSetupResponse>(
			"/qdrant.Collections/UpdateCollectionClusterSetup", Need::kManage, Standalone()),
		unary<pb::CreateShardKeyRequest, pb::CreateShardKeyResponse>("/qdrant.Collections/CreateShardKey",
																	 Need::kManage, Standalone()),
		unary<pb::DeleteShardKeyRequest, pb::DeleteShardKeyResponse>("/qdrant.Collections/DeleteShardKey",
																	 Need::kManage, Standalone()),
		unary<pb::ListShardKeysRequest, pb::ListShardKeysResponse>(
			"/qdrant.Collections/ListShardKeys", Need::kRead,
			[d](const Call &, const auto &request, auto &) { d->resolve(request.collection_name()); }),
	};
}

} /* namespace vecext::api::grpc */
