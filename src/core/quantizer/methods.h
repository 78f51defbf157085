/*
 * methods.h: what a kind of quantizer consists of; one table per kind.
 */
#pragma once

#include "core/quantizer/state.h"

namespace vecext {

/* Asked now and then on the calling thread; true stops the work. */
struct TrainingPoll {
	bool (*function)(void *) = nullptr;
	void *context = nullptr;
	bool operator()() const { return function != nullptr && function(context); }
};

/* The sample as training sees it: normalised under kCosine, no longer than
 * quantizer_training_rows(). */
struct TrainingRows {
	const float *values; /* count * dims */
	uint32_t count;
	uint32_t dims;
	int threads;
	TrainingPoll poll;

	const float *row(uint32_t i) const { return values + size_t{i} * dims; }
};

struct QuantizerMethods {
	/* Fills in what the kind learns besides the centre; false when the poll stopped
	 * it. May throw bad_alloc. */
	bool (*train)(const TrainingRows &rows, QuantizerState &state);

	/* Floats of scratch that encode() wants. */
	size_t (*scratch_floats)(const QuantizerOptions &options) noexcept;

	/* Those of Quantizer and QuantizedQuery. `values` is normalised already. */
	void (*encode)(const Quantizer &quantizer, const float *values, float *scratch, uint8_t *code) noexcept;
	void (*init_query)(QuantizedQuery &query, Arena arena);
	void (*prepare)(QuantizedQuery &query, const float *values) noexcept;
	void (*estimate)(const QuantizedQuery &query, const uint8_t *codes, size_t stride, uint32_t count,
					 float *out) noexcept;
	float (*error)(const QuantizedQuery &query, const uint8_t *code, float estimate) noexcept;
};

extern const QuantizerMethods kScalarMethods;
extern const QuantizerMethods kBinaryMethods;
extern const QuantizerMethods kProductMethods;
extern const QuantizerMethods kRabitqMethods;

const QuantizerMethods &methods_of(QuantizerKind kind) noexcept;

} /* namespace vecext */
