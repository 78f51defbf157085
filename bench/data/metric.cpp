/*
 * metric.cpp: names of the distances; see metric.h.
 */
#include "data/metric.h"

#include <stdexcept>
#include <string>

namespace vecext::bench {

Metric parse_metric(std::string_view name)
{
	if (name == "l2")
		return Metric::kL2;
	if (name == "cosine")
		return Metric::kCosine;
	if (name == "ip")
		return Metric::kInnerProduct;
	throw std::runtime_error("unknown metric \"" + std::string(name) + "\" (l2, cosine, ip)");
}

} /* namespace vecext::bench */
