/*
 * node_codes.h: the codes that nodes of a compact index are known by
 * (include/vecext/quantizer.h), and the model that they are made with.
 *
 * A model is trained once, before the first node is written: by the build on a
 * sample of the rows, or by the merge that begins a graph on the pending rows. It
 * lies on value pages like a value and never changes while the graph has nodes,
 * so a backend keeps those that it read last, by index file and version.
 */
#pragma once

#include "hnsw/options.h"
#include "hnsw/pages.h"

#include "vecext/decode.h"
#include "vecext/hnsw/search.h"
#include "vecext/quantizer.h"

namespace vecext::pg {

/* What the options ask for; refuses what does not go with the metric. */
NodeCodeState choose_node_codes(const HnswOptions &options, Metric metric, uint32 dims);

/* The same as the core wants it. */
QuantizerOptions quantizer_options(const IndexFormat &format, const NodeCodeState &codes);

/* Bytes of one code in a record: a multiple of 8. */
uint32 node_code_bytes(const IndexFormat &format, const NodeCodeState &codes);

/* The model of an index, valid until `holder` is reset or deleted. Null while the
 * index has none (centre_version 0). */
const Quantizer *hold_quantizer(Relation index, const MetaPage &meta, MemoryContext holder);

/* Trains a model on count x dims floats and writes it to value pages; sets
 * *model_bytes. The caller puts the reference into the metapage. */
ValueRef write_model(Relation index, bool building, const IndexFormat &format, const NodeCodeState &codes,
					 const float *rows, uint32 count, int threads, uint32 *model_bytes);

/* A value in full precision: `value` itself, or converted to `wide` (dims
 * floats). */
inline const float *widened(const IndexFormat &format, const void *value, float *wide)
{
	if (static_cast<ElementType>(format.element) == ElementType::kFloat32)
		return static_cast<const float *>(value);
	kernels().f16_to_f32(static_cast<const uint16_t *>(value), wide, format.dims);
	return wide;
}

/* Makes codes of values; and of one value at a time a query, which estimates
 * distances to codes. Memory from the context given to init(). */
class NodeCoder {
public:
	void init(const IndexFormat &format, const Quantizer *quantizer, MemoryContext context);
	bool ready() const { return quantizer_ != nullptr; }

	/* Writes `format.value_bytes` bytes; what the code leaves free is zero. */
	void encode(const void *value, uint8 *code);

	/* Writes to `value` what the code says of it; returns its norm (kCosine). */
	float decode(const void *code, void *value);

	void prepare(const void *value);
	hnsw::NodeEstimator estimator() const { return {estimate, &query_}; }
	float error(const void *code, float estimate) const
	{
		return query_.error(static_cast<const uint8 *>(code), estimate);
	}

private:
	static float estimate(const void *query, const void *code) noexcept
	{
		return static_cast<const QuantizedQuery *>(query)->estimate(static_cast<const uint8 *>(code));
	}

	const IndexFormat *format_ = nullptr;
	const Quantizer *quantizer_ = nullptr;
	QuantizedQuery query_;
	float *wide_ = nullptr;
	float *scratch_ = nullptr;
};

} /* namespace vecext::pg */
