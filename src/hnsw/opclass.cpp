/*
 * opclass.cpp: what each operator class means: metric, element type, limits.
 *
 * An operator class of hnsw (or ivfflat) has one support function, number 1. It
 * takes and returns `internal` and answers a pointer to a constant
 * OpclassTraits; everything else follows from that. So a new operator class is
 * one line here and one statement in sql/extension/60_hnsw.sql.
 */
#include "hnsw/access_method.h"

extern "C" {
#include "access/genam.h"
#include "catalog/pg_type_d.h"
#include "utils/lsyscache.h"
}

#include "hnsw/options.h"

namespace vecext::pg {

namespace {

constexpr uint32 kMaxVectorDims = 16000;
constexpr uint32 kMaxHalfvecDims = 16000;
constexpr uint32 kMaxBitDims = 64000;
constexpr uint32 kMaxSparsevecDims = 1000000000;

} /* namespace */

#define HNSW_OPCLASS(name, metric, element, max_dims, type_name)                    \
	VECEXT_FUNCTION(name)                                                           \
	{                                                                               \
		static const OpclassTraits traits = {metric, element, max_dims, type_name}; \
		PG_RETURN_POINTER(&traits);                                                 \
	}

HNSW_OPCLASS(hnsw_vector_l2_traits, Metric::kL2, ElementType::kFloat32, kMaxVectorDims, "vector")
HNSW_OPCLASS(hnsw_vector_ip_traits, Metric::kInnerProduct, ElementType::kFloat32, kMaxVectorDims, "vector")
HNSW_OPCLASS(hnsw_vector_cosine_traits, Metric::kCosine, ElementType::kFloat32, kMaxVectorDims, "vector")
HNSW_OPCLASS(hnsw_vector_l1_traits, Metric::kL1, ElementType::kFloat32, kMaxVectorDims, "vector")
HNSW_OPCLASS(hnsw_halfvec_l2_traits, Metric::kL2, ElementType::kFloat16, kMaxHalfvecDims, "halfvec")
HNSW_OPCLASS(hnsw_halfvec_ip_traits, Metric::kInnerProduct, ElementType::kFloat16, kMaxHalfvecDims, "halfvec")
HNSW_OPCLASS(hnsw_halfvec_cosine_traits, Metric::kCosine, ElementType::kFloat16, kMaxHalfvecDims, "halfvec")
HNSW_OPCLASS(hnsw_halfvec_l1_traits, Metric::kL1, ElementType::kFloat16, kMaxHalfvecDims, "halfvec")
HNSW_OPCLASS(hnsw_bit_hamming_traits, Metric::kHamming, ElementType::kBit, kMaxBitDims, "bit")
HNSW_OPCLASS(hnsw_bit_jaccard_traits, Metric::kJaccard, ElementType::kBit, kMaxBitDims, "bit")
HNSW_OPCLASS(hnsw_sparsevec_l2_traits, Metric::kL2, ElementType::kSparse, kMaxSparsevecDims, "sparsevec")
HNSW_OPCLASS(hnsw_sparsevec_ip_traits, Metric::kInnerProduct, ElementType::kSparse, kMaxSparsevecDims, "sparsevec")
HNSW_OPCLASS(hnsw_sparsevec_cosine_traits, Metric::kCosine, ElementType::kSparse, kMaxSparsevecDims, "sparsevec")
HNSW_OPCLASS(hnsw_sparsevec_l1_traits, Metric::kL1, ElementType::kSparse, kMaxSparsevecDims, "sparsevec")

const OpclassTraits &opclass_traits(Relation index)
{
	FmgrInfo *support = index_getprocinfo(index, 1, kTraitsProc);
	return *reinterpret_cast<const OpclassTraits *>(DatumGetPointer(FunctionCall1(support, PointerGetDatum(nullptr))));
}

bool orders_by_examples(Oid ordering_operator, Oid family)
{
	int strategy;
	Oid left, right;
	get_op_opfamily_properties(ordering_operator, family, true, &strategy, &left, &right);
	return strategy == kExamplesStrategy;
}

uint32 index_dims(Relation index)
{
	const Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(index), 0);
	const OpclassTraits &traits = opclass_traits(index);
	const char *am_name = is_ivfflat(index) ? "ivfflat" : "hnsw";

	/* varbit is binary-coercible to bit, so an operator class for bit takes it. */
	if (attribute->atttypid == VARBITOID)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("type not supported for %s index", am_name)));
	if (attribute->atttypmod < 1)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("column does not have dimensions")));
	if (static_cast<uint32>(attribute->atttypmod) > traits.max_dims)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						errmsg("column cannot have more than %u dimensions for %s index", traits.max_dims, am_name)));
	return attribute->atttypmod;
}

bool is_ivfflat(Relation index)
{
	return index->rd_indam->amoptions == ivfflat_parse_options;
}

} /* namespace vecext::pg */
