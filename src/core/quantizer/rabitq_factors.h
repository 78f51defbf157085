/* rabitq_factors.h: what stands behind the levels of a kRabitq code. */
#pragma once

namespace vecext {

/* estimate = base + add + scale * <2u - (2^bits - 1), q'> */
struct RabitqFactors {
	float add;
	float scale;
	float error; /* standard deviation of the estimate per unit of |q'| */
};

} /* namespace vecext */
