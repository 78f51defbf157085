/*
 * random.h: random numbers that are the same in every run, on every number of
 * threads.
 *
 * A stream is named by (seed, stream, index), so that row i of a data set can be
 * made without the rows before it. The generator is SplitMix64 (Steele, Lea,
 * Flood 2014); normal deviates come from Marsaglia's polar method.
 */
#pragma once

#include <cmath>
#include <cstdint>

namespace vecext::bench {

inline uint64_t mix64(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

class Random {
public:
	Random(uint64_t seed, uint64_t stream, uint64_t index) : state_(mix64(mix64(mix64(seed) + stream) + index)) {}

	uint64_t next() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }

	/* Uniform in [0, 1), 53 bits. */
	double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

	/* Uniform in 0 .. limit-1; the bias is below limit / 2^64. */
	uint64_t below(uint64_t limit)
	{
		return static_cast<uint64_t>((static_cast<unsigned __int128>(next()) * limit) >> 64);
	}

	/* Mean 0, variance 1. */
	double normal()
	{
		if (has_spare_) {
			has_spare_ = false;
			return spare_;
		}
		double u, v, s;
		do {
			u = 2 * uniform() - 1;
			v = 2 * uniform() - 1;
			s = u * u + v * v;
		} while (s >= 1 || s == 0);
		const double factor = std::sqrt(-2 * std::log(s) / s);
		spare_ = v * factor;
		has_spare_ = true;
		return u * factor;
	}

private:
	uint64_t state_;
	double spare_ = 0;
	bool has_spare_ = false;
};

} /* namespace vecext::bench */
