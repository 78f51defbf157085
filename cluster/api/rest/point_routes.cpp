/*
 * point_routes.cpp: handlers of points. Each decodes, checks that a second
 * collection that the request names may be read, calls the dispatcher, encodes.
 */
#include "api/rest/point_routes.h"

#include "api/common/lookup_access.h"
#include "api/rest/decode.h"
#include "api/rest/encode.h"
#include "api/rest/handler.h"
#include "api/rest/parameters.h"
#include "model/error.h"

namespace vecext::api::rest {

namespace {

using auth::Need;
using dispatch::Dispatcher;
using http::Method;

/* A handler of one kind of update. */
template <class Decode> auto update(Decode decode)
{
	return [decode](Dispatcher &dispatcher, const Call &call) {
		model::UpdateOperation operation = decoded(call, decode);
		JsonWriter out;
		write_update_result(out, dispatcher.update(collection_of(call), std::move(operation), update_params(call)));
		return result(out);
	};
}

Answer update_batch(Dispatcher &dispatcher, const Call &call)
{
	auto operations = decoded(call, decode_update_batch);
	JsonWriter out;
	out.begin_array();
	for (const auto &update : dispatcher.update_batch(collection_of(call), std::move(operations), update_params(call)))
		write_update_result(out, update);
	out.end_array();
	return result(out);
}

Answer get_point(Dispatcher &dispatcher, const Call &call)
{
	const std::string &text = call.path("id");
	const auto id = model::parse_point_id(text);
	if (!id)
		throw model::Error(model::ErrorKind::kMalformed,
						   "Deserialize error in path parameters: `" + text + "` is not a valid point ID");
	model::RetrieveRequest request;
	request.ids = {*id};
	request.with_payload.kind = model::PayloadSelection::kAll;
	request.with_vectors.kind = model::VectorSelection::kAll;
	const auto records = dispatcher.retrieve(collection_of(call), request, read_params(call));
	if (records.empty())
		throw model::not_found("Point with id " + text + " does not exists!");
	JsonWriter out;
	write_record(out, records.front());
	return result(out);
}

Answer retrieve(Dispatcher &dispatcher, const Call &call)
{
	const auto request = decoded(call, decode_retrieve);
	JsonWriter out;
	out.begin_array();
	for (const auto &record : dispatcher.retrieve(collection_of(call), request, read_params(call)))
		write_record(out, record);
	out.end_array();
	return result(out);
}

Answer scroll(Dispatcher &dispatcher, const Call &call)
{
	const auto request = decoded(call, decode_scroll);
	JsonWriter out;
	write_scroll_result(out, dispatcher.scroll(collection_of(call), request, read_params(call)));
	return result(out);
}

Answer count(Dispatcher &dispatcher, const Call &call)
{
	const auto request = decoded(call, decode_count);
	JsonWriter out;
	out.begin_object();
	out.name("count");
	out.unsigned_integer(dispatcher.count(collection_of(call), request, read_params(call)));
	out.end_object();
	return result(out);
}

Answer facet(Dispatcher &dispatcher, const Call &call)
{
	const auto request = decoded(call, decode_facet);
	JsonWriter out;
	write_facet_hits(out, dispatcher.facet(collection_of(call), request, read_params(call)));
	return result(out);
}

/* The universal query answers {"points": [...]}, the older calls a bare list. */
enum class Shape : uint8_t { kPoints, kList };

void write_hits(JsonWriter &out, const std::vector<model::ScoredPoint> &points, Shape shape)
{
	if (shape == Shape::kList) {
		write_scored_points(out, points);
		return;
	}
	out.begin_object();
	out.name("points");
	write_scored_points(out, points);
	out.end_object();
}

template <class Decode> auto search(Decode decode, Shape shape)
{
	return [decode, shape](Dispatcher &dispatcher, const Call &call) {
		const model::QueryRequest request = decoded(call, decode);
		require_lookups(call.access, request);
		JsonWriter out;
		write_hits(out, dispatcher.query(collection_of(call), request, read_params(call)), shape);
		return result(out);
	};
}

auto search_batch(model::QueryRequest (*decode_one)(const Node &), Shape shape)
{
	return [decode_one, shape](Dispatcher &dispatcher, const Call &call) {
		const auto requests =
			decoded(call, [decode_one](const Node &node) { return decode_searches(node, decode_one); });
		for (const model::QueryRequest &request : requests)
			require_lookups(call.access, request);
		JsonWriter out;
		out.begin_array();
		for (const auto &points : dispatcher.query_batch(collection_of(call), requests, read_params(call)))
			write_hits(out, points, shape);
		out.end_array();
		return result(out);
	};
}

template <class Decode> auto groups(Decode decode)
{
	return [decode](Dispatcher &dispatcher, const Call &call) {
		const model::QueryGroupsRequest request = decoded(call, decode);
		require_lookups(call.access, request);
		JsonWriter out;
		write_groups(out, dispatcher.query_groups(collection_of(call), request, read_params(call)));
		return result(out);
	};
}

template <class Write> auto matrix(Write write)
{
	return [write](Dispatcher &dispatcher, const Call &call) {
		const model::MatrixRequest request = decoded(call, decode_matrix);
		JsonWriter out;
		write(out, dispatcher.search_matrix(collection_of(call), request, read_params(call)));
		return result(out);
	};
}

} /* namespace */

std::vector<Route> point_routes(std::shared_ptr<Dispatcher> dispatcher)
{
	const auto with = [dispatcher](auto handler) {
		return [dispatcher, handler](const Call &call) { return handler(*dispatcher, call); };
	};
	const auto read = [&](Method method, std::string_view pattern, auto handler) {
		return Route{method, pattern, Need::kRead, with(handler)};
	};
	const auto write = [&](Method method, std::string_view pattern, auto handler) {
		return Route{method, pattern, Need::kPointsWrite, with(handler)};
	};
	return {
		write(Method::kPut, "/collections/{collection_name}/points", update(decode_upsert)),
		write(Method::kPost, "/collections/{collection_name}/points/batch", update_batch),
		write(Method::kPost, "/collections/{collection_name}/points/delete", update(decode_delete)),
		write(Method::kPut, "/collections/{collection_name}/points/vectors", update(decode_update_vectors)),
		write(Method::kPost, "/collections/{collection_name}/points/vectors/delete", update(decode_delete_vectors)),
		write(Method::kPost, "/collections/{collection_name}/points/payload", update(decode_set_payload)),
		write(Method::kPut, "/collections/{collection_name}/points/payload", update(decode_overwrite_payload)),
		write(Method::kPost, "/collections/{collection_name}/points/payload/delete", update(decode_delete_payload)),
		write(Method::kPost, "/collections/{collection_name}/points/payload/clear", update(decode_clear_payload)),
		read(Method::kPost, "/collections/{collection_name}/points", retrieve),
		read(Method::kPost, "/collections/{collection_name}/points/scroll", scroll),
		read(Method::kPost, "/collections/{collection_name}/points/count", count),
		read(Method::kPost, "/collections/{collection_name}/facet", facet),
		read(Method::kPost, "/collections/{collection_name}/points/query",
			 search(decode_query_request, Shape::kPoints)),
		read(Method::kPost, "/collections/{collection_name}/points/query/batch",
			 search_batch(decode_query_request, Shape::kPoints)),
		read(Method::kPost, "/collections/{collection_name}/points/query/groups", groups(decode_query_groups)),
		read(Method::kPost, "/collections/{collection_name}/points/search", search(decode_search, Shape::kList)),
		read(Method::kPost, "/collections/{collection_name}/points/search/batch",
			 search_batch(decode_search, Shape::kList)),
		read(Method::kPost, "/collections/{collection_name}/points/search/groups", groups(decode_search_groups)),
		read(Method::kPost, "/collections/{collection_name}/points/search/matrix/pairs", matrix(write_matrix_pairs)),
		read(Method::kPost, "/collections/{collection_name}/points/search/matrix/offsets",
			 matrix(write_matrix_offsets)),
		read(Method::kPost, "/collections/{collection_name}/points/recommend", search(decode_recommend, Shape::kList)),
		read(Method::kPost, "/collections/{collection_name}/points/recommend/batch",
			 search_batch(decode_recommend, Shape::kList)),
		read(Method::kPost, "/collections/{collection_name}/points/recommend/groups", groups(decode_recommend_groups)),
		read(Method::kPost, "/collections/{collection_name}/points/discover", search(decode_discover, Shape::kList)),
		read(Method::kPost, "/collections/{collection_name}/points/discover/batch",
			 search_batch(decode_discover, Shape::kList)),
		read(Method::kGet, "/collections/{collection_name}/points/{id}", get_point),
	};
}

} /* namespace vecext::api::rest */
