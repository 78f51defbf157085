/*
 * metrics.cpp: the families of /metrics, with Qdrant's names.
 *
 * How many points have which named vector would take a count of the whole table;
 * collection_vectors says the collection's points for each.
 */
#include <prometheus/collectable.h>

#include <optional>

#include "api/rest/service.h"
#include "config/version.h"
#include "model/error.h"
#include "telemetry/process.h"
#include "telemetry/prometheus.h"

namespace vecext::api::rest {

namespace {

using prometheus::MetricFamily;
using telemetry::add;
using telemetry::Api;
using telemetry::counter;
using telemetry::counters;
using telemetry::Durations;
using telemetry::Families;
using telemetry::gauge;
using telemetry::gauges;
using telemetry::histograms;
using telemetry::MetricLabels;
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
				all.push_back({name, dispatcher.collection_info(name), dispatcher.optimizations(name).running.size()});
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

void append(Families &to, Families &&more)
{
	std::move(more.begin(), more.end(), std::back_inserter(to));
}

/* ---- the process ---- */

Families app_families(const config::Settings &settings)
{
	MetricFamily info = gauges("app_info", "information about the server");
	add(info, 1, {{"name", "qdrant"}, {"version", std::string(config::kApiVersion)}});
	return {
		info,
		gauge("app_status_recovery_mode", "whether recovery mode is on", settings.storage.recovery_mode.has_value()),
		gauge("cluster_enabled", "whether this is a node of a cluster", 0)};
}

Families quota_families(const model::QuotaExceeded &exceeded)
{
	MetricFamily family = gauges("quota_exceeded", "whether a resource is over its quota");
	add(family, exceeded.resident_memory, {{"resource", "resident_memory"}});
	add(family, exceeded.disk_usage, {{"resource", "disk_usage"}});
	return {family};
}

Families memory_families()
{
	const telemetry::MemoryFigures memory = telemetry::memory_figures();
	return {gauge("memory_active_bytes", "memory that the allocator has from the system", memory.active),
			gauge("memory_allocated_bytes", "memory in use by the process", memory.allocated),
			gauge("memory_metadata_bytes", "memory of the allocator itself", memory.metadata),
			gauge("memory_resident_bytes", "memory of the process in RAM", memory.resident),
			gauge("memory_retained_bytes", "memory that the allocator keeps for later", memory.retained)};
}

Families process_families()
{
	const telemetry::ProcessFigures process = telemetry::process_figures();
	return {gauge("process_threads", "threads of the process", process.threads),
			gauge("process_open_mmaps", "memory maps of the process", process.open_mmaps),
			gauge("system_max_mmaps", "memory maps that a process may have", process.max_mmaps),
			gauge("process_open_fds", "open file descriptors", process.open_fds),
			gauge("process_max_fds", "file descriptors that the process may have", process.max_fds),
			counter("process_minor_page_faults_total", "page faults without disk access", process.minor_page_faults),
			counter("process_major_page_faults_total", "page faults with disk access", process.major_page_faults)};
}

/* ---- collections ---- */

uint64_t vectors_in(const CollectionFigures &one)
{
	return one.info.points_count * (one.info.config.vectors.size() + one.info.config.sparse_vectors.size());
}

/* A family with a value for each collection, labelled "id". */
template <class Value>
MetricFamily by_id(const char *name, const char *help, const std::vector<CollectionFigures> &all, Value value)
{
	MetricFamily family = gauges(name, help);
	for (const CollectionFigures &one : all)
		add(family, static_cast<double>(value(one)), {{"id", one.name}});
	return family;
}

/* A family with a value for each vector of each collection. */
template <class Value>
MetricFamily by_vector(const char *name, const char *help, const char *label, const std::vector<CollectionFigures> &all,
					   Value value)
{
	MetricFamily family = gauges(name, help);
	for (const CollectionFigures &one : all)
		for (const auto &[vector, params] : one.info.config.vectors)
			add(family, static_cast<double>(value(one)), {{label, one.name}, {"vector", vector}});
	return family;
}

Families collection_families(const std::vector<CollectionFigures> &all)
{
	using Figures = const CollectionFigures &;
	const auto zero = [](Figures) { return 0; };
	uint64_t vectors = 0;
	for (const CollectionFigures &one : all)
		vectors += vectors_in(one);
	Families families{
		gauge("collections_total", "number of collections", all.size()),
		gauge("collections_vector_total", "number of vectors in all collections", vectors),
		by_id("collection_points", "number of points of a collection", all,
			  [](Figures one) { return one.info.points_count; }),
		by_vector("collection_vectors", "number of vectors of a collection, by name", "collection", all,
				  [](Figures one) { return one.info.points_count; }),
		by_vector("collection_indexed_only_excluded_points", "points that indexed_only searches leave out", "id", all,
				  zero),
		by_id("collection_running_optimizations", "index builds that are running", all,
			  [](Figures one) { return one.running; }),
		by_id("collection_update_queue_length", "updates that wait", all,
			  [](Figures one) { return one.info.update_queue_length; }),
		by_id("collection_dead_replicas", "replicas that are dead", all, zero),
	};
	if (!all.empty())
		append(families, {gauge("collection_active_replicas_min", "least number of active replicas of a shard", 1),
						  gauge("collection_active_replicas_max", "greatest number of active replicas of a shard", 1)});
	return families;
}

/* ---- requests ---- */

struct Reported {
	RequestKind kind;
	Durations durations;
	std::string collection; /* "" for all */

