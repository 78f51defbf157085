/*
 * telemetry_report.cpp: the result of /telemetry. It goes to who asks, nowhere else.
 */
#include <algorithm>
#include <ctime>
#include <functional>
#include <thread>

#include "api/rest/encode.h"
#include "api/rest/json_writer.h"
#include "api/rest/service.h"
#include "config/version.h"
#include "model/error.h"
#include "telemetry/process.h"

namespace vecext::api::rest {

namespace {

class Report {
public:
	Report(const Service &service, const auth::Access &access, const TelemetryOptions &options)
		: service_(service), access_(access), options_(options)
	{
	}

	std::string write()
	{
		out_.begin_object();
		out_.text("id", service_.id);
		write_app();
		write_collections();
		if (access_.global() != auth::GlobalAccess::kNone) {
			out_.name("cluster");
			out_.raw(R"({"enabled":false})");
			if (at_least(1))
				write_whole_node();
		}
		out_.end_object();
		return out_.take();
	}

private:
	bool at_least(uint64_t level) const { return options_.details_level >= level; }

	/* A name that tells nothing, but is the same each time. */
	std::string shown(const std::string &name) const
	{
		return options_.anonymize ? std::to_string(std::hash<std::string>()(name)) : name;
	}

	void write_app()
	{
		out_.name("app");
		out_.begin_object();
		out_.text("name", "qdrant");
		out_.text("version", config::kApiVersion);
		if (at_least(1)) {
			write_features();
			write_system();
			out_.boolean("jwt_rbac", service_.settings.service.jwt_rbac);
		}
		out_.text("startup", iso_time(service_.started));
		out_.end_object();
	}

	void write_features()
	{
		out_.name("features");
		out_.begin_object();
		for (const char *absent : {"debug", "service_debug_feature", "gpu", "rocksdb", "staging"})
			out_.boolean(absent, false);
		out_.boolean("recovery_mode", service_.settings.storage.recovery_mode.has_value());
		out_.end_object();
	}

	void write_system()
	{
		out_.name("system");
		out_.begin_object();
		out_.boolean("is_docker", false);
		out_.unsigned_integer("cores", std::max(std::thread::hardware_concurrency(), 1u));
		out_.unsigned_integer("ram_size", telemetry::memory_limit_bytes() / 1024);
		out_.unsigned_integer("disk_size", telemetry::disk_usage(service_.settings.storage.storage_path).total / 1024);
		out_.text("cpu_flags", "");
		out_.text("cpu_endian", "little");
		out_.end_object();
	}

	void write_collections()
	{
		const std::vector<std::string> names = visible_collections(service_, access_);
		out_.name("collections");
		out_.begin_object();
		out_.unsigned_integer("number_of_collections", names.size());
		if (service_.settings.storage.max_collections)
			out_.unsigned_integer("max_collections", *service_.settings.storage.max_collections);
		if (at_least(1)) {
			out_.name("collections");
			out_.begin_array();
			for (const std::string &name : names)
				write_collection(name);
			out_.end_array();
		}
		out_.end_object();
	}

	void write_collection(const std::string &name)
	{
		model::CollectionInfo info;
		try {
			info = service_.dispatcher->collection_info(name);
		} catch (const model::Error &error) {
			if (error.kind() == model::ErrorKind::kNotFound) /* dropped meanwhile */
				return;
			throw;
		}
		out_.begin_object();
		if (at_least(2)) {
			out_.text("id", shown(name));
			out_.name("config");
			write_collection_config(out_, info.config);
			if (at_least(3))
				write_shards(name, info);
		} else {
			out_.unsigned_integer("vectors", info.points_count * info.config.vectors.size());
			out_.name("optimizers_status");
			write_optimizer_status(out_, info.optimizer_error);
			out_.name("params");
			write_collection_params(out_, info.config);
		}
		out_.end_object();
	}

	void write_shards(const std::string &name, const model::CollectionInfo &info)
	{
		out_.name("shards");
		out_.begin_array();
		for (const model::LocalShardInfo &shard : service_.dispatcher->local_shards(name)) {
			out_.begin_object();
			out_.unsigned_integer("id", shard.shard_id);
			out_.name("local");
			out_.begin_object();
			out_.text("variant_name", "local shard");
			out_.unsigned_integer("total_optimized_points", shard.points_count);
			out_.unsigned_integer("num_points", shard.points_count);
			out_.unsigned_integer("num_vectors", shard.points_count * info.config.vectors.size());
			out_.end_object();
			out_.name("remote");
			out_.raw("[]");
			out_.name("replicate_states");
			out_.raw("{}");
			out_.end_object();
		}
		out_.end_array();
	}

