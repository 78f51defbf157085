/*
 * decode_formula.cpp: formula queries. An expression is a number, a string, an
 * object with the key of its kind, or a condition of a filter.
 */
#include <algorithm>

#include "api/rest/decode.h"

namespace vecext::api::rest {

namespace {

using model::DecayExpression;
using model::Expression;
using model::OperatorExpression;

/* What decode_condition() takes. */
constexpr std::string_view kConditionKeys[] = {"key",    "is_empty", "is_null", "has_id",   "has_vector", "slice",
											   "nested", "must",     "should",  "must_not", "min_should"};

constexpr std::pair<std::string_view, OperatorExpression::Kind> kLists[] = {{"mult", OperatorExpression::kMult},
																			{"sum", OperatorExpression::kSum}};

constexpr std::pair<std::string_view, OperatorExpression::Kind> kFunctions[] = {
	{"neg", OperatorExpression::kNeg}, {"abs", OperatorExpression::kAbs}, {"sqrt", OperatorExpression::kSqrt},
	{"exp", OperatorExpression::kExp}, {"ln", OperatorExpression::kLn},   {"log10", OperatorExpression::kLog10},
};

constexpr std::pair<std::string_view, DecayExpression::Kind> kDecays[] = {
	{"lin_decay", DecayExpression::kLinear},
	{"exp_decay", DecayExpression::kExponential},
	{"gauss_decay", DecayExpression::kGaussian},
};

Expression decode_expression(const Node &node);

std::string decode_path(const Node &node)
{
	check_payload_path(node, node.text());
	return std::string(node.text());
}

std::optional<float> optional_float(const Node &object, std::string_view name)
{
	const auto field = object.field(name);
	return field ? std::optional(field->number32()) : std::nullopt;
}

OperatorExpression decode_list(OperatorExpression::Kind kind, const Node &node)
{
	OperatorExpression expression{kind, {}, {}};
	for (const auto value : node.array())
		expression.operands.push_back(
			decode_expression(node.element(value, static_cast<int64_t>(expression.operands.size()))));
	return expression;
}

OperatorExpression decode_pair(OperatorExpression::Kind kind, const Node &node, std::string_view first,
							   std::string_view second)
{
	OperatorExpression expression{kind, {}, {}};
	expression.operands.push_back(decode_expression(node.required(first)));
	expression.operands.push_back(decode_expression(node.required(second)));
	return expression;
}

DecayExpression decode_decay(DecayExpression::Kind kind, const Node &node)
{
	DecayExpression decay;
	decay.kind = kind;
	decay.operands.push_back(decode_expression(node.required("x")));
	if (const auto target = node.field("target"))
		decay.operands.push_back(decode_expression(*target));
	decay.scale = optional_float(node, "scale");
	decay.midpoint = optional_float(node, "midpoint");
	return decay;
}

std::optional<Expression> decode_operator(const Node &node)
{
	for (const auto &[key, kind] : kLists)
		if (const auto list = node.field(key))
			return Expression{decode_list(kind, *list)};
	for (const auto &[key, kind] : kFunctions)
		if (const auto operand = node.field(key))
			return Expression{OperatorExpression{kind, {decode_expression(*operand)}, {}}};
	if (const auto div = node.field("div")) {
		OperatorExpression expression = decode_pair(OperatorExpression::kDiv, *div, "left", "right");
		expression.by_zero_default = optional_float(*div, "by_zero_default");
		return Expression{expression};
	}
	if (const auto pow = node.field("pow"))
		return Expression{decode_pair(OperatorExpression::kPow, *pow, "base", "exponent")};
	for (const auto &[key, kind] : kDecays)
		if (const auto decay = node.field(key))
			return Expression{decode_decay(kind, *decay)};
	return std::nullopt;
}

std::optional<Expression> decode_leaf(const Node &node)
{
	if (const auto distance = node.field("geo_distance"))
		return Expression{model::GeoDistanceExpression{decode_geo_point(distance->required("origin")),
													   decode_path(distance->required("to"))}};
	if (const auto datetime = node.field("datetime"))
		return Expression{model::DatetimeExpression{std::string(datetime->text())}};
	if (const auto key = node.field("datetime_key"))
		return Expression{model::DatetimeKeyExpression{decode_path(*key)}};
	return std::nullopt;
}

/* An empty object is a filter that every point passes. */
bool is_condition(const Node &node)
{
	return node.object().size() == 0 || std::any_of(std::begin(kConditionKeys), std::end(kConditionKeys),
													[&](std::string_view key) { return node.has(key); });
}

Expression decode_expression(const Node &node)
{
	if (node.is_number())
		return {node.number32()};
	if (node.is_string())
		return {model::VariableExpression{std::string(node.text())}};
	if (node.is_object()) {
		if (is_condition(node))
			return {model::ConditionExpression{std::make_shared<const model::Condition>(decode_condition(node))}};
		if (auto leaf = decode_leaf(node))
			return *std::move(leaf);
		if (auto expression = decode_operator(node))
			return *std::move(expression);
	}
	node.malformed("data did not match any variant of untagged enum Expression");
}

} /* namespace */

model::FormulaQuery decode_formula(const Node &node)
{
	model::FormulaQuery formula;
	formula.formula = decode_expression(node.required("formula"));
	if (const auto defaults = node.field("defaults"))
		formula.defaults = decode_payload(*defaults);
	return formula;
}

} /* namespace vecext::api::rest */
