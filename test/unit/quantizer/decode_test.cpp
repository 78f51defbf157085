/*
 * decode_test.cpp: what a code decodes to is near the vector that it was made of,
 * the nearer the more bits it has, and of the same distance to the centre.
 */
#include "vecext/decode.h"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace vecext {
namespace {

constexpr uint32_t kDims = 100;
constexpr size_t kRows = 300;

std::vector<float> normal_rows()
{
	std::mt19937 random(7);
	std::normal_distribution<float> normal(1, 2);
	std::vector<float> rows(kRows * kDims);
	for (float &x : rows)
		x = normal(random);
	return rows;
}

/* Mean of |decoded - x|^2 / |x - centre|^2, the centre being about 1. */
double relative_loss(const QuantizerOptions &options)
{
	const std::vector<float> rows = normal_rows();
	std::vector<uint64_t> state(quantizer_state_bytes(options) / 8 + 1);
	EXPECT_TRUE(train_quantizer(options, rows.data(), kRows, 1, state.data()).is_ok());
	MallocArena arena;
	Quantizer quantizer;
	EXPECT_TRUE(quantizer.init(arena.arena(), state.data(), quantizer_state_bytes(options)).is_ok());
	std::vector<uint8_t> code(quantizer.code_bytes);
	std::vector<float> scratch(quantizer.scratch_floats + decode_scratch_floats(quantizer) + 1), decoded(kDims);
	double lost = 0, length = 0;
	for (size_t i = 0; i < kRows; i++) {
		const float *row = &rows[i * kDims];
		quantizer.encode(row, scratch.data(), code.data());
		decode(quantizer, code.data(), scratch.data(), decoded.data());
		for (uint32_t d = 0; d < kDims; d++) {
			lost += std::pow(double{decoded[d]} - double{row[d]}, 2);
			length += std::pow(double{row[d]} - 1, 2);
		}
	}
	return lost / length;
}

QuantizerOptions options_of(QuantizerKind kind, uint8_t bits)
{
	QuantizerOptions options;
	options.kind = kind;
	options.dims = kDims;
	options.bits = bits;
	options.compression = 4;
	return options;
}

TEST(Decode, LosesLessWithMoreBits)
{
	double before = 0.7;
	for (uint8_t bits = 1; bits <= 8; bits++) {
		const double loss = relative_loss(options_of(QuantizerKind::kRabitq, bits));
		EXPECT_LT(loss, before) << int{bits} << " bits";
		before = loss * 0.6;
	}
}

TEST(Decode, OtherKinds)
{
	EXPECT_LT(relative_loss(options_of(QuantizerKind::kScalar, 1)), 0.01);
	EXPECT_LT(relative_loss(options_of(QuantizerKind::kProduct, 1)), 0.01);
}

TEST(Decode, UndoesRotation)
{
	for (uint32_t dims : {1u, 64u, 100u, 128u, 768u, 1000u}) {
		MallocArena arena;
		Rotation rotation;
		rotation.init(arena.arena(), dims, 3);
		std::vector<float> x(rotation.padded()), original;
		for (uint32_t i = 0; i < dims; i++)
			x[i] = static_cast<float>(i % 7) - 3.5f;
		original = x;
		rotation.apply(x.data(), x.data());
		rotation.undo(x.data());
		for (uint32_t i = 0; i < rotation.padded(); i++)
			EXPECT_NEAR(x[i], original[i], 1e-4) << dims << " dimensions, " << i;
	}
}

} /* namespace */
} /* namespace vecext */
