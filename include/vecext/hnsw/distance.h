/*
 * distance.h: exact graph distances between stored values, and their place in
 * the space that codes are taken in.
 *
 * Value formats, by ElementType (dims elements unless said):
 *   kFloat32   float[dims]
 *   kFloat16   uint16_t[dims], IEEE binary16
 *   kBit       uint8_t[(dims + 7) / 8], first dimension in the highest bit,
 *              unused low bits of the last byte zero (PostgreSQL's `bit`)
 *   kSparse    SparseValue: int32_t count, int32_t index[count] ascending,
 *              float value[count]
 *
 * A value travels with its norm, which only kCosine uses (0 elsewhere). Values
 * of zero norm never enter a kCosine graph.
 */
#pragma once

#include <cstddef>
#include <cstdint>

#include "vecext/kernels.h"
#include "vecext/metric.h"
#include "vecext/rabitq.h"
#include "vecext/rotation.h"

namespace vecext::hnsw {

struct Value {
	const void *data;
	float norm;
};

/* Bytes of the value at `data`; `data` is read for kSparse only. */
size_t value_size(ElementType element, uint32_t dims, const void *data) noexcept;

/* Euclidean norm of a value, for kCosine; 0 for element types without cosine. */
float value_norm(const Kernels &kernels, ElementType element, uint32_t dims, const void *data) noexcept;

/* The exact graph distance (metric.h) between two values. Resolves the kernel
 * once; copy it freely. */
class GraphDistance {
public:
	void init(Metric metric, ElementType element, uint32_t dims, const Kernels &kernels) noexcept;
	/* Whether values of this type have this distance; init() requires it. */
	static bool exists(Metric metric, ElementType element) noexcept;
	float operator()(const Value &a, const Value &b) const noexcept { return function_(*this, a, b); }
	Metric metric() const noexcept { return metric_; }
	ElementType element() const noexcept { return element_; }
	uint32_t dims() const noexcept { return dims_; }
	const Kernels &kernels() const noexcept { return *kernels_; }

private:
	using Function = float (*)(const GraphDistance &, const Value &, const Value &) noexcept;
	friend struct GraphDistanceFunctions; /* src/core/hnsw/distance.cpp */

	Function function_ = nullptr;
	const Kernels *kernels_ = nullptr;
	uint32_t dims_ = 0;
	Metric metric_ = Metric::kL2;
	ElementType element_ = ElementType::kFloat32;
};

/* Where codes live: rotation and centre. Read-only after init. kFloat32 and
 * kFloat16 values under kL2, kInnerProduct and kCosine only. */
struct CodeSpace {
	Metric metric;
	ElementType element;
	uint8_t bits;
	uint32_t dims;
	uint32_t padded;
	Rotation rotation;
	const float *centre; /* dims values; the mean of the (for kCosine normalised) data */

	void init(Arena arena, Metric metric, ElementType element, uint32_t dims, int bits, uint64_t seed,
			  const float *centre);

	/* out[padded] = R(value - centre); for kCosine of the normalised value. */
	void project(const Value &value, float *out) const noexcept;
};

/* A value with its projection: one end of an edge. */
struct ProjectedValue {
	Value value;
	const float *projection; /* padded values */
	float norm_squared;      /* kInnerProduct: <value, value>; else unused */
};

/* The code and factors of the edge from `from` to `to`. distance = exact graph
 * distance between the two. scratch: padded floats. */
CodeFactors encode_edge(const CodeSpace &space, const ProjectedValue &from, const ProjectedValue &to, float distance,
						float *scratch, uint64_t *code) noexcept;

} /* namespace vecext::hnsw */
