/*
 * options.cpp: what options are allowed, and the sizes that follow from them.
 */
#include <algorithm>
#include <cmath>

#include "core/quantizer/binary_planes.h"
#include "core/quantizer/levels.h"
#include "core/quantizer/methods.h"
#include "core/quantizer/rabitq_factors.h"

namespace vecext {

namespace {

constexpr uint32_t kMostTrainingRows = 8'192;
constexpr uint32_t kFewestTrainingRows = 1'024;
constexpr uint32_t kTrainingFloats = 16 << 20;

Status wrong(const char *name, int value, const char *allowed)
{
	return Status::error(ErrorKind::kInvalidParameter, "%s cannot be %d", name, value).detail("Allowed: %s.", allowed);
}

Status check_metric(const QuantizerOptions &options)
{
	const char *name = quantizer_name(options.kind);
	switch (options.metric) {
	case Metric::kL2:
	case Metric::kInnerProduct:
	case Metric::kCosine:
		return Status::ok();
	case Metric::kL1:
		break;
	default:
		return Status::error(ErrorKind::kInvalidParameter, "%s quantization is not for this distance", name)
			.detail("Bit strings are compared as they are.");
	}
	if (options.kind == QuantizerKind::kRabitq)
		return Status::error(ErrorKind::kInvalidParameter, "rabitq quantization is not for L1 distance")
			.detail("Its codes are taken of rotated vectors, and a rotation does not keep L1 distances.")
			.hint("Use scalar, product or binary quantization.");
	return Status::ok();
}

Status check_dims(const QuantizerOptions &options)
{
	const uint32_t most = options.kind == QuantizerKind::kProduct ? kMaxProductDims : kMaxCodeDims;
	if (options.dims < 1)
		return Status::error(ErrorKind::kInvalidParameter, "vectors to quantize must have at least 1 dimension");
	if (options.dims > most)
		return Status::error(ErrorKind::kLimitExceeded, "%s quantization cannot take more than %u dimensions",
							 quantizer_name(options.kind), most);
	return Status::ok();
}

bool is_compression(int times)
{
	return times == 4 || times == 8 || times == 16 || times == 32 || times == 64;
}

} /* namespace */

const char *quantizer_name(QuantizerKind kind) noexcept
{
	switch (kind) {
	case QuantizerKind::kScalar:
		return "scalar";
	case QuantizerKind::kBinary:
		return "binary";
	case QuantizerKind::kProduct:
		return "product";
	case QuantizerKind::kRabitq:
		return "rabitq";
	}
	return "unknown";
}

Status check_quantizer_options(const QuantizerOptions &options) noexcept
{
	const auto kind = static_cast<int>(options.kind);
	if (kind < 1 || kind > 4)
		return wrong("kind of quantizer", kind, "1 to 4");
	if (options.bits < 1 || options.bits > 8)
		return wrong("bits", options.bits, "1 to 8");
	if (!is_compression(options.compression))
		return wrong("compression", options.compression, "4, 8, 16, 32, 64");
	if (static_cast<int>(options.binary_width) > 2)
		return wrong("binary width", static_cast<int>(options.binary_width), "0 (1 bit), 1 (1.5 bits), 2 (2 bits)");
	if (static_cast<int>(options.binary_query) > 3)
		return wrong("binary query", static_cast<int>(options.binary_query), "0 to 3");
	if (!(options.quantile >= 0.5f && options.quantile <= 1))
		return Status::error(ErrorKind::kInvalidParameter, "quantile cannot be %g",
							 static_cast<double>(options.quantile))
			.detail("Allowed: 0.5 to 1.");
	const Status dims = check_dims(options);
	return dims.is_ok() ? check_metric(options) : dims;
}

size_t quantizer_state_bytes(const QuantizerOptions &options) noexcept
{
	const size_t dims = options.dims;
	const bool centre_only = options.kind == QuantizerKind::kRabitq;
	const size_t floats = dims * (options.kind == QuantizerKind::kProduct ? kCentroids : centre_only ? 1 : 2);
	/* A whole number of 8-byte words, over which the checksum goes. */
	return sizeof(QuantizerState) + (floats + 1) / 2 * 2 * sizeof(float);
}

size_t quantizer_code_bytes(const QuantizerOptions &options) noexcept
{
	const uint32_t blocks = level_blocks(options.dims);
	switch (options.kind) {
	case QuantizerKind::kScalar: {
		const bool with_norm = options.metric == Metric::kL2 || options.metric == Metric::kCosine;
		return level_code_bytes(blocks, 8) + (with_norm ? sizeof(float) : 0);
	}
	case QuantizerKind::kBinary:
		return level_code_bytes(level_blocks(binary_bits(options)), 1);
	case QuantizerKind::kProduct: {
		const uint32_t part = options.compression / 4;
		return (options.dims + part - 1) / part;
	}
	case QuantizerKind::kRabitq:
		return level_code_bytes(blocks, options.bits) + sizeof(RabitqFactors);
	}
	return 0;
}

uint32_t quantizer_training_rows(const QuantizerOptions &options) noexcept
{
	return std::clamp(kTrainingFloats / options.dims, kFewestTrainingRows, kMostTrainingRows);
}

const QuantizerMethods &methods_of(QuantizerKind kind) noexcept
{
	switch (kind) {
	case QuantizerKind::kScalar:
		return kScalarMethods;
	case QuantizerKind::kBinary:
		return kBinaryMethods;
	case QuantizerKind::kProduct:
		return kProductMethods;
	case QuantizerKind::kRabitq:
		break;
	}
	return kRabitqMethods;
}

} /* namespace vecext */
