/*
 * search_curve.cpp: recall and interpolation; see search_curve.h.
 */
#include "report/search_curve.h"

#include <algorithm>
#include <cmath>

namespace vecext::bench {

namespace {

/* Two distances in float count as equal within this relative difference. */
constexpr float kTieTolerance = 1e-6F;

/* How many of the query's recorded neighbours are as near as the k-th. */
size_t acceptable_neighbours(const GroundTruth &truth, size_t query, size_t k)
{
	if (truth.distances.empty())
		return k;
	const float *distances = truth.distances.data() + query * truth.neighbours;
	const float limit = distances[k - 1] + std::abs(distances[k - 1]) * kTieTolerance;
	size_t n = k;
	while (n < truth.neighbours && distances[n] <= limit)
		n++;
	return n;
}

} /* namespace */

double recall_of(const GroundTruth &truth, size_t query, const int32_t *found, size_t count, size_t k)
{
	k = std::min(k, truth.neighbours);
	const int32_t *nearest = truth.ids_of(query);
	const int32_t *nearest_end = nearest + acceptable_neighbours(truth, query, k);
	const size_t looked_at = std::min(count, k);
	size_t hits = 0;
	for (size_t i = 0; i < looked_at; i++) {
		const bool repeated = std::find(found, found + i, found[i]) != found + i;
		if (!repeated && std::find(nearest, nearest_end, found[i]) != nearest_end)
			hits++;
	}
	return static_cast<double>(hits) / static_cast<double>(k);
}

std::optional<double> cpu_at_recall(const std::vector<SearchPoint> &curve, double recall)
{
	/* The first pair that spans the recall: at noise, the cheapest honest one. */
	for (size_t i = 0; i + 1 < curve.size(); i++) {
		const SearchPoint &below = curve[i], &above = curve[i + 1];
		if (below.recall > recall || above.recall < recall || above.recall == below.recall)
			continue;
		const double part = (recall - below.recall) / (above.recall - below.recall);
		return std::exp(std::log(below.cpu_seconds) * (1 - part) + std::log(above.cpu_seconds) * part);
	}
	return std::nullopt;
}

double percentile(std::vector<double> &samples, double fraction)
{
	if (samples.empty())
		return 0;
	std::sort(samples.begin(), samples.end());
	const double position = fraction * static_cast<double>(samples.size() - 1);
	return samples[static_cast<size_t>(std::lround(position))];
}

void print_curve(const Records &records, const std::vector<SearchPoint> &curve, const std::string &label)
{
	const std::string prefix = label.empty() ? "" : label + ", ";
	for (const SearchPoint &point : curve) {
		const std::string at = prefix + "ef " + std::to_string(point.ef_search) + ": ";
		records.print(at + "recall@10", point.recall, "");
		records.print(at + "CPU per query", point.cpu_seconds * 1e6, "us");
		records.print(at + "p50", point.wall_p50 * 1e6, "us");
		records.print(at + "p99", point.wall_p99 * 1e6, "us");
		records.print(at + "queries per second", point.queries_per_second, "1/s");
	}
	for (const double recall : {0.95, 0.99}) {
		const std::optional<double> cpu = cpu_at_recall(curve, recall);
		if (cpu)
			records.print(prefix + "CPU per query at recall " + std::to_string(recall).substr(0, 4), *cpu * 1e6, "us");
	}
}

} /* namespace vecext::bench */
