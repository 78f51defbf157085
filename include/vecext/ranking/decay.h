/*
 * decay.h: functions that fall from 1 with the distance from a target: for scores
 * that are to prefer what is recent, near, or close to a price.
 *
 * With d = |x - target|, and m the value at d = scale ("midpoint"):
 *
 *   linear        max(0, 1 - (1 - m) d / scale)
 *   exponential   m ^ (d / scale)
 *   gaussian      m ^ ((d / scale)^2)
 */
#pragma once

#include <cstdint>

#include "vecext/status.h"

namespace vecext {

enum class Decay : uint8_t { kLinear, kExponential, kGaussian };

struct DecayShape {
	double target = 0;
	double scale = 1;
	double midpoint = 0.5;
};

/* "lin_decay", "exp_decay", "gauss_decay": as messages call them. */
const char *decay_name(Decay decay) noexcept;

/* 22023 unless target and scale are finite, scale > 0, and midpoint lies in [0, 1]
 * (kLinear) or between 0 and 1. */
Status check_decay(Decay decay, const DecayShape &shape) noexcept;

/* From 0 to 1. The shape must pass check_decay(); x is not NaN. */
double decay_at(Decay decay, const DecayShape &shape, double x) noexcept;

} /* namespace vecext */
