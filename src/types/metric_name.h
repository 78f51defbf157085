/*
 * metric_name.h: the names that SQL functions take a distance by.
 */
#pragma once

#include "pg/compat.h"

#include "vecext/metric.h"

namespace vecext::types {

/* The metric that a text names: l2, inner_product, cosine or l1. Raises 22023 for
 * others. */
Metric metric_argument(Datum name);

} /* namespace vecext::types */
