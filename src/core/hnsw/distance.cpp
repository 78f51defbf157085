/*
 * distance.cpp: exact graph distances by metric and element type, and the
 * projection of values into the space of codes.
 */
#include "vecext/hnsw/distance.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "vecext/sparse.h"

namespace vecext::hnsw {

namespace {

/* A kSparse value taken apart. Values are at least 4-byte aligned. */
struct SparseView {
	size_t count;
	const int32_t *indexes;
	const float *values;
};

SparseView sparse_view(const void *data)
{
	const auto *words = static_cast<const int32_t *>(data);
	const auto count = static_cast<size_t>(words[0]);
	return {count, words + 1, reinterpret_cast<const float *>(words + 1 + count)};
}

template <class T> const T *elements(const Value &value)
{
	return static_cast<const T *>(value.data);
}

float cosine_distance(float inner_product, const Value &a, const Value &b)
{
	const float similarity = inner_product / (a.norm * b.norm);
	return std::max(2 - 2 * similarity, 0.0f);
}

} /* namespace */

struct GraphDistanceFunctions {
	using Function = GraphDistance::Function;

	static float l2_f32(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return g.kernels_->l2_squared_f32(elements<float>(a), elements<float>(b), g.dims_);
	}
	static float inner_product_f32(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return -g.kernels_->inner_product_f32(elements<float>(a), elements<float>(b), g.dims_);
	}
	static float cosine_f32(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return cosine_distance(g.kernels_->inner_product_f32(elements<float>(a), elements<float>(b), g.dims_), a, b);
	}
	static float l1_f32(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return g.kernels_->l1_f32(elements<float>(a), elements<float>(b), g.dims_);
	}

	static float l2_f16(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return g.kernels_->l2_squared_f16(elements<uint16_t>(a), elements<uint16_t>(b), g.dims_);
	}
	static float inner_product_f16(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return -g.kernels_->inner_product_f16(elements<uint16_t>(a), elements<uint16_t>(b), g.dims_);
	}
	static float cosine_f16(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return cosine_distance(g.kernels_->inner_product_f16(elements<uint16_t>(a), elements<uint16_t>(b), g.dims_), a,
							   b);
	}
	static float l1_f16(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return g.kernels_->l1_f16(elements<uint16_t>(a), elements<uint16_t>(b), g.dims_);
	}

	static float hamming_bit(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		return static_cast<float>(
			g.kernels_->hamming_bits(elements<uint8_t>(a), elements<uint8_t>(b), (g.dims_ + 7) / 8));
	}
	static float jaccard_bit(const GraphDistance &g, const Value &a, const Value &b) noexcept
	{
		const BitCounts counts =
			g.kernels_->jaccard_bits(elements<uint8_t>(a), elements<uint8_t>(b), (g.dims_ + 7) / 8);
		if (counts.both == 0)
			return 1;
		const auto either = static_cast<double>(counts.in_a + counts.in_b - counts.both);
		return static_cast<float>(1 - static_cast<double>(counts.both) / either);
	}

	static float l2_sparse(const GraphDistance &, const Value &a, const Value &b) noexcept
	{
		const SparseView x = sparse_view(a.data), y = sparse_view(b.data);
		return sparse_l2_squared(x.indexes, x.values, x.count, y.indexes, y.values, y.count);
	}
	static float product_sparse(const Value &a, const Value &b) noexcept
	{
		const SparseView x = sparse_view(a.data), y = sparse_view(b.data);
		return vecext::sparse_inner_product(x.indexes, x.values, x.count, y.indexes, y.values, y.count);
	}
	static float inner_product_sparse(const GraphDistance &, const Value &a, const Value &b) noexcept
	{
		return -product_sparse(a, b);
	}
	static float cosine_sparse(const GraphDistance &, const Value &a, const Value &b) noexcept
	{
		return cosine_distance(product_sparse(a, b), a, b);
	}
	static float l1_sparse(const GraphDistance &, const Value &a, const Value &b) noexcept
	{
		const SparseView x = sparse_view(a.data), y = sparse_view(b.data);
		return vecext::sparse_l1(x.indexes, x.values, x.count, y.indexes, y.values, y.count);
	}

