/*
 * decode_formula.cpp: the expression of a formula query.
 */
#include "api/grpc/decode.h"

namespace vecext::api::grpc {

namespace {

using google::protobuf::RepeatedPtrField;
using Operator = model::OperatorExpression;

/* Deepest nesting of expressions. */
constexpr int kMaxDepth = 256;

model::Expression decode_expression(const pb::Expression &message, const Place &place, int depth);

std::vector<model::Expression> decode_operands(const RepeatedPtrField<pb::Expression> &list, const Place &place,
											   int depth)
{
	std::vector<model::Expression> operands;
	for (const pb::Expression &operand : list)
		operands.push_back(decode_expression(operand, place.at(operands.size()), depth));
	return operands;
}

Operator unary_operator(Operator::Kind kind, const pb::Expression &operand, const Place &place, int depth)
{
	return {kind, {decode_expression(operand, place, depth)}, std::nullopt};
}

Operator decode_division(const pb::DivExpression &message, const Place &place, int depth)
{
	Operator division{Operator::kDiv,
					  {decode_expression(message.left(), place.in("left"), depth),
					   decode_expression(message.right(), place.in("right"), depth)},
					  std::nullopt};
	if (message.has_by_zero_default())
		division.by_zero_default = message.by_zero_default();
	return division;
}

Operator decode_power(const pb::PowExpression &message, const Place &place, int depth)
{
	return {Operator::kPow,
			{decode_expression(message.base(), place.in("base"), depth),
			 decode_expression(message.exponent(), place.in("exponent"), depth)},
			std::nullopt};
}

model::DecayExpression decode_decay(model::DecayExpression::Kind kind, const pb::DecayParamsExpression &message,
									const Place &place, int depth)
{
	model::DecayExpression decay{
		kind, {decode_expression(message.x(), place.in("x"), depth)}, std::nullopt, std::nullopt};
	if (message.has_target())
		decay.operands.push_back(decode_expression(message.target(), place.in("target"), depth));
	if (message.has_scale())
		decay.scale = message.scale();
	if (message.has_midpoint())
		decay.midpoint = message.midpoint();
	return decay;
}

model::GeoDistanceExpression decode_distance(const pb::GeoDistance &message, const Place &place)
{
	return {decode_geo_point(message.origin(), place.in("origin")), checked_path(message.to(), place.in("to"))};
}

model::Expression decode_expression(const pb::Expression &message, const Place &place, int depth)
{
	using Decay = model::DecayExpression;
	if (++depth > kMaxDepth)
		place.malformed("more than " + std::to_string(kMaxDepth) + " expressions within each other");
	switch (message.variant_case()) {
	case pb::Expression::kConstant:
		return {message.constant()};
	case pb::Expression::kVariable:
		return {model::VariableExpression{message.variable()}};
	case pb::Expression::kCondition:
		return {model::ConditionExpression{
			std::make_shared<const model::Condition>(decode_condition(message.condition(), place.in("condition")))}};
	case pb::Expression::kGeoDistance:
		return {decode_distance(message.geo_distance(), place.in("geo_distance"))};
	case pb::Expression::kDatetime:
		return {model::DatetimeExpression{message.datetime()}};
	case pb::Expression::kDatetimeKey:
		return {model::DatetimeKeyExpression{checked_path(message.datetime_key(), place.in("datetime_key"))}};
	case pb::Expression::kMult:
		return {Operator{Operator::kMult, decode_operands(message.mult().mult(), place.in("mult"), depth), {}}};
	case pb::Expression::kSum:
		return {Operator{Operator::kSum, decode_operands(message.sum().sum(), place.in("sum"), depth), {}}};
	case pb::Expression::kDiv:
		return {decode_division(message.div(), place.in("div"), depth)};
	case pb::Expression::kNeg:
		return {unary_operator(Operator::kNeg, message.neg(), place.in("neg"), depth)};
	case pb::Expression::kAbs:
		return {unary_operator(Operator::kAbs, message.abs(), place.in("abs"), depth)};
	case pb::Expression::kSqrt:
		return {unary_operator(Operator::kSqrt, message.sqrt(), place.in("sqrt"), depth)};
	case pb::Expression::kPow:
		return {decode_power(message.pow(), place.in("pow"), depth)};
	case pb::Expression::kExp:
		return {unary_operator(Operator::kExp, message.exp(), place.in("exp"), depth)};
	case pb::Expression::kLog10:
		return {unary_operator(Operator::kLog10, message.log10(), place.in("log10"), depth)};
	case pb::Expression::kLn:
		return {unary_operator(Operator::kLn, message.ln(), place.in("ln"), depth)};
	case pb::Expression::kExpDecay:
		return {decode_decay(Decay::kExponential, message.exp_decay(), place.in("exp_decay"), depth)};
	case pb::Expression::kGaussDecay:
		return {decode_decay(Decay::kGaussian, message.gauss_decay(), place.in("gauss_decay"), depth)};
	case pb::Expression::kLinDecay:
		return {decode_decay(Decay::kLinear, message.lin_decay(), place.in("lin_decay"), depth)};
	case pb::Expression::VARIANT_NOT_SET:
		break;
	}
	place.malformed("missing expression");
}

} /* namespace */

model::FormulaQuery decode_formula(const pb::Formula &message, const Place &place)
{
	model::FormulaQuery query;
	query.formula = decode_expression(message.expression(), place.in("expression"), 0);
	if (!message.defaults().empty())
		query.defaults = decode_payload(message.defaults(), place.in("defaults"));
	return query;
}

} /* namespace vecext::api::grpc */
