/*
 * request_reader.h: turns what arrives on a connection into requests, one after the
 * other. Boost.Beast's parser is behind it.
 */
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "api/http/message.h"

namespace vecext::api::http {

/* Qdrant's form of errors, for requests that never reach a handler. */
Response refusal(unsigned status, const std::string &text);

/* A body beyond the limit; `length` as announced, if it was. */
Response too_large(std::optional<uint64_t> length, uint64_t limit);

class RequestReader {
public:
	explicit RequestReader(uint64_t max_body_bytes);
	~RequestReader();

	enum class State : uint8_t {
		kNothing, /* not a byte of the next request */
		kHeader,
		kBody,     /* the header is there, the body not yet */
		kComplete, /* take() it */
		kRefused,  /* this is no request: answer with refusal_of() and close */
	};

	State state() const { return state_; }

	/* Takes bytes in. What lies behind the request's end is kept for the next. */
	State feed(std::string_view bytes);

	/* In kBody: whether the client waits for "100 Continue" before it sends more. */
	bool expects_continue() const;

	/* The request, with simdjson's padding behind its body. The next one begins. */
	struct Taken {
		Request request;
		bool keep_alive;
		unsigned version; /* 10 or 11 */
	};
	Taken take();

	/* In kRefused. */
	const Response &refusal_of() const { return refusal_; }

private:
	struct Parser;

	void start();
	size_t parse(std::string_view bytes);
	State state_after(std::string_view bytes) const;
	void refuse();

	const uint64_t max_body_bytes_;
	std::unique_ptr<Parser> parser_;
	std::string waiting_; /* bytes that are not parsed yet */
	State state_ = State::kNothing;
	Response refusal_;
};

} /* namespace vecext::api::http */
