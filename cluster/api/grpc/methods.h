/*
 * methods.h: the calls of each service. Handlers decode, check that other collections
 * which the request names may be read, call the dispatcher, and encode.
 */
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/grpc/method.h"
#include "dispatch/dispatcher.h"

namespace vecext::api::grpc {

/* qdrant.Collections. `peer_id` is this node's. */
std::vector<Method> collection_methods(std::shared_ptr<dispatch::Dispatcher> dispatcher, uint64_t peer_id);

/* qdrant.Points */
std::vector<Method> point_methods(std::shared_ptr<dispatch::Dispatcher> dispatcher);

/* qdrant.Qdrant, grpc.health.v1.Health, and qdrant.Snapshots, whose calls answer that
 * they are not supported. */
std::vector<Method> service_methods();

/* With recovery_mode set: collections are listed and can be deleted, all else about
 * them fails with the text. */
void restrict_to_recovery(std::vector<Method> &methods, const std::string &text);

} /* namespace vecext::api::grpc */
