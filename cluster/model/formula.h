/*
 * formula.h: the expression of a formula query as the APIs send it.
 *
 * The codecs fill the tree and check paths and points on the earth; everything
 * else (names of variables, datetimes, parameters of decays, limits) is checked
 * where the formula is compiled: collection/formula/formula.h, which says what each
 * expression means.
 */
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/filter.h"
#include "model/payload.h"

namespace vecext::model {

struct Expression;

/* "$score" and "$score[i]" are scores of prefetches, others paths of payload fields. */
struct VariableExpression {
	std::string name;
};

struct ConditionExpression {
	std::shared_ptr<const Condition> condition;
};

struct GeoDistanceExpression {
	GeoPoint origin;
	std::string to; /* a path */
};

struct DatetimeExpression {
	std::string datetime; /* as sent */
};

struct DatetimeKeyExpression {
	std::string key; /* a path */
};

struct OperatorExpression {
	enum Kind : uint8_t {
		kSum,  /* any number of operands */
		kMult, /* any number of operands */
		kDiv,  /* left, right */
		kPow,  /* base, exponent */
		kNeg,  /* and all that follow: one */
		kAbs,
		kSqrt,
		kExp,
		kLog10,
		kLn,
	};

	Kind kind = kSum;
	std::vector<Expression> operands;
	std::optional<float> by_zero_default; /* of kDiv */
};

struct DecayExpression {
	enum Kind : uint8_t { kLinear, kExponential, kGaussian };

	Kind kind = kLinear;
	std::vector<Expression> operands; /* x, and the target when there is one */
	std::optional<float> scale, midpoint;
};

struct Expression {
	std::variant<float, VariableExpression, ConditionExpression, GeoDistanceExpression, DatetimeExpression,
				 DatetimeKeyExpression, OperatorExpression, DecayExpression>
		value;
};

/* What the value of an expression is computed of; none of a leaf. */
const std::vector<Expression> &operands_of(const Expression &expression);

/* Scores the results of the prefetches anew. */
struct FormulaQuery {
	Expression formula;
	JsonText defaults; /* an object, by names of variables; "" when there are none */
};

} /* namespace vecext::model */
