/*
 * quota_routes.cpp: /quotas: how much of the node may be in use, and how much is.
 */
#include "api/rest/encode.h"
#include "api/rest/handler.h"
#include "api/rest/parameters.h"
#include "api/rest/service_routes.h"

namespace vecext::api::rest {

namespace {

using auth::Need;
using http::Method;
using Percent = std::optional<uint8_t>;

void write_percent(JsonWriter &out, std::string_view name, const Percent &percent)
{
	out.name(name);
	if (percent)
		out.unsigned_integer(*percent);
	else
		out.null();
}

Percent percent_between(const Node &object, std::string_view name, uint64_t least, Percent when_absent)
{
	if (!object.has(name))
		return when_absent;
	const auto field = object.field(name);
	return field ? Percent(static_cast<uint8_t>(field->between(least, 100))) : std::nullopt;
}

model::QuotaConfig decode_quota(const Node &root)
{
	model::QuotaConfig config;
	config.enabled = optional_bool(root, "enabled").value_or(false);
	config.max_resident_memory_percent = percent_between(root, "max_resident_memory_percent", 1, std::nullopt);
	config.max_disk_usage_percent = percent_between(root, "max_disk_usage_percent", 1, std::nullopt);
	config.release_margin_percent = percent_between(root, "release_margin_percent", 0, config.release_margin_percent);
	return config;
}

Answer quotas(dispatch::Dispatcher &dispatcher)
{
	const model::QuotaUsage usage = dispatcher.quota_usage();
	JsonWriter out;
	out.begin_object();
	out.name("config");
	write_quota_config(out, dispatcher.quota_config());
	out.name("usage");
	out.begin_object();
	write_percent(out, "resident_memory_percent", usage.resident_memory_percent);
	write_percent(out, "disk_usage_percent", usage.disk_usage_percent);
	out.end_object();
	out.end_object();
	return result(out);
}

/* `wait` is accepted: the quota holds when the answer is sent. */
Answer change_quotas(dispatch::Dispatcher &dispatcher, const Call &call)
{
	query_flag(call, "wait", false);
	dispatcher.set_quota_config(decoded(call, decode_quota));
	JsonWriter out;
	out.boolean(true);
	return result(out);
}

} /* namespace */

void write_quota_config(JsonWriter &out, const model::QuotaConfig &config)
{
	out.begin_object();
	out.name("enabled");
	out.boolean(config.enabled);
	write_percent(out, "max_resident_memory_percent", config.max_resident_memory_percent);
	write_percent(out, "max_disk_usage_percent", config.max_disk_usage_percent);
	write_percent(out, "release_margin_percent", config.release_margin_percent);
	out.end_object();
}

std::vector<Route> quota_routes(std::shared_ptr<const Service> service)
{
	return {
		{Method::kGet, "/quotas", Need::kGlobalRead, [service](const Call &) { return quotas(*service->dispatcher); }},
		{Method::kPut, "/quotas", Need::kManage,
		 [service](const Call &call) { return change_quotas(*service->dispatcher, call); }},
	};
}

} /* namespace vecext::api::rest */
