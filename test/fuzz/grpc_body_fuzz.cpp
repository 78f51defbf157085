/*
 * grpc_body_fuzz.cpp: bytes taken for each request of the gRPC API in turn are decoded,
 * or refused with an Error and never with anything else; a payload that was accepted
 * reads back as it is. The seeds are made of the messages in corpus/grpc_body, each of
 * the type that its name tells.
 */
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/message_differencer.h>

#include <string>

#include "api/grpc/decode.h"
#include "api/grpc/encode.h"
#include "api/grpc/method.h"
#include "fuzz_target.h"
#include "model/error.h"

using namespace vecext;
using namespace vecext::api::grpc;
using namespace vecext::fuzz;

namespace {

template <class Message> bool parses(const uint8_t *data, size_t size, Message *message)
{
	google::protobuf::io::ArrayInputStream in(data, static_cast<int>(size));
	try {
		parse(*message, in);
		return true;
	} catch (const model::Error &error) {
		require(error.what()[0] != '\0', "an error says something");
		return false;
	}
}

template <class Message, class Result>
void decode_as(Result (*decode)(const Message &, const Place &), const uint8_t *data, size_t size)
{
	Message message;
	if (!parses(data, size, &message))
		return;
	try {
		decoded(message, decode);
	} catch (const model::Error &error) {
		require(error.what()[0] != '\0', "an error says something");
	}
}

pb::Struct read_back(const pb::Struct &fields)
{
	pb::Struct out;
	encode_payload(decoded(fields.fields(), decode_payload), out.mutable_fields());
	return out;
}

/* Values without a kind become null the first time. */
void check_payload(const uint8_t *data, size_t size)
{
	pb::Struct fields, payload;
	if (!parses(data, size, &fields))
		return;
	try {
		payload = read_back(fields);
	} catch (const model::Error &) {
		return;
	}
	require(google::protobuf::util::MessageDifferencer::Equals(read_back(payload), payload),
			"a payload that was accepted reads back as it is");
}

} /* namespace */

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const auto quiet = google::protobuf::SetLogHandler(nullptr); /* as the server has it */
	(void)quiet;
	const auto each = [&](auto... decoders) { (decode_as(decoders, data, size), ...); };
	each(decode_create_collection, decode_update_collection, decode_vector_name_config, decode_alias_actions,
		 decode_field_schema);
	each(decode_upsert, decode_delete, decode_update_vectors, decode_delete_vectors, decode_set_payload,
		 decode_overwrite_payload, decode_delete_payload, decode_clear_payload, decode_update_batch);
	each(decode_retrieve, decode_scroll, decode_count, decode_facet, decode_matrix, decode_consistency);
	each(decode_query, decode_query_batch, decode_query_groups, decode_search, decode_search_batch,
		 decode_search_groups, decode_recommend, decode_recommend_batch, decode_recommend_groups, decode_discover,
		 decode_discover_batch);
	check_payload(data, size);
	return 0;
}
