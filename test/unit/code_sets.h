/*
 * code_sets.h: runs a test's body once per instruction set that the CPU has,
 * with that set selected, and restores the selection.
 */
#pragma once

#include <gtest/gtest.h>

#include "vecext/kernels.h"

namespace vecext::test {

template <class Body> void for_each_set(Body body)
{
	const InstructionSet before = kernels().set;
	for (InstructionSet set : {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
		if (!select_kernels(set))
			continue;
		SCOPED_TRACE(kernels().name);
		body();
	}
	select_kernels(before);
}

} /* namespace vecext::test */
