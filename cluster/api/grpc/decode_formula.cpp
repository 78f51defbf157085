/*
 * decode_formula.cpp: the expression of a formula query.
 */
#include "api/grpc/decode.h"
#include "model/error.h"

namespace vecext::api::grpc {

model::FormulaQuery decode_formula(const pb::Formula &, const Place &)
{
	throw model::unsupported("A formula query");
}

} /* namespace vecext::api::grpc */
