/*
 * service_routes.cpp: version, health, metrics, telemetry, logger, cluster.
 */
#include "api/rest/service_routes.h"

#include <atomic>

#include "api/rest/handler.h"
#include "api/rest/parameters.h"
#include "config/load.h"
#include "config/version.h"
#include "logging/log.h"

namespace vecext::api::rest {

namespace {

using auth::Need;
using http::Method;

Answer plain(std::string text, unsigned status = 200)
{
	return {Answer::kBare, std::move(text), status, "text/plain; charset=utf-8"};
}

Answer json(std::string text)
{
	return {Answer::kResult, std::move(text), 200, "application/json"};
}

Answer version(const Call &)
{
	JsonWriter out;
	out.begin_object();
	out.name("title");
	out.text(config::kTitle);
	out.name("version");
	out.text(config::kApiVersion);
	out.end_object();
	return {Answer::kBare, out.take(), 200, "application/json"};
}

Answer alive(const Call &)
{
	return plain("healthz check passed");
}

/* Once ready it stays so. */
class Readiness {
public:
	explicit Readiness(std::shared_ptr<const Service> service) : service_(std::move(service)) {}

	Answer operator()(const Call &)
	{
		if (!*ready_)
			*ready_ = is_ready();
		return *ready_ ? plain("all shards are ready") : plain("some shards are not ready", 503);
	}

private:
	bool is_ready() const
	{
		try {
			return service_->dispatcher->is_ready();
		} catch (const model::Error &) {
			return false;
		}
	}

	std::shared_ptr<const Service> service_;
	std::shared_ptr<std::atomic<bool>> ready_ = std::make_shared<std::atomic<bool>>(false);
};

Answer telemetry(const Service &service, const Call &call)
{
	TelemetryOptions options;
	options.details_level = query_integer(call, "details_level", 0).value_or(0);
	options.anonymize = query_flag(call, "anonymize", false);
	query_integer(call, "timeout", 1);
	return json(telemetry_json(service, call.access, options));
}

Answer cluster_status(const Call &)
{
	return json(R"({"status":"disabled"})");
}

const char *format_name(config::LogFormat format)
{
	return format == config::LogFormat::kJson ? "json" : "text";
}

Answer logger_config(const Call &)
{
	const config::LoggerSettings settings = logging::current();
	JsonWriter out;
	out.begin_object();
	out.name("log_level");
	out.text(settings.log_level);
	out.name("format");
	out.text(format_name(settings.format));
	out.name("on_disk");
	out.begin_object();
	out.name("enabled");
	out.boolean(settings.on_disk.enabled);
	out.name("log_file");
	out.text(settings.on_disk.log_file);
	out.name("log_level");
	out.text(settings.on_disk.log_level.empty() ? settings.log_level : settings.on_disk.log_level);
	out.name("format");
	out.text(format_name(settings.on_disk.format));
	out.end_object();
	out.end_object();
	return result(out);
}

void read_format(const Node &object, config::LogFormat &format)
{
	if (const auto field = object.field("format"))
		format = field->word({"text", "json"}) == 1 ? config::LogFormat::kJson : config::LogFormat::kText;
}

config::LoggerSettings decode_logger(const Node &root)
{
	config::LoggerSettings settings = logging::current();
	settings.log_level = optional_text(root, "log_level").value_or(settings.log_level);
	read_format(root, settings.format);
	if (const auto disk = root.field("on_disk")) {
		settings.on_disk.enabled = optional_bool(*disk, "enabled").value_or(settings.on_disk.enabled);
		settings.on_disk.log_file = optional_text(*disk, "log_file").value_or(settings.on_disk.log_file);
		settings.on_disk.log_level = optional_text(*disk, "log_level").value_or(settings.on_disk.log_level);
		read_format(*disk, settings.on_disk.format);
	}
	return settings;
}

Answer change_logger(const Call &call)
{
	try {
		logging::set_up(decoded(call, decode_logger));
	} catch (const config::ConfigError &error) {
		throw model::wrong_input(error.what());
	}
	return json("true");
}

bool works_in_recovery(const Route &route)
{
	constexpr std::string_view collection = "/collections/{collection_name}";
	if (!route.pattern.starts_with(collection) || route.pattern.ends_with("/exists") ||
		route.pattern.ends_with("/aliases"))
		return true;
	return route.pattern == collection && route.method == Method::kDelete;
}

} /* namespace */

std::vector<Route> metrics_routes(std::shared_ptr<const Service> service)
{
	return {{Method::kGet, "/metrics", Need::kGlobalRead, [service](const Call &call) {
				 query_flag(call, "anonymize", false);
				 query_integer(call, "timeout", 1);
				 return plain(metrics_text(*service, query_flag(call, "per_collection", false)));
			 }}};
}

std::vector<Route> service_routes(std::shared_ptr<const Service> service)
{
	std::vector<Route> routes{
		{Method::kGet, "/", Need::kNothing, version},
		{Method::kGet, "/healthz", Need::kNothing, alive},
		{Method::kGet, "/livez", Need::kNothing, alive},
		{Method::kGet, "/readyz", Need::kNothing, Readiness(service)},
		{Method::kGet, "/telemetry", Need::kAnyAccess,
		 [service](const Call &call) { return telemetry(*service, call); }},
		{Method::kGet, "/cluster", Need::kGlobalRead, cluster_status},
		{Method::kGet, "/logger", Need::kGlobalRead, logger_config},
		{Method::kPost, "/logger", Need::kManage, change_logger},
	};
	for (const std::vector<Route> &more :
		 {metrics_routes(service), quota_routes(service), issue_routes(service), unsupported_routes()})
		routes.insert(routes.end(), more.begin(), more.end());
	return routes;
}

void restrict_to_recovery(std::vector<Route> &routes, const std::string &text)
{
	for (Route &route : routes)
		if (!works_in_recovery(route))
			route.handle = [text](const Call &) -> Answer { throw model::internal(text); };
}

} /* namespace vecext::api::rest */
