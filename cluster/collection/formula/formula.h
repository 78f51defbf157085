/*
 * formula.h: a formula query, compiled once and computed for each candidate from its
 * scores in the prefetches, its payload and the conditions that hold for it.
 *
 * | expression                  | value |
 * | number                      | itself |
 * | "$score", "$score[i]"       | of the first or the i-th prefetch; of a point that is not in it, the default or 0 |
 * | "path"                      | the number there, or the default |
 * | condition                   | 1 if it holds, else 0 |
 * | geo_distance {origin, to}   | metres to the point there, or to the default |
 * | datetime, datetime_key      | seconds since 1970 |
 * | sum, mult                   | mult stops at a factor of 0 |
 * | div                         | 0 for a left of 0; by_zero_default for a right of 0 |
 * | neg abs sqrt pow exp log10 ln | |
 * | lin_decay, exp_decay, gauss_decay | vecext/ranking/decay.h |
 *
 * An array of one value counts as that value; of several, as a value of the wrong
 * type. Arithmetic is that of doubles. What is not finite is an error, also where
 * it is a result that does not fit a float.
 *
 * A Formula does not change; threads may share it.
 */
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/formula.h"
#include "vecext/arena.h"
#include "vecext/filter/json.h"
#include "vecext/filter/path.h"

namespace vecext::collection {

struct FormulaLimits {
	static constexpr size_t kDepth = 128;         /* expressions within each other */
	static constexpr size_t kExpressions = 16384; /* in all */
	static constexpr size_t kConditions = 256;    /* each is a column of the SQL that reads the payloads */
};

/* What a formula sees of a point. */
struct FormulaInput {
	std::span<const std::optional<float>> scores; /* by prefetch */
	const filter::JsonValue *payload = nullptr;   /* with what payload_paths() ask for; null: none */
	std::vector<bool> conditions;                 /* by their place in Formula::conditions() */
};

class Formula {
public:
	/* Throws wrong_input for what is no formula, or beyond the limits. */
	explicit Formula(const model::FormulaQuery &query);
	~Formula();
	Formula(const Formula &) = delete;
	Formula &operator=(const Formula &) = delete;

	/* What to read of payloads, as paths of payload_include(); sorted, no duplicates. */
	const std::vector<std::string> &payload_paths() const { return payload_paths_; }
	const std::vector<std::shared_ptr<const model::Condition>> &conditions() const { return conditions_; }

	/* Throws wrong_input for missing values, values of a wrong type, and results that
	 * are not finite. */
	float score(const FormulaInput &input) const;

private:
	friend class FormulaCompiler;
	friend class FormulaRun;
	struct Node;

	/* A field of the payload; its texts lie in memory_. */
	struct Variable {
		std::string_view name; /* as sent */
		filter::PayloadPath path;
		const filter::JsonValue *otherwise = nullptr; /* the default */
	};

	MallocArena memory_;
	std::string defaults_; /* the JSON that parsed defaults point into */
	std::unique_ptr<const Node> root_;
	std::vector<Variable> variables_;
	std::vector<std::shared_ptr<const model::Condition>> conditions_;
	std::vector<std::string> payload_paths_;
};

} /* namespace vecext::collection */
