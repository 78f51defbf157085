/*
 * product.cpp: product quantization (Jegou, Douze & Schmid, TPAMI 2011). The
 * dimensions are cut into parts of compression / 4; a byte names the nearest of
 * 256 centroids of each part. A query is scored by a table of the distances from
 * its parts to all centroids, and a code by adding up one entry for each byte.
 *
 * The last part is shorter where parts do not divide the dimensions.
 *
 * With e for what a code loses, estimates of squared distances are too large by
 * about |e|^2 for queries close to the row and too small by as much for those far
 * away (where e is orthogonal to the centroid, not to the row). They are left as
 * they are.
 */
#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>
#include <vector>

#include "core/quantizer/centroids.h"
#include "core/quantizer/levels.h"
#include "core/quantizer/methods.h"
#include "core/quantizer/vectors.h"
#include "vecext/threads.h"

namespace vecext {

namespace {

/* Dimensions [first, first + dims) of the vector. */
struct Part {
	uint32_t first, dims;
};

uint32_t part_dims(const QuantizerOptions &options)
{
	return options.compression / 4;
}

Part part_at(const QuantizerOptions &options, uint32_t j)
{
	const uint32_t dims = part_dims(options), first = j * dims;
	return {first, std::min(dims, options.dims - first)};
}

const float *codebook_of(const QuantizerState &state, Part part)
{
	return state.codebooks() + size_t{part.first} * kCentroids;
}

DistancePart distance_part(Metric metric)
{
	return metric == Metric::kInnerProduct ? DistancePart::kProduct
		   : metric == Metric::kL1         ? DistancePart::kMagnitude
										   : DistancePart::kSquare;
}

/* What the members of a team share. */
struct PartTeam {
	const TrainingRows &rows;
	QuantizerState &state;
	std::vector<double> lost; /* by part */
	std::atomic<uint32_t> next{0};
	std::atomic<bool> failed{false};  /* out of memory */
	std::atomic<bool> stopped{false}; /* by the poll */
};

void train_part(PartTeam &team, uint32_t j)
{
	const QuantizerOptions options = options_of(team.state);
	const Part part = part_at(options, j);
	/* Side by side: in the rows they lie pages apart, and each step reads all. */
	std::vector<float> values(size_t{team.rows.count} * part.dims);
	for (uint32_t i = 0; i < team.rows.count; i++)
		std::copy_n(team.rows.row(i) + part.first, part.dims, values.data() + size_t{i} * part.dims);
	const PartRows rows = {values.data(), part.dims, team.rows.count, part.dims};
	team.lost[j] = learn_centroids(rows, options.seed + j, team.state.codebooks() + size_t{part.first} * kCentroids);
}

/* Takes parts until none is left. Each part's centroids depend on the part alone,
 * so it does not matter which member takes it. */
void train_parts(void *context, int member) noexcept
{
	auto &team = *static_cast<PartTeam *>(context);
	try {
		for (uint32_t j = team.next++; j < team.lost.size() && !team.stopped; j = team.next++) {
			train_part(team, j);
			if (member == 0 && team.rows.poll())
				team.stopped = true;
		}
	} catch (const std::bad_alloc &) {
		team.failed = true;
	}
}

bool train(const TrainingRows &rows, QuantizerState &state)
{
	if (rows.count == 0)
		return true;
	PartTeam team = {rows, state, std::vector<double>(quantizer_code_bytes(options_of(state)))};
	run_on_threads(rows.threads, train_parts, &team);
	if (team.failed)
		throw std::bad_alloc();
	double sum = 0;
	for (double part : team.lost)
		sum += part;
	state.distortion = bounded(static_cast<float>(sum));
	return !team.stopped;
}

size_t scratch_floats(const QuantizerOptions &) noexcept
{
	return 0;
}

void encode(const Quantizer &quantizer, const float *values, float *, uint8_t *code) noexcept
{
	const LevelKernels &kernels = level_kernels();
	float distances[kCentroids];
	for (uint32_t j = 0; j < quantizer.code_bytes; j++) {
		const Part part = part_at(quantizer.options, j);
		kernels.centroid_parts(DistancePart::kSquare, values + part.first, codebook_of(*quantizer.state, part),
							   part.dims, distances);
		code[j] = static_cast<uint8_t>(kernels.least_of_256(distances));
	}
}

void init_query(QuantizedQuery &query, Arena arena)
{
	query.tables = arena.allocate<float>(query.quantizer->code_bytes * kCentroids);
}

void prepare(QuantizedQuery &query, const float *values) noexcept
{
	const Quantizer &quantizer = *query.quantizer;
	const Metric metric = quantizer.options.metric;
	/* No sum of entries is infinite. */
	const float most = kLargestFloat / static_cast<float>(quantizer.code_bytes + 1);
	float *table = query.tables;
	for (uint32_t j = 0; j < quantizer.code_bytes; j++, table += kCentroids) {
		const Part part = part_at(quantizer.options, j);
		query.kernels->centroid_parts(distance_part(metric), values + part.first, codebook_of(*quantizer.state, part),
									  part.dims, table);
		for (uint32_t k = 0; k < kCentroids; k++)
			table[k] = bounded(metric == Metric::kInnerProduct ? -table[k] : table[k], most);
	}
	query.norm = std::sqrt(bounded(ordered_dot(values, values, quantizer.options.dims)));
}

void estimate(const QuantizedQuery &query, const uint8_t *codes, size_t stride, uint32_t count, float *out) noexcept
{
	const auto sum_tables = query.kernels->sum_tables;
	const auto bytes = static_cast<uint32_t>(query.quantizer->code_bytes);
	for (uint32_t i = 0; i < count; i++)
		out[i] = sum_tables(query.tables, codes + i * stride, bytes);
}

float error(const QuantizedQuery &query, const uint8_t *, float estimate) noexcept
{
	const QuantizerState &state = *query.quantizer->state;
	switch (query.quantizer->options.metric) {
	case Metric::kInnerProduct:
		return state.error * query.norm;
	case Metric::kL1:
		return state.error;
	default:
		return state.error * std::sqrt(std::max(estimate, 0.0f) + state.distortion);
	}
}

} /* namespace */

const QuantizerMethods kProductMethods = {train, scratch_floats, encode, init_query, prepare, estimate, error};

} /* namespace vecext */
