/*
 * leaf.h: a single condition, given as the path of a field, the name of a test
 * and a value, so that a prepared statement can hold the first two and leave the
 * third open. docs/filters.md has the table of tests.
 *
 * The value is the JSON that stands in a filter under the test: the string of
 * {"match": {"value": ...}} for match_keyword, {"gt": 1} for range. A test's name
 * says the type of the value where JSON leaves it open, and thereby which field
 * indexes can answer it before the value is known.
 */
#pragma once

#include "vecext/filter/field_index.h"

namespace vecext::filter {

struct Leaf {
	std::string_view path;
	std::string_view test;
	std::string_view value; /* JSON */
};

/* The condition as JSON, in the arena. Error 22023 for an unknown test. */
Result<std::string_view> leaf_json(const Leaf &leaf, Arena arena);

/* Errors as of compile_filter(), and 22023 for a value of another type than the
 * test's. */
Result<const Condition *> compile_leaf(const Leaf &leaf, const FieldSchema &schema, Arena arena);

/* Whether an index narrows down such leaves whatever their value is. */
Result<bool> serves_leaf(const FieldIndex &index, std::string_view path, std::string_view test,
						 const FieldSchema &schema, Arena arena);

} /* namespace vecext::filter */
