/*
 * error.h: why a request failed, in Qdrant's terms.
 *
 * Everything in cluster/ below the codecs reports failure by throwing an Error;
 * the request loop of each API catches it once and turns the kind into an HTTP
 * or gRPC status (api/error_status.h). Functions that fail in the ordinary
 * course of things return std::optional or bool.
 */
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace vecext::model {

/* The text that clients see begins with the prefix in quotes. */
enum class ErrorKind : uint8_t {
	kWrongInput,          /* "Wrong input: " */
	kBadRequest,          /* "Bad request: ": strict mode */
	kMalformed,           /* no prefix: what cannot be parsed */
	kValidation,          /* no prefix: parsed, but out of bounds */
	kAlreadyExists,       /* "Wrong input: ", another status */
	kNotFound,            /* "Not found: " */
	kInternal,            /* "Service internal error: " */
	kStandalone,          /* no prefix: a cluster call on a single node */
	kStorageLocked,       /* "Storage locked: " */
	kTimeout,             /* "Timeout: " */
	kForbidden,           /* "Forbidden: " */
	kPrecondition,        /* "Pre-condition failure: " */
	kInference,           /* no prefix */
	kRateLimited,         /* "Rate limiting exceeded: " */
	kUnavailable,         /* "Shard temporarily unavailable: " */
	kInsufficientStorage, /* "Insufficient storage: " */
	kUnsupported,         /* "Wrong input: ": a feature that this build lacks */
};

class Error : public std::runtime_error {
public:
	/* `text` without the prefix of its kind. */
	Error(ErrorKind kind, const std::string &text);

	ErrorKind kind() const { return kind_; }

	/* Of kRateLimited: when to try again; unset when trying again cannot help. */
	std::optional<double> retry_after_seconds;

private:
	ErrorKind kind_;
};

Error wrong_input(const std::string &text);
Error bad_request(const std::string &text);
Error not_found(const std::string &text);
Error collection_not_found(const std::string &name);
Error point_not_found(const std::string &id); /* of a query or an update */
Error unknown_vector(const std::string &name);
Error wrong_dimension(uint64_t expected, uint64_t found);
Error unsupported(const std::string &feature);
Error internal(const std::string &text);

} /* namespace vecext::model */
