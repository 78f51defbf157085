/*
 * messages.h: the generated messages (proto/), under a short name.
 */
#pragma once

#include <string>

#include "collections.pb.h"
#include "points.pb.h"
#include "qdrant_common.pb.h"

namespace vecext::api::grpc {

namespace pb = ::qdrant;

using PayloadMap = google::protobuf::Map<std::string, pb::Value>;

} /* namespace vecext::api::grpc */
