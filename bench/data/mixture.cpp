/*
 * mixture.cpp: drawing rows from a clustered distribution; see mixture.h.
 *
 * Sums are written as "row += factor * axis", which vectorises without changing
 * the order of additions: the files are equal bit for bit on any machine whose
 * compiler keeps to IEEE arithmetic (-ffp-contract=off).
 */
#include "data/mixture.h"

#include "data/random.h"

#include <cmath>
#include <stdexcept>
#include <string>

namespace vecext::bench {

namespace {

/* Streams of the shape itself; Stream's values follow on from 1. */
constexpr uint64_t kCentreStream = 101;
constexpr uint64_t kSpreadStream = 102;
constexpr uint64_t kMapStream = 103;

double dot(const float *a, const float *b, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += static_cast<double>(a[i]) * b[i];
	return sum;
}

void scale(float *row, size_t n, double factor)
{
	for (size_t i = 0; i < n; i++)
		row[i] = static_cast<float>(row[i] * factor);
}

void add_scaled(float *row, const float *axis, size_t n, float factor)
{
	for (size_t i = 0; i < n; i++)
		row[i] += factor * axis[i];
}

void normalise(float *row, size_t n)
{
	scale(row, n, 1 / std::sqrt(dot(row, row, n)));
}

/* Rows of normal deviates made orthonormal by Gram and Schmidt, twice per row
 * so that rounding does not accumulate. */
Matrix<float> orthonormal_map(size_t rows, size_t columns, uint64_t seed)
{
	Matrix<float> map(rows, columns);
	for (size_t i = 0; i < rows; i++) {
		float *row = map.row(i);
		Random random(seed, kMapStream, i);
		for (size_t j = 0; j < columns; j++)
			row[j] = static_cast<float>(random.normal());
		for (int pass = 0; pass < 2; pass++) {
			for (size_t other = 0; other < i; other++) {
				const float *axis = map.row(other);
				add_scaled(row, axis, columns, static_cast<float>(-dot(row, axis, columns)));
			}
			normalise(row, columns);
		}
	}
	return map;
}

} /* namespace */

MixtureShape named_shape(std::string_view name)
{
	if (name == "c128")
		return {.dims = 128, .latent_dims = 128, .clusters = 2000, .decay = 0.4, .spread = 0.8, .normalised = false};
	if (name == "c768")
		return {.dims = 768, .latent_dims = 64, .clusters = 1000, .decay = 0.5, .spread = 1.2, .normalised = true};
	for (const size_t dims : {size_t{1024}, size_t{1536}, size_t{3072}, size_t{4096}})
		if (name.substr(0, 1) == "c" && name.substr(1) == std::to_string(dims))
			return {.dims = dims, .latent_dims = 96, .clusters = 1000, .decay = 0.5, .spread = 1.2, .normalised = true};
	throw std::runtime_error("unknown data set \"" + std::string(name) + "\" (c128, c768, c1024, c1536, c3072, c4096)");
}

Mixture::Mixture(const MixtureShape &shape, uint64_t seed)
	: shape_(shape), seed_(seed), axis_deviation_(shape.latent_dims), centres_(shape.clusters, shape.latent_dims),
	  cluster_spread_(shape.clusters), map_(orthonormal_map(shape.latent_dims, shape.dims, seed))
{
	for (size_t j = 0; j < shape.latent_dims; j++)
		axis_deviation_[j] = static_cast<float>(std::pow(static_cast<double>(j + 1), -shape.decay));
	for (size_t c = 0; c < shape.clusters; c++) {
		Random random(seed, kCentreStream, c);
		for (size_t j = 0; j < shape.latent_dims; j++)
			centres_.row(c)[j] = static_cast<float>(random.normal()) * axis_deviation_[j];
		const double own = 0.7 + 0.6 * Random(seed, kSpreadStream, c).uniform();
		cluster_spread_[c] = static_cast<float>(shape.spread * own);
	}
}

Vectors Mixture::draw(Stream stream, size_t first, size_t count) const
{
	Vectors vectors(count, shape_.dims);
#pragma omp parallel
	{
		std::vector<float> latent(shape_.latent_dims);
#pragma omp for schedule(static)
		for (size_t i = 0; i < count; i++)
			draw_row(stream, first + i, latent.data(), vectors.row(i));
	}
	return vectors;
}

void Mixture::draw_row(Stream stream, size_t index, float *latent, float *row) const
{
	Random random(seed_, static_cast<uint64_t>(stream), index);
	const size_t cluster = random.below(shape_.clusters);
	for (size_t j = 0; j < shape_.latent_dims; j++)
		latent[j] = centres_.row(cluster)[j] +
					cluster_spread_[cluster] * axis_deviation_[j] * static_cast<float>(random.normal());
	for (size_t j = 0; j < shape_.latent_dims; j++)
		add_scaled(row, map_.row(j), shape_.dims, latent[j]);
	if (shape_.normalised)
		normalise(row, shape_.dims);
}

} /* namespace vecext::bench */
