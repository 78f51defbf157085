/*
 * service.h: what the routes about the server itself look at.
 */
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "api/rest/route.h"
#include "config/settings.h"
#include "dispatch/dispatcher.h"
#include "telemetry/request_statistics.h"

namespace vecext::api::rest {

struct Service {
	const config::Settings &settings;
	std::shared_ptr<dispatch::Dispatcher> dispatcher;
	std::shared_ptr<telemetry::RequestStatistics> requests; /* of all APIs */
	std::string id;                                         /* of this run, a UUID */
	std::chrono::system_clock::time_point started = std::chrono::system_clock::now();
};

/* The names of the collections that the access shows. */
std::vector<std::string> visible_collections(const Service &service, const auth::Access &access);

/* "2026-01-02T03:04:05.678901Z" */
std::string iso_time(std::chrono::system_clock::time_point time);

/* The body of /metrics. Collections are left out while PostgreSQL is away.
 * `per_collection`: requests are counted for each collection. */
std::string metrics_text(const Service &service, bool per_collection);

/* The result of /telemetry: behaviour at level 0, 1 (short), 2 (collections whole),
 * 3 and more (shards). `anonymize` replaces names by hashes. */
struct TelemetryOptions {
	uint64_t details_level = 0;
	bool anonymize = false;
};

std::string telemetry_json(const Service &service, const auth::Access &access, const TelemetryOptions &options);

} /* namespace vecext::api::rest */
