/* code_tables.h: the tables of code loops that exist, one per instruction set. */
#pragma once

#include "core/rabitq/code_kernels.h"

namespace vecext {

extern const CodeKernels kPortableCodeKernels;
#if defined(__x86_64__)
extern const CodeKernels kAvx2CodeKernels;
extern const CodeKernels kAvx512CodeKernels;
#endif

} /* namespace vecext */
