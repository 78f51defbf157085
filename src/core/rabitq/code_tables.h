/* code_tables.h: the tables of all instruction sets that this build has. */
#pragma once

#include "core/rabitq/code_kernels.h"

namespace vecext {

extern const CodeKernels code_kernels_portable;

} /* namespace vecext */
