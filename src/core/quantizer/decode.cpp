/*
 * decode.cpp: see decode.h. The formats of codes are those of levels.h and of the
 * file of each kind.
 */
#include "vecext/decode.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/quantizer/levels.h"
#include "core/quantizer/rabitq_factors.h"
#include "core/quantizer/state.h"

namespace vecext {

namespace {

uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof word);
	return word;
}

/* The levels of a block of 64 dimensions, as floats. */
void unpack_block(const uint8_t *code, int bits, float *levels)
{
	if (bits == 8) {
		std::copy(code, code + 64, levels);
		return;
	}
	const int low_bits = bits >= 4 ? 4 : 0;
	if (low_bits != 0)
		for (int j = 0; j < 32; j++) {
			levels[j] = static_cast<float>(code[j] & 15);
			levels[j + 32] = static_cast<float>(code[j] >> 4);
		}
	else
		std::fill(levels, levels + 64, 0.0f);
	const uint8_t *words = code + 8 * low_bits;
	for (int b = low_bits; b < bits; b++, words += 8) {
		const uint64_t word = word_at(words);
		for (int i = 0; i < 64; i++)
			levels[i] += static_cast<float>((word >> i & 1) << b);
	}
}

void decode_scalar(const Quantizer &quantizer, const uint8_t *code, float *values)
{
	const QuantizerState &state = *quantizer.state;
	for (uint32_t i = 0; i < state.dims; i++)
		values[i] = state.centre()[i] + state.range()[i] * (2 / 255.0f) * (static_cast<float>(code[i]) - 127.5f);
}

void decode_product(const Quantizer &quantizer, const uint8_t *code, float *values)
{
	const uint32_t dims = quantizer.options.dims, part = quantizer.options.compression / 4;
	for (uint32_t i = 0; i < dims; i++)
		values[i] = quantizer.state->codebooks()[size_t{i} * kCentroids + code[i / part]];
}

/* F v, shortened to the length of r. */
float residual_scale(const Quantizer &quantizer, const RabitqFactors &factors, float squares)
{
	const float times = quantizer.options.metric == Metric::kInnerProduct ? 1 : 2;
	const float factor = -factors.scale / times, error = factors.error / times;
	const float decoded = factor * factor * squares;
	const float lost = error * error * static_cast<float>(quantizer.rotation.padded() - 1);
	return decoded > lost ? factor * std::sqrt(1 - lost / decoded) : 0;
}

void decode_rabitq(const Quantizer &quantizer, const uint8_t *code, float *scratch, float *values)
{
	const int bits = quantizer.options.bits;
	const uint32_t padded = quantizer.rotation.padded();
	const auto middle = static_cast<float>((1 << bits) - 1);
	RabitqFactors factors;
	memcpy(&factors, code + quantizer.code_bytes - sizeof factors, sizeof factors);
	float squares = 0;
	for (uint32_t block = 0; block < padded / 64; block++)
		unpack_block(code + block * level_code_bytes(1, bits), bits, scratch + size_t{block} * 64);
	for (uint32_t i = 0; i < padded; i++) {
		scratch[i] = 2 * scratch[i] - middle;
		squares += scratch[i] * scratch[i];
	}
	const float scale = residual_scale(quantizer, factors, squares);
	for (uint32_t i = 0; i < padded; i++)
		scratch[i] *= scale;
	quantizer.rotation.undo(scratch);
	for (uint32_t i = 0; i < quantizer.options.dims; i++)
		values[i] = quantizer.state->centre()[i] + scratch[i];
}

} /* namespace */

size_t decode_scratch_floats(const Quantizer &quantizer) noexcept
{
	return quantizer.options.kind == QuantizerKind::kRabitq ? quantizer.rotation.padded() : 0;
}

void decode(const Quantizer &quantizer, const uint8_t *code, float *scratch, float *values) noexcept
{
	switch (quantizer.options.kind) {
	case QuantizerKind::kScalar:
		return decode_scalar(quantizer, code, values);
	case QuantizerKind::kProduct:
		return decode_product(quantizer, code, values);
	case QuantizerKind::kRabitq:
		return decode_rabitq(quantizer, code, scratch, values);
	case QuantizerKind::kBinary:
		std::copy_n(quantizer.state->centre(), quantizer.options.dims, values);
	}
}

} /* namespace vecext */
