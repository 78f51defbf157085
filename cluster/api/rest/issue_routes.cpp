/*
 * issue_routes.cpp: /issues: payload fields whose index searches miss, each with the
 * request that creates one.
 */
#include "api/rest/handler.h"
#include "api/rest/service_routes.h"
#include "api/rest/url.h"
#include "model/config_fields.h"

namespace vecext::api::rest {

namespace {

using auth::Need;
using http::Method;
using model::UnindexedField;

void write(JsonWriter &out, std::string_view name, std::string_view value)
{
	out.name(name);
	out.text(value);
}

/* The request that creates an index of one type. */
void write_action(JsonWriter &out, const UnindexedField &field, std::string_view type)
{
	out.begin_object();
	write(out, "message",
		  "Create an index on field '" + field.field + "' of type '" + std::string(type) + "' in collection '" +
			  field.collection + "'");
	out.name("action");
	out.begin_object();
	write(out, "method", "PUT");
	write(out, "uri", "/collections/" + encode_percent(field.collection) + "/index");
	out.name("headers");
	out.begin_object();
	write(out, "content-type", "application/json");
	out.end_object();
	out.name("body");
	out.begin_object();
	write(out, "field_name", field.field);
	write(out, "field_schema", type);
	out.end_object();
	out.end_object();
	out.end_object();
}

void write_solution(JsonWriter &out, const UnindexedField &field)
{
	out.begin_object();
	if (field.types.size() == 1) {
		out.name("immediate");
		write_action(out, field, model::word_of(field.types.front()));
	} else {
		out.name("immediate_choice");
		out.begin_array();
		for (const model::PayloadFieldType type : field.types)
			write_action(out, field, model::word_of(type));
		out.end_array();
	}
	out.end_object();
}

void write_issue(JsonWriter &out, const UnindexedField &field)
{
	out.begin_object();
	write(out, "id", "UNINDEXED_FIELD/" + field.collection + "/" + field.field);
	write(out, "description",
		  "Unindexed field '" + field.field + "' is slowing down queries in collection '" + field.collection + "'");
	out.name("solution");
	write_solution(out, field);
	write(out, "timestamp", iso_time(field.seen));
	write(out, "related_collection", field.collection);
	out.end_object();
}

Answer issues(dispatch::Dispatcher &dispatcher, const Call &call)
{
	JsonWriter out;
	out.begin_object();
	out.name("issues");
	out.begin_array();
	for (const UnindexedField &field : dispatcher.issues())
		if (call.access.sees(field.collection))
			write_issue(out, field);
	out.end_array();
	out.end_object();
	return result(out);
}

Answer clear_issues(dispatch::Dispatcher &dispatcher)
{
	dispatcher.clear_issues();
	JsonWriter out;
	out.boolean(true);
	return result(out);
}

} /* namespace */

std::vector<Route> issue_routes(std::shared_ptr<const Service> service)
{
	return {
		{Method::kGet, "/issues", Need::kAnyAccess,
		 [service](const Call &call) { return issues(*service->dispatcher, call); }},
		{Method::kDelete, "/issues", Need::kManage,
		 [service](const Call &) { return clear_issues(*service->dispatcher); }},
	};
}

} /* namespace vecext::api::rest */
