/* code_kernels.cpp: picks the table of the instruction set in use. */
#include "core/rabitq/code_kernels.h"

#include "core/rabitq/code_tables.h"
#include "vecext/kernels.h"

namespace vecext {

const CodeKernels &code_kernels() noexcept
{
	switch (kernels().set) {
#if defined(__x86_64__)
	case InstructionSet::kAvx512:
		return kAvx512CodeKernels;
	case InstructionSet::kAvx2:
		return kAvx2CodeKernels;
#endif
	default:
		return kPortableCodeKernels;
	}
}

} /* namespace vecext */
