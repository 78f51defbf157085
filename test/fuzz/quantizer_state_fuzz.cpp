/*
 * quantizer_state_fuzz.cpp: states of quantizers as they come from index pages.
 *
 * The bytes are taken as a state as they are, and once more with size and checksum
 * put right, so that what lies behind those checks is reached. A state that is
 * believed must encode and score without NaN or undefined arithmetic.
 */
#include <algorithm>
#include <cmath>

#include "core/quantizer/state.h"
#include "fuzz_target.h"

using namespace vecext;
using namespace vecext::fuzz;

namespace {

constexpr uint32_t kMostDims = 64;

/* Vectors that a quantizer may meet, whatever it was trained for. */
void use(const Quantizer &quantizer, Arena arena)
{
	const uint32_t dims = quantizer.options.dims;
	std::vector<float> scratch(quantizer.scratch_floats + 1);
	std::vector<uint8_t> code(quantizer.code_bytes);
	QuantizedQuery query;
	query.init(arena, quantizer);
	for (float value : {0.0f, 1.0f, -1e-30f, 3e38f}) {
		std::vector<float> values(dims, value);
		values[0] = -value;
		quantizer.encode(values.data(), scratch.data(), code.data());
		query.prepare(values.data());
		const float estimate = query.estimate(code.data());
		require(!std::isnan(estimate), "estimates are numbers");
		require(query.error(code.data(), estimate) >= 0, "errors are not negative");
	}
}

void open_state(const std::vector<uint64_t> &state, size_t bytes)
{
	MallocArena arena;
	Quantizer quantizer;
	const Status status = quantizer.init(arena.arena(), state.data(), bytes);
	if (status.is_ok()) {
		if (quantizer.options.dims <= kMostDims)
			use(quantizer, arena.arena());
		return;
	}
	require(status.kind() == ErrorKind::kCorruption, "a bad state is corruption");
	require(status.message()[0] != 0, "the error has a message");
}

/* Options within their ranges, mostly. */
void repair_options(QuantizerState &head)
{
	constexpr uint8_t kCompressions[] = {4, 8, 16, 32, 64};
	head.kind = static_cast<uint8_t>(1 + head.kind % 4);
	head.metric %= 4;
	head.dims = 1 + head.dims % kMostDims;
	head.bits = static_cast<uint8_t>(1 + head.bits % 8);
	head.compression = kCompressions[head.compression % 5];
	head.binary_width %= 3;
	head.binary_query %= 4;
	if (!(head.quantile >= 0.5f && head.quantile <= 1))
		head.quantile = 1;
	head.rows %= 1000;
}

/* Repeats what is there, so that a few bytes make numbers of every kind. */
void grow(std::vector<uint64_t> &state, size_t words)
{
	const size_t given = std::max(state.size(), size_t{1});
	const size_t start = state.size();
	state.resize(words);
	for (size_t i = start; i < words; i++)
		state[i] = state[i % given];
}

/* Makes the bytes a state of the size that their options ask for; what the numbers
 * are is left to chance. */
void repair(std::vector<uint64_t> &state)
{
	grow(state, std::max(state.size(), sizeof(QuantizerState) / 8));
	repair_options(*reinterpret_cast<QuantizerState *>(state.data()));
	const size_t bytes = quantizer_state_bytes(options_of(*reinterpret_cast<QuantizerState *>(state.data())));
	grow(state, bytes / 8);
	auto &head = *reinterpret_cast<QuantizerState *>(state.data());
	head.magic = kStateMagic;
	head.version = kStateVersion;
	head.bytes = bytes;
	memset(head.unused, 0, sizeof head.unused);
	seal_state(head);
}

} /* namespace */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	std::vector<uint64_t> state((size + 7) / 8);
	if (size > 0)
		memcpy(state.data(), data, size);
	open_state(state, size);
	repair(state);
	open_state(state, state.size() * 8);
	return 0;
}
