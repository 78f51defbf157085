/*
 * collection_routes.h: routes of collections, aliases and indexes.
 */
#pragma once

#include <memory>
#include <vector>

#include "api/rest/route.h"
#include "dispatch/dispatcher.h"

namespace vecext::api::rest {

/* `peer_id` is this node's, shown by .../cluster. */
std::vector<Route> collection_routes(std::shared_ptr<dispatch::Dispatcher> dispatcher, uint64_t peer_id);

} /* namespace vecext::api::rest */
