/*
 * prometheus.h: metrics as prometheus-cpp's values, and as the text that scrapers read.
 *
 * Figures are collected when they are asked for: who has some implements
 * prometheus::Collectable and makes its families with the functions below.
 */
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "telemetry/request_statistics.h"

namespace vecext::telemetry {

using Families = std::vector<prometheus::MetricFamily>;
using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

prometheus::MetricFamily gauges(std::string name, std::string help);
prometheus::MetricFamily counters(std::string name, std::string help);
prometheus::MetricFamily histograms(std::string name, std::string help);

/* A value of a family of gauges or counters. */
void add(prometheus::MetricFamily &family, double value, MetricLabels labels = {});

/* A value of a family of histograms. */
void add(prometheus::MetricFamily &family, const Durations &durations, MetricLabels labels);

/* Families of one value. */
prometheus::MetricFamily gauge(std::string name, std::string help, uint64_t value);
prometheus::MetricFamily counter(std::string name, std::string help, uint64_t value);

/* Version 0.0.4 of the text format; `prefix` goes before every name. Families
 * without values are left out. */
std::string prometheus_text(Families families, const std::string &prefix);

} /* namespace vecext::telemetry */
