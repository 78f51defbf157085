/*
 * method.cpp: bytes to messages.
 */
#include "api/grpc/method.h"

#include <google/protobuf/io/coded_stream.h>

#include "model/error.h"

namespace vecext::api::grpc {

namespace {

/* Deepest nesting of messages; a level of a payload takes three. */
constexpr int kMaxDepth = 3 * 256;

constexpr size_t kMaxCollectionName = 255;

} /* namespace */

void parse(google::protobuf::Message &message, google::protobuf::io::ZeroCopyInputStream &in)
{
	google::protobuf::io::CodedInputStream coded(&in);
	coded.SetRecursionLimit(kMaxDepth);
	if (!message.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
		throw model::Error(model::ErrorKind::kMalformed,
						   "Format error in body: not a valid message of type " + message.GetTypeName());
}

void check_collection_name(std::string_view name)
{
	if (name.empty() || name.size() > kMaxCollectionName)
		throw model::Error(model::ErrorKind::kValidation,
						   "Validation error in body: [collection_name: length must be from 1 to 255, got " +
							   std::to_string(name.size()) + "]");
}

} /* namespace vecext::api::grpc */
