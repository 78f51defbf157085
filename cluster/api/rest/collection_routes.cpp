/*
 * collection_routes.cpp: handlers of collections.
 */
#include "api/rest/collection_routes.h"

#include <algorithm>

#include "api/rest/decode.h"
#include "api/rest/encode.h"
#include "api/rest/handler.h"
#include "api/rest/parameters.h"
#include "model/error.h"
#include "model/names.h"

namespace vecext::api::rest {

namespace {

using auth::Need;
using dispatch::Dispatcher;
using http::Method;

Answer flag(bool value)
{
	JsonWriter out;
	out.boolean(value);
	return result(out);
}

Answer update_result(const model::UpdateResult &update)
{
	JsonWriter out;
	write_update_result(out, update);
	return result(out);
}

Answer list_collections(Dispatcher &dispatcher, const Call &call)
{
	JsonWriter out;
	out.begin_object();
	out.name("collections");
	out.begin_array();
	for (const std::string &name : dispatcher.list_collections()) {
		if (!call.access.sees(name))
			continue;
		out.begin_object();
		out.name("name");
		out.text(name);
		out.end_object();
	}
	out.end_array();
	out.end_object();
	return result(out);
}

Answer aliases_answer(const Call &call, std::vector<model::AliasDescription> aliases)
{
	std::erase_if(aliases, [&](const auto &alias) { return !call.access.sees(alias.collection); });
	JsonWriter out;
	write_aliases(out, aliases);
	return result(out);
}

Answer exists(Dispatcher &dispatcher, const Call &call)
{
	JsonWriter out;
	out.begin_object();
	out.name("exists");
	out.boolean(dispatcher.collection_exists(collection_of(call)));
	out.end_object();
	return result(out);
}

Answer info(Dispatcher &dispatcher, const Call &call)
{
	JsonWriter out;
	write_collection_info(out, dispatcher.collection_info(collection_of(call)));
	return result(out);
}

Answer cluster_info(Dispatcher &dispatcher, const Call &call, uint64_t peer_id)
{
	const auto shards = dispatcher.local_shards(collection_of(call));
	JsonWriter out;
	out.begin_object();
	out.name("peer_id");
	out.unsigned_integer(peer_id);
	out.name("shard_count");
	out.unsigned_integer(shards.size());
	out.name("local_shards");
	out.begin_array();
	for (const model::LocalShardInfo &shard : shards) {
		out.begin_object();
		out.name("shard_id");
		out.unsigned_integer(shard.shard_id);
		out.name("points_count");
		out.unsigned_integer(shard.points_count);
		out.name("state");
		out.text("Active");
		out.end_object();
	}
	out.end_array();
	for (const std::string_view list : {"remote_shards", "shard_transfers"}) {
		out.name(list);
		out.begin_array();
		out.end_array();
	}
	out.end_object();
	return result(out);
}

/* Which of the optional lists a request wants. */
std::vector<std::string> wanted_lists(const Call &call)
{
	std::vector<std::string> lists;
	const std::string *with = call.query("with");
	if (!with)
		return lists;
	for (size_t start = 0; start <= with->size();) {
		const size_t end = std::min(with->find(',', start), with->size());
		std::string word = with->substr(start, end - start);
		std::erase(word, ' ');
		if (word != "queued" && word != "completed" && word != "idle_segments")
			throw model::Error(model::ErrorKind::kMalformed,
							   "Deserialize error in query parameters: with: unknown word `" + word +
								   "`, expected `queued`, `completed` or `idle_segments`");
		lists.push_back(word);
		start = end + 1;
	}
	return lists;
}

Answer optimizations(Dispatcher &dispatcher, const Call &call)
{
	constexpr uint64_t default_limit = 16;
	const auto lists = wanted_lists(call);
	const uint64_t completed = query_integer(call, "completed_limit", 0).value_or(default_limit);
	JsonWriter out;
	write_optimizations(out, dispatcher.optimizations(collection_of(call)), lists, completed);
	return result(out);
}

void write_bytes(JsonWriter &out, uint64_t bytes)
{
	out.begin_object();
	out.name("disk_bytes");
	out.unsigned_integer(bytes);
	for (const std::string_view other : {"ram_bytes", "cached_bytes", "expected_cache_bytes"}) {
		out.name(other);
		out.unsigned_integer(0);
	}
	out.end_object();
}

uint64_t sum(const std::map<std::string, uint64_t> &sizes)
{
	uint64_t total = 0;
	for (const auto &[name, bytes] : sizes)
		total += bytes;
	return total;
}

/* PostgreSQL decides what it caches, so that only bytes on disk are known. */
Answer memory(Dispatcher &dispatcher, const Call &call)
{
	const model::StorageSizes sizes = dispatcher.storage_sizes(collection_of(call));
	JsonWriter out;
	out.begin_object();
	out.name("total");
	write_bytes(out, sum(sizes.vector_bytes) + sum(sizes.vector_index_bytes) + sum(sizes.payload_index_bytes) +
						 sizes.payload_bytes + sizes.id_index_bytes);
	out.name("vectors");
	out.begin_array();
	for (const auto &[name, bytes] : sizes.vector_bytes) {
		const auto index = sizes.vector_index_bytes.find(name);
		out.begin_object();
		out.name("name");
		out.text(name);
		out.name("storage");
		write_bytes(out, bytes);
		out.name("index");
		write_bytes(out, index == sizes.vector_index_bytes.end() ? 0 : index->second);
		out.end_object();
	}
	out.end_array();
	out.name("sparse_vectors");
	out.begin_array();
	out.end_array();
	out.name("payload");
	write_bytes(out, sizes.payload_bytes);
	out.name("payload_index");
	out.begin_array();
	for (const auto &[field, bytes] : sizes.payload_index_bytes) {
		out.begin_object();
		out.name("name");
		out.text(field);
		out.name("index");
		write_bytes(out, bytes);
		out.end_object();
	}
	out.end_array();
	out.name("other");
	out.begin_object();
	out.name("id_tracker");
	write_bytes(out, sizes.id_index_bytes);
	out.end_object();
	out.end_object();
	return result(out);
}

Answer create_index(Dispatcher &dispatcher, const Call &call)
{
	const auto create = decoded(call, decode_create_field_index);
	return update_result(
		dispatcher.create_field_index(collection_of(call), create.field, create.schema, update_params(call)));
}

Answer delete_index(Dispatcher &dispatcher, const Call &call)
{
	return update_result(
		dispatcher.delete_field_index(collection_of(call), call.path("field_name"), update_params(call)));
}

/* Of what is created; what exists may be asked for by any name. */
const std::string &new_name(const Call &call, std::string_view parameter, size_t most_bytes)
{
	const std::string &name = call.path(parameter);
	if (const auto problem = model::name_problem(name, most_bytes))
		throw model::Error(model::ErrorKind::kValidation,
						   "Validation error in path parameters: [" + std::string(parameter) + ": " + *problem + "]");
	return name;
}

Answer create_collection(Dispatcher &dispatcher, const Call &call)
{
	query_integer(call, "timeout", 1);
	const std::string &name = new_name(call, "collection_name", model::kMaxCollectionName);
	return flag(dispatcher.create_collection(name, decoded(call, decode_create_collection)));
}

Answer create_vector_name(Dispatcher &dispatcher, const Call &call)
{
	const auto config = decoded(call, decode_vector_name_config);
	return update_result(dispatcher.create_vector_name(
		collection_of(call), new_name(call, "vector_name", model::kMaxVectorName), config, update_params(call)));
}

Answer delete_vector_name(Dispatcher &dispatcher, const Call &call)
{
	return update_result(
		dispatcher.delete_vector_name(collection_of(call), call.path("vector_name"), update_params(call)));
}

[[noreturn]] Answer standalone(const Call &)
{
	throw model::Error(model::ErrorKind::kStandalone, "Qdrant is running in standalone mode");
}

/* Updates are applied when they are acknowledged: there is nothing to drop. */
Answer truncate_unapplied_wal(Dispatcher &dispatcher, const Call &call)
{
	query_flag(call, "wait", true);
	dispatcher.resolve(collection_of(call));
	return {Answer::kResult, "0", 200, "application/json"};
}

Answer list_shard_keys(Dispatcher &dispatcher, const Call &call)
{
	dispatcher.resolve(collection_of(call));
	return {Answer::kResult, "{}", 200, "application/json"};
}

} /* namespace */

std::vector<Route> collection_routes(std::shared_ptr<Dispatcher> dispatcher, uint64_t peer_id)
{
	/* Binds the dispatcher to a handler. */
	const auto with = [dispatcher](auto handler) {
		return [dispatcher, handler](const Call &call) { return handler(*dispatcher, call); };
	};
	return {
		{Method::kGet, "/collections", Need::kAnyAccess, with(list_collections)},
		{Method::kPost, "/collections/aliases", Need::kManage, with([](Dispatcher &d, const Call &call) {
			 query_integer(call, "timeout", 1);
			 return flag(d.update_aliases(decoded(call, decode_alias_actions)));
		 })},
		{Method::kGet, "/aliases", Need::kAnyAccess,
		 with([](Dispatcher &d, const Call &call) { return aliases_answer(call, d.list_aliases()); })},
		{Method::kGet, "/collections/{collection_name}", Need::kRead, with(info)},
		{Method::kPut, "/collections/{collection_name}", Need::kManage, with(create_collection)},
		{Method::kPatch, "/collections/{collection_name}", Need::kManage, with([](Dispatcher &d, const Call &call) {
			 query_integer(call, "timeout", 1);
			 return flag(d.update_collection(collection_of(call), decoded(call, decode_update_collection)));
		 })},
		{Method::kDelete, "/collections/{collection_name}", Need::kManage, with([](Dispatcher &d, const Call &call) {
			 query_integer(call, "timeout", 1);
			 return flag(d.delete_collection(collection_of(call)));
		 })},
		{Method::kGet, "/collections/{collection_name}/exists", Need::kRead, with(exists)},
		{Method::kGet, "/collections/{collection_name}/aliases", Need::kRead, with([](Dispatcher &d, const Call &call) {
			 return aliases_answer(call, d.collection_aliases(collection_of(call)));
		 })},
		{Method::kGet, "/collections/{collection_name}/optimizations", Need::kRead, with(optimizations)},
		{Method::kGet, "/collections/{collection_name}/memory", Need::kRead, with(memory)},
		{Method::kPost, "/collections/{collection_name}/truncate_unapplied_wal", Need::kManage,
		 with(truncate_unapplied_wal)},
		{Method::kPut, "/collections/{collection_name}/index", Need::kWrite, with(create_index)},
		{Method::kDelete, "/collections/{collection_name}/index/{field_name}", Need::kWrite, with(delete_index)},
		{Method::kPut, "/collections/{collection_name}/vectors/{vector_name}", Need::kWrite, with(create_vector_name)},
		{Method::kDelete, "/collections/{collection_name}/vectors/{vector_name}", Need::kWrite,
		 with(delete_vector_name)},
		{Method::kGet, "/collections/{collection_name}/cluster", Need::kRead,
		 [dispatcher, peer_id](const Call &call) { return cluster_info(*dispatcher, call, peer_id); }},
		{Method::kPost, "/collections/{collection_name}/cluster", Need::kManage, standalone},
		{Method::kGet, "/collections/{collection_name}/shards", Need::kRead, with(list_shard_keys)},
		{Method::kPut, "/collections/{collection_name}/shards", Need::kManage, standalone},
		{Method::kPost, "/collections/{collection_name}/shards/delete", Need::kManage, standalone},
	};
}

} /* namespace vecext::api::rest */