	/* By ElementType, then Metric; null where there is no such distance. */
	static constexpr Function table[4][6] = {
		{l2_f32, inner_product_f32, cosine_f32, l1_f32, nullptr, nullptr},
		{l2_f16, inner_product_f16, cosine_f16, l1_f16, nullptr, nullptr},
		{nullptr, nullptr, nullptr, nullptr, hamming_bit, jaccard_bit},
		{l2_sparse, inner_product_sparse, cosine_sparse, l1_sparse, nullptr, nullptr},
	};
};

void GraphDistance::init(Metric metric, ElementType element, uint32_t dims, const Kernels &kernels) noexcept
{
	function_ = GraphDistanceFunctions::table[static_cast<int>(element)][static_cast<int>(metric)];
	kernels_ = &kernels;
	dims_ = dims;
	metric_ = metric;
	element_ = element;
}

bool GraphDistance::exists(Metric metric, ElementType element) noexcept
{
	return GraphDistanceFunctions::table[static_cast<int>(element)][static_cast<int>(metric)] != nullptr;
}

size_t value_size(ElementType element, uint32_t dims, const void *data) noexcept
{
	switch (element) {
	case ElementType::kFloat32:
		return size_t{dims} * sizeof(float);
	case ElementType::kFloat16:
		return size_t{dims} * sizeof(uint16_t);
	case ElementType::kBit:
		return (size_t{dims} + 7) / 8;
	case ElementType::kSparse:
		return sizeof(int32_t) + sparse_view(data).count * (sizeof(int32_t) + sizeof(float));
	}
	return 0;
}

float value_norm(const Kernels &kernels, ElementType element, uint32_t dims, const void *data) noexcept
{
	switch (element) {
	case ElementType::kFloat32:
		return std::sqrt(kernels.norm_squared_f32(static_cast<const float *>(data), dims));
	case ElementType::kFloat16:
		return std::sqrt(kernels.norm_squared_f16(static_cast<const uint16_t *>(data), dims));
	case ElementType::kSparse: {
		const SparseView view = sparse_view(data);
		return std::sqrt(kernels.norm_squared_f32(view.values, view.count));
	}
	case ElementType::kBit:
		break;
	}
	return 0;
}

void CodeSpace::init(Arena arena, Metric code_metric, ElementType code_element, uint32_t code_dims, int code_bits,
					 uint64_t seed, const float *code_centre)
{
	metric = code_metric;
	element = code_element;
	bits = static_cast<uint8_t>(code_bits);
	dims = code_dims;
	padded = padded_dims(code_dims);
	rotation.init(arena, code_dims, seed);
	float *copy = arena.allocate<float>(code_dims);
	if (code_centre != nullptr)
		memcpy(copy, code_centre, sizeof(float) * code_dims);
	else
		memset(copy, 0, sizeof(float) * code_dims);
	centre = copy;
}

void CodeSpace::project(const Value &value, float *out) const noexcept
{
	const float *elements = static_cast<const float *>(value.data);
	if (element == ElementType::kFloat16) {
		kernels().f16_to_f32(static_cast<const uint16_t *>(value.data), out, dims);
		elements = out;
	}
	const float factor = metric == Metric::kCosine ? 1 / value.norm : 1;
	for (uint32_t i = 0; i < dims; i++)
		out[i] = elements[i] * factor - centre[i];
	rotation.apply(out, out);
}

CodeFactors encode_edge(const CodeSpace &space, const ProjectedValue &from, const ProjectedValue &to, float distance,
						float *scratch, uint64_t *code) noexcept
{
	for (uint32_t i = 0; i < space.padded; i++)
		scratch[i] = to.projection[i] - from.projection[i];
	/* <o - p, p> = <o, p> - <p, p>, and the graph distance is -<o, p>. */
	const float with_reference = space.metric == Metric::kInnerProduct ? -distance - from.norm_squared : 0;
	return encode_residual(space.metric, space.bits, space.padded, scratch, from.projection, with_reference, code);
}

} /* namespace vecext::hnsw */
