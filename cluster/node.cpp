/*
 * node.cpp: from settings to running parts.
 */
#include "node.h"

#include <simdjson.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "api/grpc/methods.h"
#include "api/rest/collection_routes.h"
#include "api/rest/point_routes.h"
#include "api/rest/service_routes.h"
#include "collection/table_of_content.h"
#include "telemetry/process.h"

namespace vecext {

namespace {

using config::Settings;

unsigned cores()
{
	return std::max(std::thread::hardware_concurrency(), 1u);
}

/* Handlers wait for PostgreSQL most of their time. */
unsigned worker_threads(const Settings &settings)
{
	return settings.service.max_workers ? static_cast<unsigned>(settings.service.max_workers)
										: std::max(16u, 4 * cores());
}

uint32_t pool_size(const Settings &settings)
{
	return settings.postgres.pool_size ? settings.postgres.pool_size : std::max(8u, 2 * cores() + 2);
}

std::mt19937_64 &random_source()
{
	thread_local std::mt19937_64 source{std::random_device{}()};
	return source;
}

/* Kept beside the data. Below 2^53, so that readers of JSON do not round it. */
uint64_t peer_id(const std::string &storage_path)
{
	const std::string path = storage_path + "/.peer_id";
	uint64_t id = 0;
	if (std::ifstream(path) >> id)
		return id;
	id = random_source()() >> 11;
	std::ofstream(path) << id << '\n';
	return id;
}

std::string random_uuid()
{
	char text[40];
	const uint64_t high = random_source()(), low = random_source()();
	snprintf(text, sizeof(text), "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(high >> 32),
			 static_cast<unsigned>(high >> 16) & 0xffff, static_cast<unsigned>(high) & 0xfff,
			 (static_cast<unsigned>(low >> 48) & 0x3fff) | 0x8000,
			 static_cast<unsigned long long>(low & 0xffffffffffffull));
	return text;
}

/* A text, integer or bool in JSON; unset for others, which match nothing. */
std::optional<model::MatchValue> match_value(const std::string &json)
{
	simdjson::dom::parser parser;
	simdjson::dom::element value;
	if (parser.parse(json).get(value) != simdjson::SUCCESS)
		return std::nullopt;
	if (value.is_string())
		return model::MatchValue{std::string(value.get_string().value_unsafe())};
	if (value.is_int64())
		return model::MatchValue{value.get_int64().value_unsafe()};
	if (value.is_bool())
		return model::MatchValue{value.get_bool().value_unsafe()};
	return std::nullopt;
}

bool point_exists(dispatch::Dispatcher &dispatcher, const auth::ValueExists &claim)
{
	model::CountRequest request;
	request.filter.emplace();
	for (const auto &[key, json] : claim.matches) {
		const std::optional<model::MatchValue> value = match_value(json);
		if (!value)
			return false;
		model::FieldCondition condition;
		condition.key = key;
		condition.match = *value;
		request.filter->must.emplace_back(std::move(condition));
	}
	return dispatcher.count(claim.collection, request, {}) > 0;
}

std::string_view method_name(api::http::Method method)
{
	using api::http::Method;
	switch (method) {
	case Method::kGet:
	case Method::kHead:
		return "GET";
	case Method::kPost:
		return "POST";
	case Method::kPut:
		return "PUT";
	case Method::kPatch:
		return "PATCH";
	case Method::kDelete:
		return "DELETE";
	case Method::kOptions:
	case Method::kOther:
		break;
	}
	return "OTHER";
}

api::http::ServerOptions http_options(const Settings &settings)
{
	api::http::ServerOptions options;
	options.threads = worker_threads(settings);
	options.max_body_bytes = settings.service.max_request_size_mb << 20;
	options.cors = settings.service.enable_cors;
	options.idle_timeout = settings.service.keep_alive_timeout;
	options.header_timeout = settings.service.client_request_timeout;
	options.disconnect_timeout = settings.service.client_disconnect_timeout;
	return options;
}

std::optional<uint8_t> percent_of(uint64_t part, uint64_t whole)
{
	if (whole == 0)
		return std::nullopt;
	return static_cast<uint8_t>(std::min<uint64_t>(part * 100 / whole, 100));
}

model::QuotaUsage measured_usage(const std::string &storage_path)
{
	const telemetry::DiskUsage disk = telemetry::disk_usage(storage_path);
	return {percent_of(telemetry::resident_bytes_of_family(), telemetry::memory_limit_bytes()),
			percent_of(disk.total - disk.free, disk.total)};
}

collection::NodeSettings node_settings(const config::StorageSettings &storage)
{
	const config::CollectionDefaults &from = storage.collection;
	collection::NodeSettings settings;
	settings.defaults = {from.hnsw,
						 from.optimizers,
						 from.wal,
						 from.quantization,
						 from.strict_mode,
						 from.vectors_on_disk,
						 from.on_disk_payload,
						 from.shard_number,
						 from.replication_factor,
						 from.write_consistency_factor};
	settings.search_timeout_seconds = storage.search_timeout_sec;
	settings.max_collections = storage.max_collections;
	settings.quota = storage.quotas;
	settings.measure = [path = storage.storage_path] { return measured_usage(path); };
	return settings;
}

api::TlsFiles tls_files(const Settings &settings)
{
	const bool verify = settings.service.verify_https_client_certificate;
	return {settings.tls.cert, settings.tls.key, verify ? settings.tls.ca_cert : std::string(), settings.tls.cert_ttl};
}

} /* namespace */

Node::Node(const Settings &settings)
	: settings_(settings), lock_(settings.storage.storage_path),
	  requests_(std::make_shared<telemetry::RequestStatistics>())
{
	open_collections(start_postgres());
	authenticator_ = std::make_shared<auth::Authenticator>(
		auth::Keys{settings.service.api_key, settings.service.alt_api_key, settings.service.read_only_api_key,
				   settings.service.jwt_rbac},
		[dispatcher = dispatcher_](const auth::ValueExists &claim) { return point_exists(*dispatcher, claim); });
	start_http();
	if (settings_.service.grpc_port)
		start_grpc();
}

Node::~Node()
{
	stop();
}

/* Both at the same time, so that the end does not take twice the time of draining. */
void Node::stop_apis()
{
	std::jthread grpc([this] { grpc_.reset(); });
	http_.reset();
}

void Node::stop()
{
	stop_apis();
	dispatcher_.reset();
	authenticator_.reset();
	if (postgres_)
		postgres_->stop();
	postgres_.reset();
}

/* Returns the connection string. */
std::string Node::start_postgres()
{
	const config::PostgresSettings &postgres = settings_.postgres;
	if (!postgres.url.empty())
		return postgres.url;
	postgres::EmbeddedServer::Options options;
	options.directory = settings_.storage.storage_path + "/postgres";
	options.bin_dir = postgres.bin_dir;
	options.user = postgres.user;
	options.settings = {postgres.shared_buffers_mb, postgres.maintenance_work_mem_mb, telemetry::memory_limit_bytes(),
						pool_size(settings_), postgres.settings};
	postgres_ = std::make_unique<postgres::EmbeddedServer>(std::move(options));
	return postgres_->start();
}

void Node::open_collections(const std::string &conninfo)
{
	postgres::PoolSettings pool;
	pool.conninfo = conninfo;
	pool.size = pool_size(settings_);
	pool.patience = settings_.postgres.wait_for_server;
	collection::NodeSettings settings = node_settings(settings_.storage);
	settings.slow_read = std::chrono::duration<double>(settings_.service.slow_query_secs);
	dispatcher_ = std::make_shared<dispatch::Dispatcher>(
		std::make_shared<collection::TableOfContent>(std::make_shared<postgres::Pool>(pool), std::move(settings)));
}

void Node::start_http()
{
	const auto service = std::make_shared<const api::rest::Service>(
		api::rest::Service{settings_, dispatcher_, requests_, random_uuid()});
	std::vector<api::rest::Route> routes = api::rest::service_routes(service);
	for (const auto &more : {api::rest::collection_routes(dispatcher_, peer_id(settings_.storage.storage_path)),
							 api::rest::point_routes(dispatcher_)})
		routes.insert(routes.end(), more.begin(), more.end());
	if (settings_.storage.recovery_mode)
		api::rest::restrict_to_recovery(routes, *settings_.storage.recovery_mode);

	http_ = std::make_unique<api::http::Server>(http_options(settings_));
	const config::ServiceSettings &settings = settings_.service;
	const api::TlsFiles tls = tls_files(settings_);
	const uint16_t port = http_->listen(
		{settings.host, settings.http_port, rest_handler(std::move(routes)), settings.enable_tls ? &tls : nullptr});
	spdlog::info("REST API listens on {}:{}{}", settings.host, port, settings.enable_tls ? " (TLS)" : "");
	if (settings.metrics_port) {
		http_->listen(
			{settings.host, *settings.metrics_port, rest_handler(api::rest::metrics_routes(service)), nullptr});
		spdlog::info("metrics are served on {}:{}", settings.host, *settings.metrics_port);
	}
}

void Node::start_grpc()
{
	std::vector<api::grpc::Method> methods = api::grpc::service_methods();
	for (const auto &more : {api::grpc::collection_methods(dispatcher_, peer_id(settings_.storage.storage_path)),
							 api::grpc::point_methods(dispatcher_)})
		methods.insert(methods.end(), more.begin(), more.end());
	if (settings_.storage.recovery_mode)
		api::grpc::restrict_to_recovery(methods, *settings_.storage.recovery_mode);

	const api::TlsFiles tls = tls_files(settings_);
	api::grpc::ServerOptions options;
	options.host = settings_.service.host;
	options.port = *settings_.service.grpc_port;
	options.threads = worker_threads(settings_);
	options.max_message_bytes = settings_.service.max_request_size_mb << 20;
	options.tls = settings_.service.enable_tls ? &tls : nullptr;
	grpc_ = std::make_unique<api::grpc::Server>(
		options, std::make_shared<const api::grpc::Router>(std::move(methods), authenticator_, requests_));
	spdlog::info("gRPC API listens on {}:{}{}", options.host, grpc_->port(), options.tls ? " (TLS)" : "");
}

/* Routes requests and counts them. */
api::http::Handler Node::rest_handler(std::vector<api::rest::Route> routes) const
{
	const auto router = std::make_shared<const api::rest::Router>(std::move(routes), authenticator_);
	return [router, requests = requests_](const api::http::Request &request) {
		const auto start = std::chrono::steady_clock::now();
		api::http::Response response = router->handle(request);
		const auto duration = std::chrono::steady_clock::now() - start;
		if (!response.endpoint.empty())
			requests->record({method_name(request.method), response.endpoint, response.status}, response.collection,
							 duration);
		if (request.method == api::http::Method::kDelete && response.endpoint == "/collections/{collection_name}")
			requests->forget(response.collection);
		spdlog::debug("{} {} {} {:.6f}", method_name(request.method), request.path, response.status,
					  std::chrono::duration<double>(duration).count());
		return response;
	};
}

} /* namespace vecext */
