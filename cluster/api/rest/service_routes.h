/*
 * service_routes.h: routes about the server itself, and those of features that this
 * version lacks.
 */
#pragma once

#include "api/rest/service.h"

namespace vecext::api::rest {

std::vector<Route> service_routes(std::shared_ptr<const Service> service);

/* /metrics alone, for metrics_port. */
std::vector<Route> metrics_routes(std::shared_ptr<const Service> service);

std::vector<Route> quota_routes(std::shared_ptr<const Service> service); /* /quotas */
std::vector<Route> issue_routes(std::shared_ptr<const Service> service); /* /issues */

/* Snapshots, audit log, debugging: each answers that it is not supported,
 * or, where it is about a cluster, that there is none. */
std::vector<Route> unsupported_routes();

/* With recovery_mode set: collections are listed and can be deleted, all else about
 * them fails with the text. */
void restrict_to_recovery(std::vector<Route> &routes, const std::string &text);

} /* namespace vecext::api::rest */
