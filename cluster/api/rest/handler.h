/*
 * handler.h: what handlers of every route are written with.
 */
#pragma once

#include "api/rest/json_reader.h"
#include "api/rest/json_writer.h"
#include "api/rest/route.h"

namespace vecext::api::rest {

/* The request's body, decoded and checked. */
template <class Decode> auto decoded(const Call &call, Decode decode)
{
	Body body(call.request.body);
	auto request = decode(body.root());
	body.finish();
	return request;
}

inline const std::string &collection_of(const Call &call)
{
	return call.path("collection_name");
}

inline Answer result(JsonWriter &out)
{
	return {Answer::kResult, out.take(), 200, "application/json"};
}

} /* namespace vecext::api::rest */
