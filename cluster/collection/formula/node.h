/*
 * node.h: the tree that a formula is compiled to.
 */
#pragma once

#include "collection/formula/formula.h"
#include "vecext/filter/geo.h"
#include "vecext/ranking/decay.h"

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
	kDecay, /* of operands x and perhaps the target, by decay and shape */
};

struct Formula::Node {
	NodeKind kind = NodeKind::kConstant;
	bool has_value = false;
	size_t place = 0;
	double value = 0;
	filter::GeoPoint origin = {};
	Decay decay = Decay::kLinear;
	DecayShape shape; /* its target is an operand */
	std::vector<Node> operands;
};

} /* namespace vecext::collection */
