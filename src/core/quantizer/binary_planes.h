/* binary_planes.h: how many bits a binary code has. */
#pragma once

#include "vecext/quantizer.h"

namespace vecext {

/* Bits in use; a code is rounded up to a multiple of 64. */
constexpr size_t binary_bits(const QuantizerOptions &options)
{
	const size_t dims = options.dims;
	switch (options.binary_width) {
	case BinaryWidth::kOneBit:
		return dims;
	case BinaryWidth::kOneAndHalfBits:
		return dims + (dims + 1) / 2;
	case BinaryWidth::kTwoBits:
		break;
	}
	return 2 * dims;
}

} /* namespace vecext */
