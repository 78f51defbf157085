/*
 * distance_forms.cpp: see distance_forms.h.
 */
#include <cmath>

#include "filter/distance_forms.h"

extern "C" {
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
}

#include "hnsw/access_method.h"

namespace vecext::pg {

namespace {

/* Whether an expression has one value for all rows of `rel`. */
bool is_same_for_rows(PlannerInfo *root, const RelOptInfo *rel, Expr *expression)
{
	auto *node = reinterpret_cast<Node *>(expression);
	return !bms_is_member(static_cast<int>(rel->relid), pull_varnos(root, node)) && !contain_volatile_functions(node);
}

/* The two sides of a binary operator. */
bool take_apart(const Expr *expression, const OpExpr **op, Expr **left, Expr **right)
{
	if (!IsA(expression, OpExpr))
		return false;
	*op = reinterpret_cast<const OpExpr *>(expression);
	if (list_length((*op)->args) != 2)
		return false;
	*left = static_cast<Expr *>(linitial((*op)->args));
	*right = static_cast<Expr *>(lsecond((*op)->args));
	return true;
}

bool match_distance(PlannerInfo *root, IndexOptInfo *index, Expr *expression, DistanceForm *form)
{
	const OpExpr *op;
	Expr *column, *query;
	if (!take_apart(expression, &op, &column, &query))
		return false;
	Oid operator_id = op->opno;
	if (!match_index_to_operand(reinterpret_cast<Node *>(column), 0, index)) {
		std::swap(column, query);
		operator_id = get_commutator(operator_id);
	}
	if (!OidIsValid(operator_id) || !match_index_to_operand(reinterpret_cast<Node *>(column), 0, index) ||
		!OidIsValid(get_op_opfamily_sortfamily(operator_id, index->opfamily[0])) ||
		!is_same_for_rows(root, index->rel, query))
		return false;
	const bool examples = orders_by_examples(operator_id, index->opfamily[0]);
	*form = {index, expression, query, examples, 1, 0};
	return true;
}

bool is_number(const Expr *expression, double *number)
{
	if (!IsA(expression, Const))
		return false;
	const auto *constant = reinterpret_cast<const Const *>(expression);
	if (constant->consttype != FLOAT8OID || constant->constisnull)
		return false;
	*number = DatumGetFloat8(constant->constvalue);
	return std::isfinite(*number);
}

/* f(x) = scale * x + offset: one step of arithmetic, and the x it is applied to. */
struct Step {
	double scale, offset;
	Expr *operand;
};

bool match_unary_minus(const Expr *expression, Step *step)
{
	if (!IsA(expression, OpExpr))
		return false;
	const auto *op = reinterpret_cast<const OpExpr *>(expression);
	if (op->opfuncid != F_FLOAT8UM)
		return false;
	*step = {-1, 0, static_cast<Expr *>(linitial(op->args))};
	return true;
}

bool match_arithmetic(const Expr *expression, Step *step)
{
	const OpExpr *op;
	Expr *left, *right;
	double number;
	if (!take_apart(expression, &op, &left, &right))
		return false;
	const bool number_first = is_number(left, &number);
	if (!number_first && !is_number(right, &number))
		return false;
	Expr *operand = number_first ? right : left;
	switch (op->opfuncid) {
	case F_FLOAT8PL:
		*step = {1, number, operand};
		return true;
	case F_FLOAT8MI:
		*step = number_first ? Step{-1, number, operand} : Step{1, -number, operand};
		return true;
	case F_FLOAT8MUL:
		*step = {number, 0, operand};
		return true;
	case F_FLOAT8DIV:
		*step = {1 / number, 0, operand};
		return !number_first;
	default:
		return false;
	}
}

/* The operator that says the same with its sides exchanged, by its function; 0:
 * not a comparison of float8. */
Oid commuted_comparison(Oid function)
{
	switch (function) {
	case F_FLOAT8LT:
		return F_FLOAT8GT;
	case F_FLOAT8LE:
		return F_FLOAT8GE;
	case F_FLOAT8GT:
		return F_FLOAT8LT;
	case F_FLOAT8GE:
		return F_FLOAT8LE;
	default:
		return InvalidOid;
	}
}

bool bounds_from_above(Oid comparison, double scale)
{
	return scale > 0 ? comparison == F_FLOAT8LT || comparison == F_FLOAT8LE
					 : comparison == F_FLOAT8GT || comparison == F_FLOAT8GE;
}

} /* namespace */

bool match_distance_form(PlannerInfo *root, IndexOptInfo *index, Expr *expression, DistanceForm *form)
{
	double scale = 1, offset = 0;
	Step step;
	while (match_unary_minus(expression, &step) || match_arithmetic(expression, &step)) {
		offset += scale * step.offset;
		scale *= step.scale;
		expression = step.operand;
	}
	if (!std::isnormal(scale) || !std::isfinite(offset) || !match_distance(root, index, expression, form))
		return false;
	form->scale = scale;
	form->offset = offset;
	return true;
}

bool match_distance_range(PlannerInfo *root, IndexOptInfo *index, Expr *condition, DistanceRange *range)
{
	const OpExpr *op;
	Expr *left, *right;
	if (!take_apart(condition, &op, &left, &right))
		return false;
	Oid comparison = op->opfuncid;
	const Oid commuted = commuted_comparison(comparison);
	if (!OidIsValid(commuted))
		return false;
	if (!match_distance_form(root, index, left, &range->form)) {
		std::swap(left, right);
		comparison = commuted;
		if (!match_distance_form(root, index, left, &range->form))
			return false;
	}
	range->bound = right;
	return !range->form.examples && bounds_from_above(comparison, range->form.scale) &&
		   is_same_for_rows(root, index->rel, right);
}

} /* namespace vecext::pg */
