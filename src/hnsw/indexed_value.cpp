/*
 * indexed_value.cpp: see indexed_value.h.
 */
#include "hnsw/indexed_value.h"

#include "hnsw/access_method.h"
#include "types/bit.h"
#include "types/halfvec.h"
#include "types/sparsevec.h"
#include "types/vector.h"

namespace vecext::pg {

namespace {

void check_dims(const IndexFormat &format, const char *type_name, uint32 dims)
{
	if (unlikely(dims != format.dims))
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different %s dimensions %u and %u", type_name, format.dims, dims)));
}

/* int32 count, int32 index[count], float value[count] */
IndexedValue value_from_sparse(const IndexFormat &format, Datum datum)
{
	const types::SparseVector *vector = types::sparse_vector_from(datum);
	check_dims(format, "sparsevec", vector->dim);
	if (static_cast<uint32>(vector->nnz) > kMaxNonZero)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("sparsevec cannot have more than %u non-zero elements for hnsw index", kMaxNonZero)));
	const Size elements = sizeof(int32) * vector->nnz;
	const uint32 bytes = sizeof(int32) + 2 * elements;
	auto *value = static_cast<char *>(palloc(bytes));
	memcpy(value, &vector->nnz, sizeof(int32));
	memcpy(value + sizeof(int32), vector->indices, elements);
	memcpy(value + sizeof(int32) + elements, types::values_of(vector), elements);
	return {{value, 0}, bytes};
}

IndexedValue value_from_bit(const IndexFormat &format, Datum datum)
{
	VarBit *bits = DatumGetVarBitP(datum);
	if (static_cast<uint32>(VARBITLEN(bits)) != format.dims)
		ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
						errmsg("different bit lengths %u and %u", format.dims, static_cast<uint32>(VARBITLEN(bits)))));
	return {{VARBITS(bits), 0}, static_cast<uint32>(VARBITBYTES(bits))};
}

template <class Element> IndexedValue value_from_dense(const IndexFormat &format, Datum datum)
{
	const auto *vector = types::dense_from<Element>(datum);
	check_dims(format, types::ElementTraits<Element>::kTypeName, vector->dim);
	return {{vector->x, 0}, static_cast<uint32>(vector->dim * sizeof(Element))};
}

/* Only directions count under cosine: lengths must not leave the range of halves.
 * What cannot be normalised is refused as too large for them, or has no distance. */
const float *normalised(const float *values, uint32 dims)
{
	const float norm = hnsw::value_norm(kernels(), ElementType::kFloat32, dims, values);
	if (!(norm > 0) || !(norm * norm <= kMostNormSquared))
		return values;
	auto *scaled = static_cast<float *>(palloc(sizeof(float) * dims));
	for (uint32 i = 0; i < dims; i++)
		scaled[i] = values[i] / norm;
	return scaled;
}

/* Values of the column are float, those of the index halves. */
IndexedValue value_narrowed(const IndexFormat &format, Datum datum)
{
	const auto *wide = static_cast<const float *>(value_from_dense<float>(format, datum).value.data);
	if (static_cast<Metric>(format.metric) == Metric::kCosine)
		wide = normalised(wide, format.dims);
	auto *halves = static_cast<uint16_t *>(palloc(sizeof(uint16_t) * format.dims));
	kernels().f32_to_f16(wide, halves, format.dims);
	constexpr uint16_t kExponent = 0x7c00;
	for (uint32 i = 0; i < format.dims; i++)
		if ((halves[i] & kExponent) == kExponent)
			ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
							errmsg("\"%g\" is out of range for an hnsw index with exact = float16", wide[i]),
							errhint("Use exact = float32 for elements beyond 65504.")));
	return {{halves, 0}, static_cast<uint32>(format.dims * sizeof(uint16_t))};
}

} /* namespace */

IndexedValue value_from_datum(const IndexFormat &format, Datum datum)
{
	const auto element = static_cast<ElementType>(format.element);
	IndexedValue value = {};
	switch (element) {
	case ElementType::kFloat32:
		value = value_from_dense<float>(format, datum);
		break;
	case ElementType::kFloat16:
		value = format.narrowed() ? value_narrowed(format, datum) : value_from_dense<uint16_t>(format, datum);
		break;
	case ElementType::kBit:
		value = value_from_bit(format, datum);
		break;
	case ElementType::kSparse:
		value = value_from_sparse(format, datum);
		break;
	}
	if (static_cast<Metric>(format.metric) == Metric::kCosine)
		value.value.norm = hnsw::value_norm(kernels(), element, format.dims, value.value.data);
	return value;
}

float float_norm_squared(const IndexFormat &format, const hnsw::Value &value)
{
	const auto element = static_cast<ElementType>(format.element);
	if (element != ElementType::kFloat32 && element != ElementType::kSparse)
		return 0;
	const float norm = hnsw::value_norm(kernels(), element, format.dims, value.data);
	return norm * norm;
}

uint32 unindexed_kind(const IndexFormat &format, const IndexedValue &value)
{
	if (static_cast<Metric>(format.metric) == Metric::kCosine && !(value.value.norm > 0))
		return kUnindexedZeroNorm;
	return float_norm_squared(format, value.value) > kMostNormSquared ? kUnindexedHuge : 0;
}

} /* namespace vecext::pg */
