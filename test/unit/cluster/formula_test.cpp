/*
 * formula_test.cpp: formulas as data/formula.txt has them, and their limits.
 */
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

#include "api/rest/decode.h"
#include "collection/formula/formula.h"
#include "model/error.h"

namespace vecext {
namespace {

using collection::Formula;
using collection::FormulaInput;
using collection::FormulaLimits;

model::FormulaQuery decoded(const std::string &expression, const std::string &defaults = "{}")
{
	const std::string json = "{\"formula\": " + expression + ", \"defaults\": " + defaults + "}";
	api::rest::Body body(json);
	model::FormulaQuery query = api::rest::decode_formula(body.root());
	body.finish();
	return query;
}

/* What the lines of the table have set so far. */
struct Point {
	std::string payload, defaults;
	std::vector<std::optional<float>> scores;
	std::vector<bool> conditions;

	float score(const std::string &expression) const
	{
		const Formula formula(decoded(expression, defaults));
		MallocArena memory;
		const auto json = filter::parse_json(payload, memory.arena());
		return formula.score({scores, json.is_ok() ? json.value() : nullptr, conditions});
	}
};

void set(const std::string &what, const std::string &text, Point *point)
{
	if (what == "payload")
		point->payload = text;
	else if (what == "defaults")
		point->defaults = text;
	std::istringstream words(text);
	if (what == "scores")
		point->scores.clear();
	if (what == "holds")
		point->conditions.clear();
	for (std::string word; words >> word;)
		if (what == "scores")
			point->scores.push_back(word == "-" ? std::nullopt : std::optional(std::stof(word)));
		else if (what == "holds")
			point->conditions.push_back(word == "1");
}

void check(const std::string &verdict, const std::string &wanted, const std::string &expression, const Point &point)
{
	try {
		const float score = point.score(expression);
		ASSERT_EQ(verdict, "value") << "found " << score;
		const double value = std::stod(wanted);
		EXPECT_NEAR(score, value, std::fabs(value) * 1e-6);
	} catch (const model::Error &error) {
		EXPECT_EQ(verdict, "error") << error.what();
		EXPECT_EQ(error.what(), wanted);
	}
}

TEST(Formula, IsAsTheTableSays)
{
	std::ifstream file(VECEXT_TEST_DATA "/formula.txt");
	Point point;
	int cases = 0;
	std::string line;
	for (int number = 1; std::getline(file, line); number++) {
		const size_t blank = line.find(' ');
		if (line.empty() || line[0] == '#' || blank == line.npos)
			continue;
		const std::string what = line.substr(0, blank), rest = line.substr(blank + 1);
		const size_t bar = rest.find(" | ");
		if (bar == rest.npos) {
			set(what, rest, &point);
			continue;
		}
		SCOPED_TRACE("formula.txt:" + std::to_string(number));
		check(what, rest.substr(0, bar), rest.substr(bar + 3), point);
		cases++;
	}
	EXPECT_GT(cases, 120);
}

TEST(Formula, TellsWhatItReads)
{
	const Formula formula(decoded(R"({"sum": ["b.c", "a[].x", "a[0]", {"datetime_key": "\"q[\".t"}, "$score", "b.c",
		{"geo_distance": {"origin": {"lon": 0, "lat": 0}, "to": "place"}}, {"has_id": [1]}, {"is_empty": {"key": "e"}}]})"));
	EXPECT_EQ(formula.payload_paths(), (std::vector<std::string>{"\"q[\".t", "a", "b.c", "place"}));
	ASSERT_EQ(formula.conditions().size(), 2u);
	EXPECT_TRUE(std::holds_alternative<model::HasIdCondition>(*formula.conditions()[0]));
}

TEST(Formula, RefusesDefaultsOfOtherNames)
{
	const auto refused = [](const std::string &defaults) {
		try {
			Formula formula(decoded("1", defaults));
		} catch (const model::Error &error) {
			return std::string(error.what());
		}
		return std::string();
	};
	EXPECT_EQ(refused(R"({"$rank": 1})"),
			  "Wrong input: Validation failed: failed to parse variable ID $rank: Invalid reserved word: $rank");
	EXPECT_EQ(refused(R"({"a..b": 1})"),
			  "Wrong input: Validation failed: failed to parse variable ID a..b: Invalid payload variable: a..b");
	EXPECT_EQ(refused(R"([1])"), "Format error in JSON body: defaults: invalid type: sequence, expected a map");
}

std::string error_of(model::Expression expression)
{
	try {
		Formula formula({std::move(expression), ""});
	} catch (const model::Error &error) {
		return error.what();
	}
	return "";
}

model::Expression sum_of(std::vector<model::Expression> operands)
{
	return {model::OperatorExpression{model::OperatorExpression::kSum, std::move(operands), {}}};
}

TEST(Formula, HasLimits)
{
	model::Expression deep{1.0F};
	for (size_t i = 1; i < FormulaLimits::kDepth; i++)
		deep = sum_of({std::move(deep)});
	EXPECT_EQ(error_of(deep), "");
	EXPECT_EQ(error_of(sum_of({deep})),
			  "Wrong input: Validation failed: a formula has at most 128 expressions within each other");

	const std::vector<model::Expression> ones(FormulaLimits::kExpressions - 1, model::Expression{1.0F});
	EXPECT_EQ(error_of(sum_of(ones)), "");
	EXPECT_EQ(error_of(sum_of({sum_of(ones)})),
			  "Wrong input: Validation failed: a formula has at most 16384 expressions");

	const model::Expression condition{
		model::ConditionExpression{std::make_shared<const model::Condition>(model::IsEmptyCondition{"a"})}};
	EXPECT_EQ(error_of(sum_of(std::vector(FormulaLimits::kConditions, condition))), "");
	EXPECT_EQ(error_of(sum_of(std::vector(FormulaLimits::kConditions + 1, condition))),
			  "Wrong input: Validation failed: a formula has at most 256 conditions");
}

TEST(Formula, RefusesTreesThatNoCodecGives)
{
	EXPECT_EQ(error_of({model::OperatorExpression{model::OperatorExpression::kDiv, {model::Expression{1.0F}}, {}}}),
			  "Service internal error: an operator of a formula has 1 operands");
	EXPECT_EQ(error_of({model::DecayExpression{}}), "Service internal error: a decay of a formula has 0 operands");
	model::DecayExpression decay{model::DecayExpression::kGaussian, {model::Expression{1.0F}}, NAN, {}};
	EXPECT_EQ(error_of({decay}), "Wrong input: Validation failed: Decay scale should be non-zero positive, got NaN.");
}

} /* namespace */
} /* namespace vecext */