	MetricLabels labels() const
	{
		MetricLabels all;
		if (kind.api() == Api::kRest)
			all.push_back({"method", std::string(kind.method)});
		all.push_back({"endpoint", std::string(kind.endpoint)});
		all.push_back({"status", std::to_string(kind.status)});
		if (!collection.empty())
			all.push_back({"collection", collection});
		return all;
	}
};

void add_reported(std::vector<Reported> &to, const telemetry::RequestKinds &kinds, const std::string &collection)
{
	for (const auto &[kind, durations] : kinds)
		if (telemetry::is_reported(kind.endpoint))
			to.push_back({kind, durations, collection});
}

/* By collection only what succeeded is known; failures stay together. */
std::vector<Reported> reported(const telemetry::RequestStatistics &requests, Api api, bool per_collection)
{
	std::vector<Reported> all;
	telemetry::RequestKinds together = requests.snapshot(api);
	if (per_collection) {
		std::erase_if(together, [](const auto &entry) { return telemetry::is_success(entry.first); });
		for (const auto &[collection, kinds] : requests.by_collection(api))
			add_reported(all, kinds, collection);
	}
	add_reported(all, together, "");
	return all;
}

/* Durations are told of successes only. */
template <class Value>
MetricFamily duration_family(MetricFamily family, const std::vector<Reported> &requests, Value value)
{
	for (const Reported &request : requests)
		if (request.kind.status == (request.kind.api() == Api::kRest ? 200 : 0))
			add(family, value(request.durations), request.labels());
	return family;
}

/* `api` begins the names: "rest". */
Families request_families(const std::string &api, const std::vector<Reported> &requests)
{
	const std::string responses = api + "_responses";
	MetricFamily total = counters(responses + "_total", "responses through this API");
	for (const Reported &request : requests)
		add(total, static_cast<double>(request.durations.count), request.labels());
	return {
		total,
		duration_family(gauges(responses + "_avg_duration_seconds", "average duration of a response"), requests,
						[](const Durations &d) { return d.total / static_cast<double>(d.count); }),
		duration_family(gauges(responses + "_min_duration_seconds", "least duration of a response"), requests,
						[](const Durations &d) { return d.least; }),
		duration_family(gauges(responses + "_max_duration_seconds", "greatest duration of a response"), requests,
						[](const Durations &d) { return d.most; }),
		duration_family(histograms(responses + "_duration_seconds", "durations of responses"), requests,
						[](const Durations &d) -> const Durations & { return d; }),
	};
}

class NodeMetrics final : public prometheus::Collectable {
public:
	NodeMetrics(const Service &service, bool per_collection) : service_(service), per_collection_(per_collection) {}

	Families Collect() const override
	{
		Families families = app_families(service_.settings);
		if (const auto collections = collection_figures(*service_.dispatcher))
			append(families, collection_families(*collections));
		append(families, request_families("rest", reported(*service_.requests, Api::kRest, per_collection_)));
		append(families, request_families("grpc", reported(*service_.requests, Api::kGrpc, per_collection_)));
		append(families, quota_families(service_.dispatcher->quota_exceeded()));
		append(families, memory_families());
		append(families, process_families());
		return families;
	}

private:
	const Service &service_;
	const bool per_collection_;
};

} /* namespace */

std::string metrics_text(const Service &service, bool per_collection)
{
	return telemetry::prometheus_text(NodeMetrics(service, per_collection).Collect(),
									  service.settings.service.metrics_prefix);
}

} /* namespace vecext::api::rest */
