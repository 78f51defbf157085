/*
 * point_routes.h: routes of points: updates, reads and searches.
 */
#pragma once

#include <memory>
#include <vector>

#include "api/rest/route.h"
#include "dispatch/dispatcher.h"

namespace vecext::api::rest {

std::vector<Route> point_routes(std::shared_ptr<dispatch::Dispatcher> dispatcher);

} /* namespace vecext::api::rest */
