/*
 * metric.h: the distances that data sets are searched by.
 */
#pragma once

#include <cstdint>
#include <string_view>

namespace vecext::bench {

enum class Metric : uint8_t {
	kL2,           /* Euclidean distance, not squared */
	kCosine,       /* 1 - cosine of the angle */
	kInnerProduct, /* negative inner product */
};

/* "l2", "cosine", "ip"; throws std::runtime_error for any other name. */
Metric parse_metric(std::string_view name);

} /* namespace vecext::bench */
