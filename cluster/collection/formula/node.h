/*
 * node.h: the tree that a formula is compiled to.
 */
#pragma once

#include "collection/formula/formula.h"
#include "vecext/filter/geo.h"

namespace vecext::collection {

enum class NodeKind : uint8_t {
	kConstant,    /* value */
	kScore,       /* of prefetch `place`, value where there is none */
	kNumber,      /* of variable `place` */
	kCondition,   /* number `place` */
	kGeoDistance, /* of origin and variable `place` */
	kDatetime,    /* of variable `place` */
	kSum,
	kMult,
	kDiv, /* has_value: value for a right of 0 */
	kPow,
	kNeg,
	kAbs,
	kSqrt,
	kExp,
	kLog10,
	kLn,
	kLinearDecay, /* and those that follow: value shapes them; operands x and perhaps the target */
	kExponentialDecay,
	kGaussianDecay,
};

struct Formula::Node {
	NodeKind kind = NodeKind::kConstant;
	bool has_value = false;
	size_t place = 0;
	double value = 0;
	filter::GeoPoint origin = {};
	std::vector<Node> operands;
};

} /* namespace vecext::collection */
