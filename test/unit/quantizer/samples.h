/*
 * samples.h: seeded vectors for the tests of quantizers, and a trained quantizer
 * with its memory.
 */
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "vecext/quantizer.h"

namespace vecext::test {

using Floats = std::vector<float>;

/* count * dims values. */
inline Floats normal_rows(size_t count, uint32_t dims, uint64_t seed, float mean = 0, float deviation = 1)
{
	std::mt19937_64 random(seed);
	std::normal_distribution<float> normal(mean, deviation);
	Floats rows(count * dims);
	for (float &value : rows)
		value = normal(random);
	return rows;
}

/* Rows around 32 centres, whose dimensions have means and scales of their own: a
 * little like embeddings. */
inline Floats clustered_rows(size_t count, uint32_t dims, uint64_t seed)
{
	const Floats centres = normal_rows(32, dims, 99), means = normal_rows(1, dims, 98, 0.5f, 1);
	Floats rows = normal_rows(count, dims, seed);
	std::mt19937_64 random(seed + 1);
	for (size_t i = 0; i < count; i++) {
		const size_t cluster = random() % 32;
		for (uint32_t d = 0; d < dims; d++) {
			float &value = rows[i * dims + d];
			const float scale = 0.5f + static_cast<float>(d % 7) * 0.2f;
			value = means[d] + scale * (centres[cluster * dims + d] + 0.7f * value);
		}
	}
	return rows;
}

inline std::string description(const QuantizerOptions &options)
{
	return std::string(quantizer_name(options.kind)) + " metric " + std::to_string(int(options.metric)) + " dims " +
		   std::to_string(options.dims) + " width " + std::to_string(int(options.binary_width)) + " query " +
		   std::to_string(int(options.binary_query)) + " compression " + std::to_string(options.compression) +
		   " bits " + std::to_string(options.bits);
}

/* Every kind with each of its options, for a metric; those refused are left out. */
inline std::vector<QuantizerOptions> all_options(Metric metric, uint32_t dims)
{
	std::vector<QuantizerOptions> all;
	QuantizerOptions options;
	options.metric = metric;
	options.dims = dims;
	options.kind = QuantizerKind::kScalar;
	all.push_back(options);
	options.kind = QuantizerKind::kBinary;
	for (int width = 0; width < 3; width++)
		for (int query = 0; query < 4; query++) {
			options.binary_width = static_cast<BinaryWidth>(width);
			options.binary_query = static_cast<BinaryQuery>(query);
			all.push_back(options);
		}
	options.kind = QuantizerKind::kProduct;
	for (uint8_t compression : {4, 8, 16, 32, 64}) {
		options.compression = compression;
		all.push_back(options);
	}
	options.kind = QuantizerKind::kRabitq;
	for (uint8_t bits = 1; bits <= 8; bits++) {
		options.bits = bits;
		all.push_back(options);
	}
	std::erase_if(all, [](const QuantizerOptions &o) { return !check_quantizer_options(o).is_ok(); });
	return all;
}

/* A state with its view. */
struct Trained {
	MallocArena arena;
	std::vector<uint64_t> state;
	Quantizer quantizer;

	Trained(const QuantizerOptions &options, const Floats &rows, int threads = 1)
		: state(quantizer_state_bytes(options) / 8)
	{
		const Status trained = train_quantizer(options, rows.data(), rows.size() / options.dims, threads, state.data());
		EXPECT_TRUE(trained.is_ok()) << trained.message();
		const Status opened = quantizer.init(arena.arena(), state.data(), state.size() * 8);
		EXPECT_TRUE(opened.is_ok()) << opened.message() << " " << opened.detail_text();
	}
	Trained(const Trained &) = delete;
	Trained &operator=(const Trained &) = delete;

	std::vector<uint8_t> encode(const Floats &rows) const
	{
		const size_t count = rows.size() / quantizer.options.dims;
		std::vector<uint8_t> codes(count * quantizer.code_bytes);
		Floats scratch(quantizer.scratch_floats + 1);
		for (size_t i = 0; i < count; i++)
			quantizer.encode(rows.data() + i * quantizer.options.dims, scratch.data(),
							 codes.data() + i * quantizer.code_bytes);
		return codes;
	}

	Floats estimate(const float *query_values, const std::vector<uint8_t> &codes)
	{
		QuantizedQuery query;
		query.init(arena.arena(), quantizer);
		query.prepare(query_values);
		Floats out(codes.size() / quantizer.code_bytes);
		query.estimate(codes.data(), quantizer.code_bytes, static_cast<uint32_t>(out.size()), out.data());
		return out;
	}
};

/* Graph distance in double precision. */
inline double exact_distance(Metric metric, const float *a, const float *b, uint32_t dims)
{
	double dot = 0, aa = 0, bb = 0, squares = 0, magnitudes = 0;
	for (uint32_t i = 0; i < dims; i++) {
		dot += double{a[i]} * b[i];
		aa += double{a[i]} * a[i];
		bb += double{b[i]} * b[i];
		squares += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
		magnitudes += std::fabs(double{a[i]} - b[i]);
	}
	switch (metric) {
	case Metric::kInnerProduct:
		return -dot;
	case Metric::kCosine:
		return 2 - 2 * dot / std::sqrt(aa * bb);
	case Metric::kL1:
		return magnitudes;
	default:
		return squares;
	}
}

} /* namespace vecext::test */
