/*
 * search_curve.h: recall against cost, over a list of ef_search values.
 *
 * Every system's search is measured at some points (ef_search); what is compared
 * is the cost at equal recall, interpolated between two points: recall linear,
 * cost logarithmic.
 */
#pragma once

#include "data/exact_search.h"
#include "report/records.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace vecext::bench {

/* The share of the k nearest neighbours of `query` among `count` found ids. An id
 * outside the first k counts when it is as near as the k-th, so that duplicates do
 * not lower recall; an id is counted once. Found ids beyond k are not looked at. */
double recall_of(const GroundTruth &truth, size_t query, const int32_t *found, size_t count, size_t k);

struct SearchPoint {
	int64_t ef_search;
	double recall;             /* mean over the queries */
	double cpu_seconds;        /* per query, of the searching thread or backend */
	double wall_p50, wall_p99; /* seconds of one query */
	double queries_per_second; /* all clients together */
};

/* CPU seconds per query at a recall; nothing when the points do not reach it, or
 * all lie above it. */
std::optional<double> cpu_at_recall(const std::vector<SearchPoint> &curve, double recall);

/* The value below which `fraction` of the samples lie; sorts them. */
double percentile(std::vector<double> &samples, double fraction);

/* One line per point and value, and the CPU times at recall 0.95 and 0.99. A
 * label ("2 clients") that is not empty precedes each measure. */
void print_curve(const Records &records, const std::vector<SearchPoint> &curve, const std::string &label = "");

} /* namespace vecext::bench */
