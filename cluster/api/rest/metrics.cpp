/*
 * metrics.cpp: the families of /metrics, with Qdrant's names.
 *
 * How many points have which named vector would take a count of the whole table;
 * collection_vectors says the collection's points for each.
 */
#include <optional>

#include "api/rest/service.h"
#include "config/version.h"
#include "model/error.h"
#include "telemetry/process.h"
#include "telemetry/prometheus.h"

namespace vecext::api::rest {

namespace {

using telemetry::Durations;
using telemetry::PrometheusText;
using telemetry::RequestKind;

struct CollectionFigures {
	std::string name;
	model::CollectionInfo info;
	size_t running = 0; /* optimizations */
};

/* Unset while they cannot be asked for. */
std::optional<std::vector<CollectionFigures>> collection_figures(dispatch::Dispatcher &dispatcher)
{
	std::vector<CollectionFigures> all;
	try {
		for (const std::string &name : dispatcher.list_collections()) {
			try {
				all.push_back({name, dispatcher.collection_info(name), dispatcher.optimizations(name).size()});
			} catch (const model::Error &error) {
				if (error.kind() != model::ErrorKind::kNotFound) /* dropped meanwhile */
					throw;
			}
		}
	} catch (const model::Error &) {
		return std::nullopt;
	}
	return all;
}

void write_app(PrometheusText &out, const Service &service)
{
	out.family("app_info", "gauge", "information about the server");
	out.sample(1, {{"name", "qdrant"}, {"version", config::kApiVersion}});
	out.single("app_status_recovery_mode", "gauge", "whether recovery mode is on",
			   service.settings.storage.recovery_mode.has_value());
	out.single("cluster_enabled", "gauge", "whether this is a node of a cluster", 0);
}

void write_collections(PrometheusText &out, const std::vector<CollectionFigures> &all)
{
	uint64_t vectors = 0;
	for (const CollectionFigures &one : all)
		vectors += one.info.points_count * (one.info.config.vectors.size() + one.info.config.sparse_vectors.size());
	out.single("collections_total", "gauge", "number of collections", static_cast<double>(all.size()));
	out.single("collections_vector_total", "gauge", "number of vectors in all collections",
			   static_cast<double>(vectors));

	out.family("collection_points", "gauge", "number of points of a collection");
	for (const CollectionFigures &one : all)
		out.sample(static_cast<double>(one.info.points_count), {{"id", one.name}});
	out.family("collection_vectors", "gauge", "number of vectors of a collection, by name");
	for (const CollectionFigures &one : all)
		for (const auto &[vector, params] : one.info.config.vectors)
			out.sample(static_cast<double>(one.info.points_count), {{"collection", one.name}, {"vector", vector}});
	out.family("collection_running_optimizations", "gauge", "index builds that are running");
	for (const CollectionFigures &one : all)
		out.sample(static_cast<double>(one.running), {{"id", one.name}});
	out.family("collection_update_queue_length", "gauge", "updates that wait");
	for (const CollectionFigures &one : all)
		out.sample(static_cast<double>(one.info.update_queue_length), {{"id", one.name}});
	if (all.empty())
		return;
	for (const char *name : {"collection_active_replicas_min", "collection_active_replicas_max"})
		out.single(name, "gauge", "active replicas of a shard", 1);
	out.family("collection_dead_replicas", "gauge", "replicas that are dead");
	for (const CollectionFigures &one : all)
		out.sample(0, {{"id", one.name}});
}

void write_memory(PrometheusText &out)
{
	const telemetry::MemoryFigures memory = telemetry::memory_figures();
	const auto gauge = [&](const char *name, const char *help, uint64_t bytes) {
		out.single(name, "gauge", help, static_cast<double>(bytes));
	};
	gauge("memory_active_bytes", "memory that the allocator has from the system", memory.active);
	gauge("memory_allocated_bytes", "memory in use by the process", memory.allocated);
	gauge("memory_metadata_bytes", "memory of the allocator itself", memory.metadata);
	gauge("memory_resident_bytes", "memory of the process in RAM", memory.resident);
	gauge("memory_retained_bytes", "memory that the allocator keeps for later", memory.retained);
}

void write_process(PrometheusText &out)
{
	const telemetry::ProcessFigures process = telemetry::process_figures();
	const auto single = [&](const char *name, const char *type, const char *help, uint64_t value) {
		out.single(name, type, help, static_cast<double>(value));
	};
	single("process_threads", "gauge", "threads of the process", process.threads);
	single("process_open_mmaps", "gauge", "memory maps of the process", process.open_mmaps);
	single("system_max_mmaps", "gauge", "memory maps that a process may have", process.max_mmaps);
	single("process_open_fds", "gauge", "open file descriptors", process.open_fds);
	single("process_max_fds", "gauge", "file descriptors that the process may have", process.max_fds);
	single("process_minor_page_faults_total", "counter", "page faults without disk access", process.minor_page_faults);
	single("process_major_page_faults_total", "counter", "page faults with disk access", process.major_page_faults);
}

using Reported = std::vector<std::pair<RequestKind, Durations>>;

Reported reported(const telemetry::RequestStatistics &requests)
{
	Reported kinds;
	for (const auto &[kind, durations] : requests.snapshot())
		if (telemetry::is_reported(kind.endpoint))
			kinds.emplace_back(kind, durations);
	return kinds;
}

/* Durations are told of successes only. */
template <class Value>
void write_duration(PrometheusText &out, const char *name, const char *help, const Reported &kinds, Value value)
{
	out.family(name, "gauge", help);
	for (const auto &[kind, durations] : kinds)
		if (kind.status == 200)
			out.sample(value(durations), {{"method", kind.method}, {"endpoint", kind.endpoint}, {"status", "200"}});
}

void write_histogram(PrometheusText &out, const RequestKind &kind, const Durations &durations)
{
	uint64_t below = 0;
	for (size_t i = 0; i <= telemetry::kDurationBounds.size(); i++) {
		below += durations.buckets[i];
		std::string bound = "+Inf";
		if (i < telemetry::kDurationBounds.size()) {
			bound = std::to_string(telemetry::kDurationBounds[i]);
			bound.erase(bound.find_last_not_of('0') + 1);
			if (bound.back() == '.')
				bound.pop_back();
		}
		out.sample(static_cast<double>(below),
				   {{"method", kind.method}, {"endpoint", kind.endpoint}, {"status", "200"}, {"le", bound}}, "_bucket");
	}
	out.sample(durations.total, {{"method", kind.method}, {"endpoint", kind.endpoint}, {"status", "200"}}, "_sum");
	out.sample(static_cast<double>(durations.count),
			   {{"method", kind.method}, {"endpoint", kind.endpoint}, {"status", "200"}}, "_count");
}

void write_requests(PrometheusText &out, const telemetry::RequestStatistics &requests)
{
	const Reported kinds = reported(requests);
	if (kinds.empty())
		return;
	out.family("rest_responses_total", "counter", "responses through the REST API");
	for (const auto &[kind, durations] : kinds)
		out.sample(static_cast<double>(durations.count),
				   {{"method", kind.method}, {"endpoint", kind.endpoint}, {"status", std::to_string(kind.status)}});
	write_duration(out, "rest_responses_avg_duration_seconds", "average duration of a response", kinds,
				   [](const Durations &d) { return d.total / static_cast<double>(d.count); });
	write_duration(out, "rest_responses_min_duration_seconds", "least duration of a response", kinds,
				   [](const Durations &d) { return d.least; });
	write_duration(out, "rest_responses_max_duration_seconds", "greatest duration of a response", kinds,
				   [](const Durations &d) { return d.most; });
	out.family("rest_responses_duration_seconds", "histogram", "durations of responses");
	for (const auto &[kind, durations] : kinds)
		if (kind.status == 200)
			write_histogram(out, kind, durations);
}

} /* namespace */

std::string metrics_text(const Service &service)
{
	PrometheusText out(service.settings.service.metrics_prefix);
	write_app(out, service);
	if (const auto collections = collection_figures(*service.dispatcher))
		write_collections(out, *collections);
	write_requests(out, *service.requests);
	write_memory(out);
	write_process(out);
	return out.take();
}

} /* namespace vecext::api::rest */
