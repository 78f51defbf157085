/*
 * error.cpp: the texts of errors that several places raise.
 */
#include "model/error.h"

namespace vecext::model {

namespace {

const char *prefix(ErrorKind kind)
{
	switch (kind) {
	case ErrorKind::kWrongInput:
	case ErrorKind::kAlreadyExists:
	case ErrorKind::kUnsupported:
		return "Wrong input: ";
	case ErrorKind::kBadRequest:
		return "Bad request: ";
	case ErrorKind::kNotFound:
		return "Not found: ";
	case ErrorKind::kInternal:
		return "Service internal error: ";
	case ErrorKind::kStorageLocked:
		return "Storage locked: ";
	case ErrorKind::kTimeout:
		return "Timeout: ";
	case ErrorKind::kForbidden:
		return "Forbidden: ";
	case ErrorKind::kPrecondition:
		return "Pre-condition failure: ";
	case ErrorKind::kRateLimited:
		return "Rate limiting exceeded: ";
	case ErrorKind::kUnavailable:
		return "Shard temporarily unavailable: ";
	case ErrorKind::kInsufficientStorage:
		return "Insufficient storage: ";
	case ErrorKind::kMalformed:
	case ErrorKind::kValidation:
	case ErrorKind::kStandalone:
	case ErrorKind::kInference:
		return "";
	}
	return "";
}

} /* namespace */

Error::Error(ErrorKind kind, const std::string &text) : std::runtime_error(prefix(kind) + text), kind_(kind) {}

Error wrong_input(const std::string &text)
{
	return Error(ErrorKind::kWrongInput, text);
}

Error bad_request(const std::string &text)
{
	return Error(ErrorKind::kBadRequest, text);
}

Error not_found(const std::string &text)
{
	return Error(ErrorKind::kNotFound, text);
}

Error collection_not_found(const std::string &name)
{
	return not_found("Collection `" + name + "` doesn't exist!");
}

Error point_not_found(const std::string &id)
{
	return not_found("No point with id " + id + " found");
}

Error unknown_vector(const std::string &name)
{
	return wrong_input("Not existing vector name error: " + name);
}

Error wrong_dimension(uint64_t expected, uint64_t found)
{
	return wrong_input("Vector dimension error: expected dim: " + std::to_string(expected) + ", got " +
					   std::to_string(found));
}

Error unsupported(const std::string &feature)
{
	return Error(ErrorKind::kUnsupported, feature + " is not supported by this version of vecext");
}

Error internal(const std::string &text)
{
	return Error(ErrorKind::kInternal, text);
}

} /* namespace vecext::model */
