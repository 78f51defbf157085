/*
 * quantizer.cpp: the interface, on the methods of each kind.
 */
#include "vecext/quantizer.h"

#include <cmath>
#include <cstring>

#include "core/quantizer/levels.h"
#include "core/quantizer/methods.h"
#include "core/quantizer/normalise.h"

namespace vecext {

namespace {

/* Room for a normalised vector in front of what the kind itself wants. */
size_t normalised_floats(const QuantizerOptions &options)
{
	return options.metric == Metric::kCosine ? options.dims : 0;
}

/* `values`, or its normalised copy in `room`. */
const float *take_values(const QuantizerOptions &options, const float *values, float *room)
{
	if (options.metric != Metric::kCosine)
		return values;
	normalise(values, options.dims, room);
	return room;
}

} /* namespace */

Status Quantizer::init(Arena arena, const void *bytes_of_state, size_t bytes)
{
	const Status status = check_state(bytes_of_state, bytes);
	if (!status.is_ok())
		return status;
	state = static_cast<const QuantizerState *>(bytes_of_state);
	options = options_of(*state);
	methods = &methods_of(options.kind);
	code_bytes = quantizer_code_bytes(options);
	scratch_floats = normalised_floats(options) + methods->scratch_floats(options);
	if (options.kind == QuantizerKind::kRabitq)
		rotation.init(arena, options.dims, options.seed);
	return Status::ok();
}

uint32_t Quantizer::trained_rows() const noexcept
{
	return state->rows;
}

void Quantizer::encode(const float *values, float *scratch, uint8_t *code) const noexcept
{
	const float *taken = take_values(options, values, scratch);
	methods->encode(*this, taken, scratch + normalised_floats(options), code);
}

void QuantizedQuery::init(Arena arena, const Quantizer &of)
{
	*this = {};
	quantizer = &of;
	kernels = &level_kernels();
	scratch = arena.allocate<float>(of.scratch_floats);
	of.methods->init_query(*this, arena);
}

void QuantizedQuery::prepare(const float *vector) noexcept
{
	quantizer->methods->prepare(*this, take_values(quantizer->options, vector, scratch));
}

void QuantizedQuery::estimate(const uint8_t *codes, size_t stride, uint32_t count, float *out) const noexcept
{
	quantizer->methods->estimate(*this, codes, stride, count, out);
}

void QuantizedQuery::estimate_each(const uint8_t *const *codes, uint32_t count, float *out) const noexcept
{
	for (uint32_t i = 0; i < count; i++) {
		if (i + 1 < count)
			__builtin_prefetch(codes[i + 1]);
		quantizer->methods->estimate(*this, codes[i], 0, 1, out + i);
	}
}

float QuantizedQuery::error(const uint8_t *one, float estimate) const noexcept
{
	/* Infinite estimates times errors of zero are no numbers. */
	return bounded(quantizer->methods->error(*this, one, estimate));
}

} /* namespace vecext */
