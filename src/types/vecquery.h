/*
 * vecquery.h: the SQL type vecquery, a query of several vectors: what is wanted,
 * said by examples (vecext/ranking/scorer.h has the kinds and their formulas).
 *
 * The datum, 8-byte aligned:
 *
 *     0  int32   varlena header
 *     4  uint8   kind         ScorerKind
 *     5  uint8   unused       0
 *     6  int16   dim          1 .. 16,000
 *     8  int32   positives    kFeedback: examples
 *    12  int32   negatives
 *    16  float8  a, b, c, score[positives]    kFeedback only
 *        float4  target[dim]                  kDiscover and kFeedback
 *        float4  positive[positives][dim]
 *        float4  negative[negatives][dim]
 *
 * All numbers are finite, the counts what Scorer::check() allows. Text is that of
 * vecquery_text.cpp. Examples are floats; where they meet a halfvec they are rounded
 * to halves, as a vector is that is compared with a halfvec.
 */
#pragma once

#include "pg/compat.h"

#include "types/dense.h"
#include "vecext/hnsw/examples.h"
#include "vecext/ranking/scorer.h"

namespace vecext::types {

struct VecQuery {
	int32 vl_len_; /* varlena header: read and set with VARSIZE and SET_VARSIZE only */
	uint8 kind;
	uint8 unused;
	int16 dim;
	int32 positives;
	int32 negatives;
};

static_assert(sizeof(VecQuery) == 16);

/* The scorer, without weights. */
inline Scorer scorer_of(const VecQuery *query)
{
	return {static_cast<ScorerKind>(query->kind), static_cast<uint32>(query->positives),
			static_cast<uint32>(query->negatives), nullptr};
}

/* a, b, c and the scores of a kFeedback's examples. */
inline const double *feedback_numbers(const VecQuery *query)
{
	return reinterpret_cast<const double *>(query + 1);
}

inline uint32 feedback_number_count(const VecQuery *query)
{
	return static_cast<ScorerKind>(query->kind) == ScorerKind::kFeedback ? 3 + static_cast<uint32>(query->positives)
																		 : 0;
}

/* The vectors, one after another, in the scorer's order. */
inline const float *example_elements(const VecQuery *query)
{
	return reinterpret_cast<const float *>(feedback_numbers(query) + feedback_number_count(query));
}

/* The value of `datum`, detoasted: in place when it is plain already, else a copy
 * in the current memory context. */
inline const VecQuery *vecquery_from(Datum datum)
{
	return reinterpret_cast<const VecQuery *>(PG_DETOAST_DATUM(datum));
}

/* Vectors of one kind of example, or none. */
struct ExampleList {
	const float *elements = nullptr; /* count x dim */
	uint32 count = 0;
	int dim = 0; /* 0 without vectors */
};

/* What a value is made of, from whatever source. */
struct VecQueryParts {
	ScorerKind kind;
	ExampleList target, positives, negatives;
	FeedbackCoefficients coefficients; /* kFeedback */
	const double *scores;              /* kFeedback: score_count of them */
	uint32 score_count;
};

/* A new value in the current memory context. Checks everything. */
VecQuery *make_vecquery(const VecQueryParts &parts);

/* The examples of a query as they are compared with values of a type, in the
 * current memory context. Raises an error for what does not fit into halves. */
hnsw::Examples make_examples(const VecQuery *query, Metric metric, ElementType element);

/* Raises 22000 unless a value of `dim` dimensions can be compared with the query. */
void check_query_dimensions(const char *type_name, int dim, const VecQuery *query);

} /* namespace vecext::types */
