/*
 * evaluate.cpp: the value of a formula's tree for one point.
 */
#include <algorithm>
#include <charconv>
#include <cmath>

#include "collection/formula/node.h"
#include "collection/formula/number_text.h"
#include "model/error.h"
#include "vecext/filter/datetime.h"
#include "vecext/filter/evaluate.h"

namespace vecext::collection {

using filter::JsonKind;
using filter::JsonValue;

std::string number_text(double value)
{
	if (std::isnan(value))
		return "NaN";
	char digits[400]; /* 1 - 1.8e308 has 309 of them, 5e-324 has 326 */
	const auto end = std::to_chars(digits, digits + sizeof(digits), value, std::chars_format::fixed).ptr;
	return {digits, end};
}

namespace {

/* `expression` writes what was computed. */
template <class Expression> double finite(double value, const Expression &expression)
{
	if (!std::isfinite(value))
		throw model::wrong_input("The expression " + expression() + " = " + number_text(value) +
								 " produced a non-finite number");
	return value;
}

[[noreturn]] void wrong_value(const char *type, std::string_view field, const char *problem)
{
	throw model::wrong_input(std::string("Expected ") + type + " value for " + std::string(field) +
							 " in the payload and/or in the formula defaults. Error: " + problem);
}

/* How many values a field has, up to 2, and the first of them. A trailing array
 * gives its elements, once. */
struct Found {
	size_t count = 0;
	JsonValue first;

	bool add(const JsonValue &value)
	{
		if (count++ == 0)
			first = value;
		return count > 1;
	}
};

Found find_values(const filter::PayloadPath &path, const JsonValue &payload)
{
	Found found;
	const auto add = [&](const JsonValue &value) { return found.add(value); };
	if (path.steps[path.size - 1].kind == filter::PathStep::kEach)
		filter::any_value(path.begin(), path.end(), payload, add);
	else
		filter::any_item(path, payload, add);
	return found;
}

} /* namespace */

/* A formula at work on one point. */
class FormulaRun {
public:
	using Node = Formula::Node;
	using Variable = Formula::Variable;

	FormulaRun(const Formula &formula, const FormulaInput &input) : formula_(formula), input_(input) {}

	double value_of(const Node &node) const
	{
		switch (node.kind) {
		case NodeKind::kConstant:
			return node.value;
		case NodeKind::kScore:
			return score(node);
		case NodeKind::kNumber:
			return number(formula_.variables_[node.place]);
		case NodeKind::kCondition:
			return input_.conditions[node.place] ? 1 : 0;
		case NodeKind::kGeoDistance:
			return distance(node);
		case NodeKind::kDatetime:
			return seconds(formula_.variables_[node.place]);
		case NodeKind::kSum:
			return sum(node);
		case NodeKind::kMult:
			return product(node);
		case NodeKind::kDiv:
			return quotient(node);
		case NodeKind::kPow:
			return power(node);
		case NodeKind::kDecay:
			return decayed(node);
		default:
			return of_one(node.kind, value_of(node.operands[0]));
		}
	}

private:
	double score(const Node &node) const
	{
		const auto &scores = input_.scores;
		return node.place < scores.size() && scores[node.place] ? *scores[node.place] : node.value;
	}

	double sum(const Node &node) const
	{
		double sum = 0;
		for (const Node &operand : node.operands)
			sum += value_of(operand);
		return sum;
	}

	double product(const Node &node) const
	{
		double product = 1;
		for (const Node &operand : node.operands) {
			const double factor = value_of(operand);
			if (factor == 0)
				return 0;
			product *= factor;
		}
		return product;
	}

	double quotient(const Node &node) const
	{
		const double left = value_of(node.operands[0]);
		if (left == 0)
			return 0;
		const double right = value_of(node.operands[1]);
		if (right == 0 && node.has_value)
			return node.value;
		return finite(left / right, [&] { return number_text(left) + "/" + number_text(right); });
	}

	double power(const Node &node) const
	{
		const double base = value_of(node.operands[0]), exponent = value_of(node.operands[1]);
		return finite(std::pow(base, exponent), [&] { return number_text(base) + "^" + number_text(exponent); });
	}

	static double of_one(NodeKind kind, double value)
	{
		switch (kind) {
		case NodeKind::kNeg:
			return -value;
		case NodeKind::kAbs:
			return std::fabs(value);
		case NodeKind::kSqrt:
			return finite(std::sqrt(value), [&] { return "√" + number_text(value); });
		case NodeKind::kExp:
			return finite(std::exp(value), [&] { return "exp(" + number_text(value) + ")"; });
		case NodeKind::kLog10:
			return finite(std::log10(value), [&] { return "log10(" + number_text(value) + ")"; });
		default:
			return finite(std::log(value), [&] { return "ln(" + number_text(value) + ")"; });
		}
	}

	double decayed(const Node &node) const
	{
		const double x = value_of(node.operands[0]);
		const double target = node.operands.size() > 1 ? value_of(node.operands[1]) : 0;
		const double offset = finite(x - target, [&] { return number_text(x) + "-" + number_text(target); });
		return decay_at(node.decay, node.shape, offset);
	}

	/* ---- fields of the payload ---- */

	double number(const Variable &variable) const
	{
		const JsonValue value = find(variable, "number");
		if (value.kind() != JsonKind::kNumber)
			wrong_value("number", variable.name, "Value is not a number");
		return value.number().value;
	}

	double distance(const Node &node) const
	{
		const Variable &variable = formula_.variables_[node.place];
		filter::GeoPoint point;
		if (!filter::read_point(find(variable, "geo point"), &point))
			wrong_value("geo point", variable.name, "Value is not a geo point");
		return filter::distance_metres(node.origin, point);
	}

	double seconds(const Variable &variable) const
	{
		const JsonValue value = find(variable, "datetime");
		if (value.kind() != JsonKind::kString)
			wrong_value("datetime", variable.name, "value is not a string");
		int64_t microseconds;
		if (!filter::read_datetime(value.text(), &microseconds))
			wrong_value("datetime", variable.name, "input contains invalid characters");
		return static_cast<double>(microseconds) / 1e6;
	}

	/* The one value of a field, or the default. Several are as wrong as a null is. */
	JsonValue find(const Variable &variable, const char *type) const
	{
		const Found found = input_.payload ? find_values(variable.path, *input_.payload) : Found();
		if (found.count > 1)
			return {};
		if (found.count == 1)
			return found.first;
		if (!variable.otherwise)
			wrong_value(type, variable.name, "No value found in a payload nor defaults");
		return *variable.otherwise;
	}

	const Formula &formula_;
	const FormulaInput &input_;
};

float Formula::score(const FormulaInput &input) const
{
	const double value = FormulaRun(*this, input).value_of(*root_);
	return static_cast<float>(finite(static_cast<float>(value), [] { return std::string("formula"); }));
}

} /* namespace vecext::collection */
