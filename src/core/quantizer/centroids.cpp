/* centroids.cpp: k-means on one part of the dimensions; see centroids.h. */
#include "core/quantizer/centroids.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/quantizer/level_kernels.h"
#include "core/quantizer/state.h"

namespace vecext {

namespace {

/* Lloyd's steps; the error falls by less than 1 % a step after about ten. */
constexpr int kSteps = 12;
constexpr double kLeastGain = 0.002;

uint64_t next_random(uint64_t &state)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void put_centroid(float *codebook, uint32_t dims, uint32_t k, const float *values)
{
	for (uint32_t i = 0; i < dims; i++)
		codebook[size_t{i} * kCentroids + k] = values[i];
}

std::string_view bytes_of(const PartRows &rows, uint32_t i)
{
	return {reinterpret_cast<const char *>(rows.row(i)), rows.dims * sizeof(float)};
}

/* Different rows in random order, at most 256, as centroids; returns how many. */
uint32_t start(const PartRows &rows, uint64_t seed, float *codebook)
{
	std::vector<uint32_t> order(rows.count);
	for (uint32_t i = 0; i < rows.count; i++)
		order[i] = i;
	std::unordered_set<std::string_view> taken;
	for (uint32_t i = 0; i < rows.count && taken.size() < kCentroids; i++) {
		const uint64_t other = i + next_random(seed) % (rows.count - i);
		std::swap(order[i], order[other]);
		if (taken.insert(bytes_of(rows, order[i])).second)
			put_centroid(codebook, rows.dims, static_cast<uint32_t>(taken.size()) - 1, rows.row(order[i]));
	}
	return static_cast<uint32_t>(taken.size());
}

/* The nearest centroid of each row, and how far it is. */
struct Assignment {
	std::vector<uint8_t> nearest;
	std::vector<float> distance;
	double mean;

	explicit Assignment(uint32_t count) : nearest(count), distance(count), mean(0) {}
};

void assign(const PartRows &rows, const float *codebook, Assignment &assignment)
{
	const LevelKernels &kernels = level_kernels();
	float distances[kCentroids];
	double sum = 0;
	for (uint32_t i = 0; i < rows.count; i++) {
		kernels.centroid_parts(DistancePart::kSquare, rows.row(i), codebook, rows.dims, distances);
		const uint32_t k = kernels.least_of_256(distances);
		assignment.nearest[i] = static_cast<uint8_t>(k);
		assignment.distance[i] = distances[k];
		sum += distances[k];
	}
	assignment.mean = sum / rows.count;
}

/* The row farthest from its centroid, which then counts as near. */
uint32_t take_farthest(Assignment &assignment)
{
	const auto farthest = std::max_element(assignment.distance.begin(), assignment.distance.end());
	*farthest = 0;
	return static_cast<uint32_t>(farthest - assignment.distance.begin());
}

/* Each of the first `used` centroids becomes the mean of its rows. */
void move_centroids(const PartRows &rows, uint32_t used, Assignment &assignment, float *codebook)
{
	std::vector<double> sums(size_t{kCentroids} * rows.dims);
	std::vector<uint32_t> counts(kCentroids);
	for (uint32_t r = 0; r < rows.count; r++) {
		const uint32_t k = assignment.nearest[r];
		counts[k]++;
		for (uint32_t i = 0; i < rows.dims; i++)
			sums[size_t{k} * rows.dims + i] += rows.row(r)[i];
	}
	for (uint32_t k = 0; k < used; k++) {
		if (counts[k] == 0) {
			put_centroid(codebook, rows.dims, k, rows.row(take_farthest(assignment)));
			continue;
		}
		for (uint32_t i = 0; i < rows.dims; i++)
			codebook[size_t{i} * kCentroids + k] = static_cast<float>(sums[size_t{k} * rows.dims + i] / counts[k]);
	}
}

void repeat_first(uint32_t used, uint32_t dims, float *codebook)
{
	for (uint32_t i = 0; i < dims; i++)
		for (uint32_t k = used; k < kCentroids; k++)
			codebook[size_t{i} * kCentroids + k] = codebook[size_t{i} * kCentroids];
}

} /* namespace */

double learn_centroids(const PartRows &rows, uint64_t seed, float *codebook)
{
	const uint32_t used = start(rows, seed, codebook);
	Assignment assignment(rows.count);
	repeat_first(used, rows.dims, codebook);
	assign(rows, codebook, assignment);
	if (used < kCentroids) /* every row is a centroid */
		return assignment.mean;
	for (int step = 0; step < kSteps; step++) {
		const double before = assignment.mean;
		move_centroids(rows, used, assignment, codebook);
		assign(rows, codebook, assignment);
		if (!(assignment.mean < before * (1 - kLeastGain)))
			break;
	}
	return assignment.mean;
}

} /* namespace vecext */
