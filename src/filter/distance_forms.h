/*
 * distance_forms.h: expressions of a query that an hnsw index can answer: the
 * distance column <op> query itself, and what people make of it with constants:
 * 1 - (v <=> q), -(v <#> q), (v <#> q) * -1.
 *
 * Such an expression is scale * distance + offset with a scale that is not zero.
 * Rounding keeps it monotone (each step of it rounds a monotone function), so rows
 * in the order of their distances are in its order, too, or in the reverse one.
 *
 * Named functions are operators by the time that the planner looks
 * (distance_support.cpp).
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "nodes/primnodes.h"
}

namespace vecext::pg {

struct DistanceForm {
	IndexOptInfo *index;
	Expr *distance; /* column <op> query */
	Expr *query;    /* the same for every row of the index's table */
	bool examples;  /* the query is a vecquery */
	double scale, offset;
};

/* Whether `expression` is a form of a distance that `index`, an hnsw index, orders
 * by. */
bool match_distance_form(PlannerInfo *root, IndexOptInfo *index, Expr *expression, DistanceForm *form);

/* A condition that bounds a distance from above: form < bound where the scale is
 * positive, form > bound where it is negative, or with "or equal". Not for scores
 * by examples, which are tested row by row. */
struct DistanceRange {
	DistanceForm form;
	Expr *bound; /* float8; the same for every row of the index's table */
};

bool match_distance_range(PlannerInfo *root, IndexOptInfo *index, Expr *condition, DistanceRange *range);

} /* namespace vecext::pg */