	void write_whole_node()
	{
		write_requests();
		write_memory();
		out_.name("hardware");
		out_.raw(R"({"collection_data":{}})");
		write_quota();
	}

	void write_quota()
	{
		const model::QuotaExceeded exceeded = service_.dispatcher->quota_exceeded();
		out_.name("quota");
		out_.begin_object();
		out_.name("config");
		write_quota_config(out_, service_.dispatcher->quota_config());
		out_.name("exceeded");
		out_.begin_object();
		out_.boolean("resident_memory", exceeded.resident_memory);
		out_.boolean("disk_usage", exceeded.disk_usage);
		out_.end_object();
		out_.end_object();
	}

	void write_requests()
	{
		out_.name("requests");
		out_.begin_object();
		write_responses("rest", telemetry::Api::kRest);
		write_responses("grpc", telemetry::Api::kGrpc);
		out_.end_object();
	}

	/* "POST /collections/{collection_name}/points/search": {"200": {...}};
	 * "/qdrant.Points/Search": {"0": {...}} */
	void write_responses(std::string_view name, telemetry::Api api)
	{
		out_.name(name);
		out_.begin_object();
		out_.name("responses");
		out_.begin_object();
		write_endpoints(service_.requests->snapshot(api));
		out_.end_object();
		out_.end_object();
	}

	/* In the map's order the statuses of an endpoint follow each other. */
	void write_endpoints(const std::map<telemetry::RequestKind, telemetry::Durations> &kinds)
	{
		std::string open;
		for (const auto &[kind, durations] : kinds) {
			const std::string method(kind.method),
				endpoint = method + (method.empty() ? "" : " ") + std::string(kind.endpoint);
			if (endpoint != open) {
				if (!open.empty())
					out_.end_object();
				out_.name(endpoint);
				out_.begin_object();
				open = endpoint;
			}
			out_.name(std::to_string(kind.status));
			write_durations(durations);
		}
		if (!open.empty())
			out_.end_object();
	}

	void write_durations(const telemetry::Durations &durations)
	{
		constexpr double kMicros = 1e6;
		out_.begin_object();
		out_.unsigned_integer("count", durations.count);
		out_.name("avg_duration_micros");
		out_.number(durations.total / static_cast<double>(durations.count) * kMicros);
		out_.name("min_duration_micros");
		out_.number(durations.least * kMicros);
		out_.name("max_duration_micros");
		out_.number(durations.most * kMicros);
		out_.unsigned_integer("total_duration_micros", static_cast<uint64_t>(durations.total * kMicros));
		out_.text("last_responded", iso_time(durations.last));
		out_.end_object();
	}

	void write_memory()
	{
		const telemetry::MemoryFigures memory = telemetry::memory_figures();
		out_.name("memory");
		out_.begin_object();
		out_.unsigned_integer("active_bytes", memory.active);
		out_.unsigned_integer("allocated_bytes", memory.allocated);
		out_.unsigned_integer("metadata_bytes", memory.metadata);
		out_.unsigned_integer("resident_bytes", memory.resident);
		out_.unsigned_integer("retained_bytes", memory.retained);
		out_.end_object();
	}

	const Service &service_;
	const auth::Access &access_;
	const TelemetryOptions options_;
	JsonWriter out_;
};

} /* namespace */

std::vector<std::string> visible_collections(const Service &service, const auth::Access &access)
{
	std::vector<std::string> names = service.dispatcher->list_collections();
	std::erase_if(names, [&](const std::string &name) { return !access.sees(name); });
	return names;
}

std::string iso_time(std::chrono::system_clock::time_point time)
{
	const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
	const time_t seconds = micros / 1000000;
	tm parts{};
	gmtime_r(&seconds, &parts);
	char text[48];
	const size_t length = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text + length, sizeof(text) - length, ".%06dZ", static_cast<int>(micros % 1000000));
	return text;
}

std::string telemetry_json(const Service &service, const auth::Access &access, const TelemetryOptions &options)
{
	return Report(service, access, options).write();
}

} /* namespace vecext::api::rest */
