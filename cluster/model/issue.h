/*
 * issue.h: what the server advises: payload fields whose index is missed.
 */
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "model/payload_index.h"

namespace vecext::model {

/* A slow search filtered by a field that no index serves. */
struct UnindexedField {
	std::string collection, field;
	std::vector<PayloadFieldType> types; /* any index of these would do */
	std::chrono::system_clock::time_point seen;
};

} /* namespace vecext::model */
