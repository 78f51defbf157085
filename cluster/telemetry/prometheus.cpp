/*
 * prometheus.cpp: see prometheus.h.
 */
#include "telemetry/prometheus.h"

#include <prometheus/text_serializer.h>

#include <limits>
#include <sstream>

namespace vecext::telemetry {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily family(std::string name, std::string help, MetricType type)
{
	MetricFamily made;
	made.name = std::move(name);
	made.help = std::move(help);
	made.type = type;
	return made;
}

} /* namespace */

MetricFamily gauges(std::string name, std::string help)
{
	return family(std::move(name), std::move(help), MetricType::Gauge);
}

MetricFamily counters(std::string name, std::string help)
{
	return family(std::move(name), std::move(help), MetricType::Counter);
}

MetricFamily histograms(std::string name, std::string help)
{
	return family(std::move(name), std::move(help), MetricType::Histogram);
}

void add(MetricFamily &family, double value, MetricLabels labels)
{
	ClientMetric &metric = family.metric.emplace_back();
	metric.label = std::move(labels);
	(family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

/* Buckets of the format count all that lies below their bound. */
void add(MetricFamily &family, const Durations &durations, MetricLabels labels)
{
	ClientMetric &metric = family.metric.emplace_back();
	metric.label = std::move(labels);
	metric.histogram.sample_count = durations.count;
	metric.histogram.sample_sum = durations.total;
	uint64_t below = 0;
	for (size_t i = 0; i < durations.buckets.size(); i++) {
		below += durations.buckets[i];
		const bool last = i == kDurationBounds.size();
		metric.histogram.bucket.push_back({below, last ? std::numeric_limits<double>::infinity() : kDurationBounds[i]});
	}
}

MetricFamily gauge(std::string name, std::string help, uint64_t value)
{
	MetricFamily made = gauges(std::move(name), std::move(help));
	add(made, static_cast<double>(value));
	return made;
}

MetricFamily counter(std::string name, std::string help, uint64_t value)
{
	MetricFamily made = counters(std::move(name), std::move(help));
	add(made, static_cast<double>(value));
	return made;
}

std::string prometheus_text(Families families, const std::string &prefix)
{
	std::erase_if(families, [](const MetricFamily &family) { return family.metric.empty(); });
	for (MetricFamily &family : families)
		family.name.insert(0, prefix);
	std::ostringstream out;
	prometheus::TextSerializer().Serialize(out, families);
	return out.str();
}

} /* namespace vecext::telemetry */
