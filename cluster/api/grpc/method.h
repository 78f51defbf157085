/*
 * method.h: one call of the gRPC API: its name, what the caller must be allowed to
 * do, and the function that answers it.
 *
 * Request and response live on the arena of the call; `time` of the response, where
 * it has one, is filled in here. Handlers throw model::Error, caught in the Router.
 */
#pragma once

#include <google/protobuf/arena.h>
#include <google/protobuf/io/zero_copy_stream.h>
#include <google/protobuf/message.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "auth/access.h"
#include "model/query.h"

namespace vecext::api::grpc {

/* A request on its way through a handler. */
struct Call {
	const auth::Access &access;
	model::CallerPatience patience;
	std::chrono::steady_clock::time_point start;
	std::string &collection; /* written here: what the request names, if anything */
};

struct Method {
	std::string_view name; /* "/qdrant.Points/Upsert"; static storage */
	auth::Need need;       /* about the field collection_name where there is one */
	std::function<const google::protobuf::Message *(const Call &, google::protobuf::io::ZeroCopyInputStream &,
													google::protobuf::Arena &)>
		handle;
};

/* Throws kMalformed. */
void parse(google::protobuf::Message &message, google::protobuf::io::ZeroCopyInputStream &in);

/* Throws kValidation for a name that no collection can have. */
void check_collection_name(std::string_view name);

/* `work(call, request, response)` answers one request. */
template <class Request, class Response, class Work> Method unary(std::string_view name, auth::Need need, Work work)
{
	return {name, need,
			[need, work](const Call &call, google::protobuf::io::ZeroCopyInputStream &in,
						 google::protobuf::Arena &arena) -> const google::protobuf::Message * {
				auto *request = google::protobuf::Arena::CreateMessage<Request>(&arena);
				auto *response = google::protobuf::Arena::CreateMessage<Response>(&arena);
				parse(*request, in);
				if constexpr (requires { request->collection_name(); }) {
					call.collection = request->collection_name();
					check_collection_name(request->collection_name());
					call.access.require(need, request->collection_name());
				} else {
					call.access.require(need);
				}
				work(call, *request, *response);
				if constexpr (requires { response->set_time(0.0); })
					response->set_time(
						std::chrono::duration<double>(std::chrono::steady_clock::now() - call.start).count());
				return response;
			}};
}

} /* namespace vecext::api::grpc */
