/*
 * compile.cpp: an expression as sent becomes a tree of nodes; names, parameters and
 * limits are checked here.
 */
#include <algorithm>
#include <cmath>
#include <map>

#include "collection/formula/node.h"
#include "collection/formula/number_text.h"
#include "model/error.h"
#include "model/payload_path.h"
#include "vecext/filter/datetime.h"

namespace vecext::collection {

using model::DecayExpression;
using model::OperatorExpression;

namespace {

[[noreturn]] void invalid(const std::string &text)
{
	throw model::wrong_input("Validation failed: " + text);
}

[[noreturn]] void unparsable(const char *what, std::string_view text, const std::string &reason)
{
	invalid(std::string("failed to parse ") + what + " " + std::string(text) + ": " + reason);
}

constexpr double kMicroseconds = 1e6; /* in a second */

NodeKind node_kind(OperatorExpression::Kind kind)
{
	constexpr NodeKind kinds[] = {NodeKind::kSum, NodeKind::kMult, NodeKind::kDiv, NodeKind::kPow,   NodeKind::kNeg,
								  NodeKind::kAbs, NodeKind::kSqrt, NodeKind::kExp, NodeKind::kLog10, NodeKind::kLn};
	return kinds[kind];
}

bool has_right_arity(OperatorExpression::Kind kind, size_t operands)
{
	if (kind == OperatorExpression::kSum || kind == OperatorExpression::kMult)
		return true;
	return operands == (kind == OperatorExpression::kDiv || kind == OperatorExpression::kPow ? 2 : 1);
}

void check_midpoint(DecayExpression::Kind kind, double midpoint)
{
	if (kind == DecayExpression::kLinear) {
		if (!(midpoint >= 0 && midpoint <= 1))
			invalid("Linear decay midpoint should be in the range [0.0, 1.0], got " + number_text(midpoint) + ".");
	} else if (!(midpoint > 0 && midpoint < 1)) {
		invalid("Decay midpoint should be in the range (0.0, 1.0), got " + number_text(midpoint) + ".");
	}
}

DecayShape shape_of(const DecayExpression &decay)
{
	DecayShape shape;
	shape.midpoint = decay.midpoint.value_or(0.5F);
	shape.scale = decay.scale.value_or(1.0F);
	check_midpoint(decay.kind, shape.midpoint);
	if (!(shape.scale > 0) || std::isinf(shape.scale))
		invalid("Decay scale should be non-zero positive, got " + number_text(shape.scale) + ".");
	return shape;
}

Decay decay_of(DecayExpression::Kind kind)
{
	constexpr Decay decays[] = {Decay::kLinear, Decay::kExponential, Decay::kGaussian};
	return decays[kind];
}

} /* namespace */

/* Visits the expressions of one formula. */
class FormulaCompiler {
public:
	using Node = Formula::Node;

	FormulaCompiler(Formula *formula, const model::FormulaQuery &query) : formula_(*formula)
	{
		read_defaults(query.defaults);
		formula_.root_ = std::make_unique<const Node>(compile(query.formula));
		auto &paths = formula_.payload_paths_;
		std::sort(paths.begin(), paths.end());
		paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
	}

	Node operator()(float constant) { return leaf(NodeKind::kConstant, 0, constant); }

	Node operator()(const model::VariableExpression &variable)
	{
		if (const auto prefetch = score_of(variable.name))
			return leaf(NodeKind::kScore, *prefetch, score_default(*prefetch));
		return leaf(NodeKind::kNumber, field(variable.name));
	}

	Node operator()(const model::ConditionExpression &expression)
	{
		auto &conditions = formula_.conditions_;
		if (conditions.size() == FormulaLimits::kConditions)
			invalid("a formula has at most " + std::to_string(FormulaLimits::kConditions) + " conditions");
		conditions.push_back(expression.condition);
		return leaf(NodeKind::kCondition, conditions.size() - 1);
	}

	Node operator()(const model::GeoDistanceExpression &distance)
	{
		Node node = leaf(NodeKind::kGeoDistance, field(distance.to));
		node.origin = {distance.origin.lon, distance.origin.lat};
		return node;
	}

	Node operator()(const model::DatetimeExpression &expression)
	{
		int64_t microseconds;
		if (!filter::read_datetime(expression.datetime, &microseconds))
			unparsable("datetime", expression.datetime, "input contains invalid characters");
		return leaf(NodeKind::kConstant, 0, static_cast<double>(microseconds) / kMicroseconds);
	}

	Node operator()(const model::DatetimeKeyExpression &expression)
	{
		return leaf(NodeKind::kDatetime, field(expression.key));
	}

	Node operator()(const OperatorExpression &expression)
	{
		if (!has_right_arity(expression.kind, expression.operands.size()))
			throw model::internal("an operator of a formula has " + std::to_string(expression.operands.size()) +
								  " operands");
		Node node = inner(node_kind(expression.kind), expression.operands);
		node.has_value = expression.by_zero_default.has_value();
		node.value = expression.by_zero_default.value_or(0);
		return node;
	}

