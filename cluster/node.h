/*
 * node.h: the process put together: PostgreSQL below, collections upon it, the APIs
 * in front. Construction starts it all; stop() ends it in the reverse order.
 */
#pragma once

#include <memory>

#include "api/grpc/server.h"
#include "api/http/server.h"
#include "api/rest/service.h"
#include "auth/authenticator.h"
#include "config/settings.h"
#include "postgres/embedded_server.h"
#include "postgres/storage_lock.h"

namespace vecext {

class Node {
public:
	/* Returns when requests are served. Throws std::exception saying what is in the
	 * way. `settings` outlives the node. */
	explicit Node(const config::Settings &settings);
	~Node(); /* stops */

	Node(const Node &) = delete;
	Node &operator=(const Node &) = delete;

	/* Lets running requests end, then shuts PostgreSQL down. */
	void stop();

private:
	std::string start_postgres();
	void open_collections(const std::string &conninfo);
	void start_http();
	void start_grpc();
	void stop_apis();
	api::http::Handler rest_handler(std::vector<api::rest::Route> routes) const;

	const config::Settings &settings_;
	postgres::StorageLock lock_;
	std::unique_ptr<postgres::EmbeddedServer> postgres_;
	std::shared_ptr<dispatch::Dispatcher> dispatcher_;
	std::shared_ptr<const auth::Authenticator> authenticator_;
	std::shared_ptr<telemetry::RequestStatistics> requests_;
	std::unique_ptr<api::http::Server> http_;
	std::unique_ptr<api::grpc::Server> grpc_;
};

} /* namespace vecext */
