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

/* The codes of gRPC, by its numbers. */
enum class GrpcCode : uint8_t {
	kOk = 0,
	kCancelled = 1,
	kInvalidArgument = 3,
	kDeadlineExceeded = 4,
	kNotFound = 5,
	kAlreadyExists = 6,
	kPermissionDenied = 7,
	kResourceExhausted = 8,
	kFailedPrecondition = 9,
	kUnimplemented = 12,
	kInternal = 13,
	kUnavailable = 14,
	kUnauthenticated = 16,
};

inline GrpcCode grpc_code(model::ErrorKind kind)
{
	switch (kind) {
	case model::ErrorKind::kWrongInput:
	case model::ErrorKind::kBadRequest:
	case model::ErrorKind::kMalformed:
	case model::ErrorKind::kValidation:
	case model::ErrorKind::kInference:
		return GrpcCode::kInvalidArgument;
	case model::ErrorKind::kForbidden:
		return GrpcCode::kPermissionDenied;
	case model::ErrorKind::kStorageLocked:
	case model::ErrorKind::kPrecondition:
		return GrpcCode::kFailedPrecondition;
	case model::ErrorKind::kNotFound:
		return GrpcCode::kNotFound;
	case model::ErrorKind::kStandalone:
	case model::ErrorKind::kUnsupported:
		return GrpcCode::kUnimplemented;
	case model::ErrorKind::kTimeout:
		return GrpcCode::kDeadlineExceeded;
	case model::ErrorKind::kAlreadyExists:
		return GrpcCode::kAlreadyExists;
	case model::ErrorKind::kRateLimited:
	case model::ErrorKind::kInsufficientStorage:
		return GrpcCode::kResourceExhausted;
	case model::ErrorKind::kInternal:
		return GrpcCode::kInternal;
	case model::ErrorKind::kUnavailable:
		return GrpcCode::kUnavailable;
	}
	return GrpcCode::kInternal;
}

/* Whole seconds, rounded up. */
inline std::string retry_after_header(double seconds)
{
	return std::to_string(static_cast<uint64_t>(std::ceil(seconds)));
}

} /* namespace vecext::api */
