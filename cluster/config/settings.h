/*
 * settings.h: how this node is set up, defaults filled in.
 *
 * The keys, their layers and their meaning stand in docs/sidecar.md; load.h fills
 * the struct. After start it does not change, except that log levels may be set
 * through the API (logging/log.h).
 */
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "model/collection_config.h"
#include "model/quota.h"

namespace vecext::config {

enum class LogFormat : uint8_t { kText, kJson };

struct LoggerSettings {
	struct OnDisk {
		bool enabled = false;
		std::string log_file;
		std::string log_level; /* "": as on stdout */
		LogFormat format = LogFormat::kText;
	};

	std::string log_level = "INFO"; /* also directives: "INFO,postgres=warn" */
	LogFormat format = LogFormat::kText;
	std::optional<bool> color; /* unset: when stdout is a terminal */
	OnDisk on_disk;
};

/* What a collection gets whose creation does not say. */
struct CollectionDefaults {
	model::HnswConfig hnsw;
	model::OptimizersConfig optimizers;
	model::WalConfig wal;
	bool on_disk_payload = true;
	uint32_t shard_number = 1, replication_factor = 1, write_consistency_factor = 1;
	std::optional<bool> vectors_on_disk;
	std::optional<model::QuantizationConfig> quantization;
	std::optional<model::StrictModeConfig> strict_mode;
};

struct StorageSettings {
	std::string storage_path = "./storage";
	std::optional<std::string> recovery_mode;
	std::optional<uint64_t> max_collections;
	uint64_t search_timeout_sec = 60;
	CollectionDefaults collection;
	model::QuotaConfig quotas; /* until PUT /quotas sets others */
};

struct ServiceSettings {
	uint64_t max_request_size_mb = 32;
	uint64_t max_workers = 0; /* 0: by the number of cores */
	std::string host = "0.0.0.0";
	uint16_t http_port = 6333;
	std::optional<uint16_t> grpc_port = 6334, metrics_port;
	bool enable_cors = true, enable_tls = false, verify_https_client_certificate = false;
	std::string api_key, alt_api_key, read_only_api_key; /* "" when unset */
	bool jwt_rbac = false;
	std::string metrics_prefix;
	double slow_query_secs = 1.2; /* a filtered search that takes longer is looked into for /issues */
	std::chrono::seconds keep_alive_timeout{5}, client_request_timeout{5}, client_disconnect_timeout{5};
};

struct TlsSettings {
	std::string cert = "./tls/cert.pem", key = "./tls/key.pem", ca_cert = "./tls/cacert.pem";
	std::chrono::seconds cert_ttl{3600}; /* 0: read once */
};

struct PostgresSettings {
	std::string url;                      /* "": an embedded server */
	uint32_t pool_size = 0;               /* 0: by the number of cores */
	std::string bin_dir;                  /* "": looked for */
	std::string user;                     /* of the embedded server when we are root; "": postgres, else nobody */
	uint64_t shared_buffers_mb = 0;       /* 0: a quarter of the memory */
	uint64_t maintenance_work_mem_mb = 0; /* 0: by the memory */
	std::chrono::milliseconds wait_for_server{5000}; /* of a request while the server restarts */
	std::map<std::string, std::string> settings;     /* further ones of the embedded server */
};

struct Settings {
	LoggerSettings logger;
	StorageSettings storage;
	ServiceSettings service;
	TlsSettings tls;
	PostgresSettings postgres;
	bool cluster_enabled = false;
};

} /* namespace vecext::config */
