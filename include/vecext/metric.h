/*
 * metric.h: the distances that a graph is built for, as the graph sees them.
 *
 * The graph orders by a "graph distance", which orders like the SQL operator's
 * value but is cheaper or fits the code estimator better:
 *   kL2            squared Euclidean distance
 *   kInnerProduct  negative inner product
 *   kCosine        squared Euclidean distance of the normalised vectors, that is
 *                  2 * cosine distance
 *   kL1, kHamming, kJaccard   the operator's value
 */
#pragma once

#include <cstdint>

namespace vecext {

enum class Metric : uint8_t { kL2 = 0, kInnerProduct = 1, kCosine = 2, kL1 = 3, kHamming = 4, kJaccard = 5 };

/* How the elements of a value are stored. Stored in index metapages: append only. */
enum class ElementType : uint8_t { kFloat32 = 0, kFloat16 = 1, kBit = 2, kSparse = 3 };

} /* namespace vecext */
