/*
 * formula.cpp: see formula.h.
 */
#include "model/formula.h"

namespace vecext::model {

const std::vector<Expression> &operands_of(const Expression &expression)
{
	static const std::vector<Expression> none;
	if (const auto *operation = std::get_if<OperatorExpression>(&expression.value))
		return operation->operands;
	if (const auto *decay = std::get_if<DecayExpression>(&expression.value))
		return decay->operands;
	return none;
}

} /* namespace vecext::model */
