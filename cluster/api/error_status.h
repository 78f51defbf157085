/*
 * error_status.h: the one table from kinds of errors to statuses of the wire.
 */
#pragma once

#include <cmath>
#include <string>

#include "model/error.h"

namespace vecext::api {

inline unsigned http_status(model::ErrorKind kind)
{
	switch (kind) {
	case model::ErrorKind::kWrongInput:
	case model::ErrorKind::kBadRequest:
	case model::ErrorKind::kMalformed:
	case model::ErrorKind::kInference:
	case model::ErrorKind::kUnsupported:
		return 400;
	case model::ErrorKind::kForbidden:
	case model::ErrorKind::kStorageLocked:
		return 403;
	case model::ErrorKind::kNotFound:
		return 404;
	case model::ErrorKind::kStandalone:
		return 405;
	case model::ErrorKind::kTimeout:
		return 408;
	case model::ErrorKind::kAlreadyExists:
		return 409;
	case model::ErrorKind::kValidation:
		return 422;
	case model::ErrorKind::kRateLimited:
		return 429;
	case model::ErrorKind::kInternal:
	case model::ErrorKind::kPrecondition:
		return 500;
	case model::ErrorKind::kUnavailable:
		return 503;
	case model::ErrorKind::kInsufficientStorage:
		return 507;
	}
	return 500;
}

/* Whole seconds, rounded up. */
inline std::string retry_after_header(double seconds)
{
	return std::to_string(static_cast<uint64_t>(std::ceil(seconds)));
}

} /* namespace vecext::api */
