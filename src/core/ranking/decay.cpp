/*
 * decay.cpp: see vecext/ranking/decay.h. All three go by d / scale, which may be
 * infinite but is never NaN.
 */
#include "vecext/ranking/decay.h"

#include <algorithm>
#include <cmath>

namespace vecext {

const char *decay_name(Decay decay) noexcept
{
	switch (decay) {
	case Decay::kLinear:
		return "lin_decay";
	case Decay::kExponential:
		return "exp_decay";
	case Decay::kGaussian:
		break;
	}
	return "gauss_decay";
}

Status check_decay(Decay decay, const DecayShape &shape) noexcept
{
	const char *name = decay_name(decay);
	if (!std::isfinite(shape.target))
		return Status::error(ErrorKind::kInvalidParameter, "target of %s must be finite", name);
	if (!(shape.scale > 0) || std::isinf(shape.scale))
		return Status::error(ErrorKind::kInvalidParameter, "scale of %s must be positive and finite", name);
	if (decay == Decay::kLinear && !(shape.midpoint >= 0 && shape.midpoint <= 1))
		return Status::error(ErrorKind::kInvalidParameter, "midpoint of %s must be from 0 to 1", name);
	if (decay != Decay::kLinear && !(shape.midpoint > 0 && shape.midpoint < 1))
		return Status::error(ErrorKind::kInvalidParameter, "midpoint of %s must be between 0 and 1", name);
	return Status::ok();
}

double decay_at(Decay decay, const DecayShape &shape, double x) noexcept
{
	const double steps = std::fabs(x - shape.target) / shape.scale;
	switch (decay) {
	case Decay::kLinear:
		return shape.midpoint < 1 ? std::max(0.0, 1 - (1 - shape.midpoint) * steps) : 1;
	case Decay::kExponential:
		return std::exp(std::log(shape.midpoint) * steps);
	case Decay::kGaussian:
		break;
	}
	return std::exp(std::log(shape.midpoint) * steps * steps);
}

} /* namespace vecext */
