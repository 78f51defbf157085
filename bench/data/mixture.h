/*
 * mixture.h: the distributions that benchmark data is drawn from.
 *
 * A mixture has `clusters` Gaussian clusters in a latent space. Axis j of the
 * latent space has the standard deviation (j + 1)^-decay, for the centres and,
 * times `spread` and a factor of the cluster's own, for the rows around them: a
 * few strong directions and a long tail, as embeddings have. An orthonormal
 * random map then takes the latent space into the vector space, so that no
 * coordinate is special.
 *
 * Everything is a function of the seed. Rows are numbered: row i is the same
 * whatever else is drawn. Queries come from the same distribution but from a
 * stream of their own, so that none is a base row.
 */
#pragma once

#include "data/matrix.h"

#include <cstdint>
#include <string_view>

namespace vecext::bench {

struct MixtureShape {
	size_t dims;
	size_t latent_dims; /* at most dims */
	size_t clusters;
	double decay;
	double spread;
	bool normalised; /* rows have length 1 */
};

/* "c128", "c768", "c1024", "c1536", "c3072" or "c4096", the data sets of
 * docs/benchmarks.md; throws otherwise. */
MixtureShape named_shape(std::string_view name);

enum class Stream : uint64_t { kBase = 1, kQueries = 2 };

class Mixture {
public:
	Mixture(const MixtureShape &shape, uint64_t seed);

	/* Rows first .. first + count - 1 of a stream; uses all OpenMP threads. */
	Vectors draw(Stream stream, size_t first, size_t count) const;

private:
	void draw_row(Stream stream, size_t index, float *latent, float *row) const;

	MixtureShape shape_;
	uint64_t seed_;
	std::vector<float> axis_deviation_; /* latent_dims */
	Matrix<float> centres_;             /* clusters x latent_dims */
	std::vector<float> cluster_spread_; /* clusters */
	Matrix<float> map_;                 /* latent_dims x dims, orthonormal rows */
};

} /* namespace vecext::bench */
