/* code_kernels.cpp: picks the table of the instruction set in use. */
#include "core/rabitq/code_kernels.h"

#include "core/rabitq/code_tables.h"
#include "vecext/kernels.h"

namespace vecext {

const CodeKernels &code_kernels() noexcept
{
	switch (kernels().set) {
	case InstructionSet::kPortable:
	case InstructionSet::kAvx2:
	case InstructionSet::kAvx512:
		break;
	}
	return code_kernels_portable;
}

} /* namespace vecext */
