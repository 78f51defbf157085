/*
 * rest_body_fuzz.cpp: a body of any bytes is decoded, or refused with an Error and
 * never with anything else; a payload that was accepted reads back as it is. Input:
 * a byte for the kind of request, then the body.
 */
#include <string>

#include "api/rest/decode.h"
#include "fuzz_target.h"
#include "model/error.h"

using namespace vecext;
using namespace vecext::api::rest;
using namespace vecext::fuzz;

namespace {

/* What a route does with its body, the result dropped. */
template <class Decode> void (*discarding(Decode))(const Node &)
{
	return [](const Node &node) { Decode()(node); };
}

#define DECODER(function) discarding([](const Node &node) { function(node); })

void (*const kDecoders[])(const Node &) = {
	DECODER(decode_create_collection),
	DECODER(decode_update_collection),
	DECODER(decode_vector_name_config),
	DECODER(decode_alias_actions),
	DECODER(decode_create_field_index),
	DECODER(decode_upsert),
	DECODER(decode_delete),
	DECODER(decode_set_payload),
	DECODER(decode_overwrite_payload),
	DECODER(decode_delete_payload),
	DECODER(decode_clear_payload),
	DECODER(decode_update_vectors),
	DECODER(decode_delete_vectors),
	DECODER(decode_update_batch),
	DECODER(decode_retrieve),
	DECODER(decode_scroll),
	DECODER(decode_count),
	DECODER(decode_facet),
	DECODER(decode_matrix),
	DECODER(decode_query_request),
	DECODER(decode_query_groups),
	DECODER(decode_query_batch),
	DECODER(decode_search),
	DECODER(decode_recommend),
	DECODER(decode_discover),
	DECODER(decode_search_groups),
	DECODER(decode_recommend_groups),
};

std::string payload_of(const std::string &text)
{
	Body body(text);
	return decode_payload(body.root());
}

void check_payload(const std::string &text)
{
	std::string payload;
	try {
		payload = payload_of(text);
	} catch (const model::Error &) {
		return;
	}
	require(payload_of(payload) == payload, "a payload that was accepted reads back as it is");
}

} /* namespace */

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	const std::string text(reinterpret_cast<const char *>(data) + 1, size - 1);
	try {
		Body body(text);
		kDecoders[data[0] % std::size(kDecoders)](body.root());
		body.finish();
	} catch (const model::Error &error) {
		require(error.what()[0] != '\0', "an error says something");
	}
	check_payload(text);
	return 0;
}