	Node operator()(const DecayExpression &decay)
	{
		if (decay.operands.empty() || decay.operands.size() > 2)
			throw model::internal("a decay of a formula has " + std::to_string(decay.operands.size()) + " operands");
		const DecayShape shape = shape_of(decay);
		Node node = inner(NodeKind::kDecay, decay.operands);
		node.decay = decay_of(decay.kind);
		node.shape = shape;
		return node;
	}

private:
	static Node leaf(NodeKind kind, size_t place, double value = 0)
	{
		Node node;
		node.kind = kind;
		node.place = place;
		node.value = value;
		return node;
	}

	Node inner(NodeKind kind, const std::vector<model::Expression> &operands)
	{
		Node node;
		node.kind = kind;
		node.operands.reserve(operands.size());
		for (const model::Expression &operand : operands)
			node.operands.push_back(compile(operand));
		return node;
	}

	Node compile(const model::Expression &expression)
	{
		if (++depth_ > FormulaLimits::kDepth)
			invalid("a formula has at most " + std::to_string(FormulaLimits::kDepth) +
					" expressions within each other");
		if (++expressions_ > FormulaLimits::kExpressions)
			invalid("a formula has at most " + std::to_string(FormulaLimits::kExpressions) + " expressions");
		Node node = std::visit(*this, expression.value);
		depth_--;
		return node;
	}

	std::string_view kept(std::string_view text)
	{
		char *copy = formula_.memory_.arena().allocate<char>(text.size());
		std::copy(text.begin(), text.end(), copy);
		return {copy, text.size()};
	}

	filter::PayloadPath parse(std::string_view path, std::string_view name, const char *problem)
	{
		const auto parsed = filter::parse_path(path, formula_.memory_.arena());
		if (!parsed.is_ok())
			unparsable("variable ID", name, problem + std::string(name));
		return parsed.value();
	}

	/* Of "$score" or "$score[i]" the place; none of a payload field. */
	std::optional<size_t> score_of(std::string_view name)
	{
		if (!name.starts_with('$'))
			return std::nullopt;
		const auto path = parse(name.substr(1), name, "Invalid reserved variable: ");
		if (path.steps[0].key != "score")
			unparsable("variable ID", name, "Invalid reserved word: " + std::string(name));
		if (path.size == 1)
			return 0;
		if (path.size > 2 || path.steps[1].kind != filter::PathStep::kIndex)
			unparsable("variable ID", name, "Invalid reserved variable: " + std::string(name));
		return path.steps[1].index;
	}

	/* The place of a field among the variables. */
	size_t field(const std::string &name)
	{
		const auto known = fields_.find(name);
		if (known != fields_.end())
			return known->second;
		Formula::Variable variable;
		variable.name = kept(name);
		variable.path = parse(variable.name, variable.name, "Invalid payload variable: ");
		for (const auto &[path, value] : field_defaults_)
			if (path == variable.path)
				variable.otherwise = value;
		formula_.variables_.push_back(variable);
		formula_.payload_paths_.push_back(model::included_path(name));
		return fields_[name] = formula_.variables_.size() - 1;
	}

	void read_defaults(const model::JsonText &json)
	{
		if (json.empty())
			return;
		formula_.defaults_ = json;
		const auto parsed = filter::parse_json(formula_.defaults_, formula_.memory_.arena());
		if (!parsed.is_ok() || parsed.value()->kind() != filter::JsonKind::kObject)
			invalid(std::string("the defaults of a formula are no object: ") +
					(parsed.is_ok() ? "" : parsed.status().message()));
		const filter::JsonValue &object = *parsed.value();
		for (const auto *member = object.begin_members(); member != object.end_members(); member++)
			if (const auto prefetch = score_of(member->key))
				score_defaults_[*prefetch] = &member->value;
			else
				field_defaults_.emplace_back(parse(member->key, member->key, "Invalid payload variable: "),
											 &member->value);
	}

	double score_default(size_t prefetch) const
	{
		const auto found = score_defaults_.find(prefetch);
		const bool is_number = found != score_defaults_.end() && found->second->kind() == filter::JsonKind::kNumber;
		return is_number ? found->second->number().value : 0;
	}

	Formula &formula_;
	size_t depth_ = 0, expressions_ = 0;
	std::map<std::string, size_t> fields_; /* by name */
	std::vector<std::pair<filter::PayloadPath, const filter::JsonValue *>> field_defaults_;
	std::map<size_t, const filter::JsonValue *> score_defaults_;
};

Formula::Formula(const model::FormulaQuery &query)
{
	FormulaCompiler(this, query);
}

Formula::~Formula() = default;

} /* namespace vecext::collection */
