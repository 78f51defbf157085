/* level_kernels.cpp: picks the table of the instruction set in use. */
#include "core/quantizer/level_kernels.h"

#include "vecext/kernels.h"

namespace vecext {

const LevelKernels &level_kernels() noexcept
{
	switch (kernels().set) {
#if defined(__x86_64__)
	case InstructionSet::kAvx512:
		return kAvx512LevelKernels;
	case InstructionSet::kAvx2:
		return kAvx2LevelKernels;
#endif
	default:
		return kPortableLevelKernels;
	}
}

} /* namespace vecext */
