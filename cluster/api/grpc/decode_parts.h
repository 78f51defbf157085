/*
 * decode_parts.h: fields of the same name and meaning in many requests.
 */
#pragma once

#include <optional>

#include "api/grpc/decode.h"

namespace vecext::api::grpc {

template <class Message> std::optional<model::Filter> filter_of(const Message &message, const Place &place)
{
	if (!message.has_filter())
		return std::nullopt;
	return decode_filter(message.filter(), place.in("filter"));
}

template <class Message> std::optional<model::ShardKeySelector> shard_key_of(const Message &message, const Place &place)
{
	if (!message.has_shard_key_selector())
		return std::nullopt;
	return decode_shard_key_selector(message.shard_key_selector(), place.in("shard_key_selector"));
}

/* with_payload and with_vectors; what the message leaves out stays as it is. */
template <class Message, class Request>
void decode_selections(const Message &message, const Place &place, Request &request)
{
	if (message.has_with_payload())
		request.with_payload = decode_with_payload(message.with_payload(), place.in("with_payload"));
	if (message.has_with_vectors())
		request.with_vectors = decode_with_vectors(message.with_vectors(), place.in("with_vectors"));
}

/* How points are searched and which of them are found. */
template <class Message, class Request>
void decode_restrictions(const Message &message, const Place &place, Request &request)
{
	request.filter = filter_of(message, place);
	if (message.has_params())
		request.params = decode_search_params(message.params(), place.in("params"));
	if constexpr (requires { message.has_score_threshold(); }) {
		if (message.has_score_threshold())
			request.score_threshold = message.score_threshold();
	}
}

} /* namespace vecext::api::grpc */
