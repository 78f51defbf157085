/*
 * state.cpp: writing the head of a state, and believing nothing of one that is
 * read.
 */
#include "core/quantizer/state.h"

#include <cmath>
#include <cstring>

namespace vecext {

namespace {

/* FNV-1a over 64-bit words with the checksum taken as zero. It is to find
 * damage, not forgery. */
uint64_t checksum_of(const QuantizerState &state)
{
	constexpr uint64_t kPrime = 0x100000001b3u;
	constexpr size_t kSkipped = offsetof(QuantizerState, checksum) / 8;
	const auto *bytes = reinterpret_cast<const uint8_t *>(&state);
	uint64_t hash = 0xcbf29ce484222325u;
	for (size_t i = 0; i < state.bytes / 8; i++) {
		uint64_t word = 0;
		if (i != kSkipped)
			memcpy(&word, bytes + 8 * i, sizeof word);
		hash = (hash ^ word) * kPrime;
		hash ^= hash >> 29; /* the prime alone carries nothing downwards */
	}
	return hash;
}

Status damaged(const char *what)
{
	return Status::error(ErrorKind::kCorruption, "quantizer state is damaged: %s", what);
}

/* Ranges and deviations are lengths; ranges can be doubled. */
bool widths_are_sound(const QuantizerState &state)
{
	const auto kind = static_cast<QuantizerKind>(state.kind);
	if (kind != QuantizerKind::kScalar && kind != QuantizerKind::kBinary)
		return true;
	for (uint32_t i = 0; i < state.dims; i++)
		if (!(state.range()[i] >= 0 && (kind == QuantizerKind::kBinary || state.range()[i] <= 1e38f)))
			return false;
	return true;
}

/* Codes are made and scored with these; an infinity would spread. */
bool numbers_are_sound(const QuantizerState &state)
{
	for (float x : {state.gain, state.distortion, state.error, state.intercept, state.slope})
		if (!std::isfinite(x))
			return false;
	const size_t floats = (state.bytes - sizeof(QuantizerState)) / sizeof(float);
	for (size_t i = 0; i < floats; i++)
		if (!std::isfinite(state.centre()[i]))
			return false;
	return widths_are_sound(state) && state.distortion >= 0 && state.error >= 0;
}

bool unused_is_zero(const QuantizerState &state)
{
	for (uint8_t byte : state.unused)
		if (byte != 0)
			return false;
	return true;
}

Status check_head(const QuantizerState &state, size_t bytes)
{
	if (state.magic == __builtin_bswap32(kStateMagic))
		return damaged("it was written on a machine of another byte order");
	if (state.magic != kStateMagic)
		return damaged("it does not begin like one");
	if (state.version != kStateVersion)
		return Status::error(ErrorKind::kCorruption, "quantizer state has version %u, this program knows version %u",
							 state.version, kStateVersion);
	if (state.bytes != bytes)
		return Status::error(ErrorKind::kCorruption, "quantizer state is damaged: %zu bytes instead of %llu", bytes,
							 static_cast<unsigned long long>(state.bytes));
	return Status::ok();
}

} /* namespace */

QuantizerOptions options_of(const QuantizerState &state) noexcept
{
	QuantizerOptions options;
	options.kind = static_cast<QuantizerKind>(state.kind);
	options.metric = static_cast<Metric>(state.metric);
	options.dims = state.dims;
	options.quantile = state.quantile;
	options.binary_width = static_cast<BinaryWidth>(state.binary_width);
	options.binary_query = static_cast<BinaryQuery>(state.binary_query);
	options.compression = state.compression;
	options.bits = state.bits;
	options.seed = state.seed;
	return options;
}

void begin_state(const QuantizerOptions &options, QuantizerState &state) noexcept
{
	const size_t bytes = quantizer_state_bytes(options);
	memset(static_cast<void *>(&state), 0, bytes);
	state.magic = kStateMagic;
	state.version = kStateVersion;
	state.kind = static_cast<uint8_t>(options.kind);
	state.metric = static_cast<uint8_t>(options.metric);
	state.dims = options.dims;
	state.binary_width = static_cast<uint8_t>(options.binary_width);
	state.binary_query = static_cast<uint8_t>(options.binary_query);
	state.compression = options.compression;
	state.bits = options.bits;
	state.seed = options.seed;
	state.bytes = bytes;
	state.quantile = options.quantile;
}

void seal_state(QuantizerState &state) noexcept
{
	state.checksum = checksum_of(state);
}

Status check_state(const void *bytes_of_state, size_t bytes) noexcept
{
	if (bytes < sizeof(QuantizerState))
		return damaged("it is too short");
	const auto &state = *static_cast<const QuantizerState *>(bytes_of_state);
	Status status = check_head(state, bytes);
	if (!status.is_ok())
		return status;
	const QuantizerOptions options = options_of(state);
	status = check_quantizer_options(options);
	if (!status.is_ok())
		return damaged(status.message());
	if (quantizer_state_bytes(options) != bytes)
		return damaged("its size does not fit its options");
	if (state.rows > quantizer_training_rows(options))
		return damaged("it claims more rows than training takes");
	if (state.checksum != checksum_of(state))
		return damaged("its checksum does not match");
	if (!unused_is_zero(state) || !numbers_are_sound(state))
		return damaged("it holds impossible numbers");
	return Status::ok();
}

} /* namespace vecext */
